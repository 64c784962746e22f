package dev.posthorn.tensorflow;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.While;
import dev.posthorn.model.UnsupportedModelException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Runs what a model does when it is loaded: restores variables, fills tables. What it assigns are the states' contents. */
final class Initialisation {
    private Initialisation() {}

    static <T> T run(Functions functions, Resources resources, Function<Frame, T> body) {
        Builder b = new Builder();
        State state = new State(State.first(b, key -> b.constant(resources.content(key))));
        Frame frame = new Frame(new GraphReader(functions, resources), b, state);
        T result = body.apply(frame);
        state.updates().forEach((key, given) -> {
            Value v = state.checked(b, given);
            Tensor t = v.node().op() instanceof Constant c ? c.value() : evaluated(b, v);
            resources.contents().put(key, t);
            if (resources.isStored(key)) {
                resources.variable(key, new TensorType(t.dtype(), t.shape()));
            }
        });
        return result;
    }

    private static Tensor evaluated(Builder b, Value v) {
        Graph g = b.graph(List.of(), Map.of("value", v), Map.of());
        if (g.nodes().stream().anyMatch(n -> n.op() instanceof While)) {
            throw new UnsupportedModelException("initialisation: expected loops of few steps but was longer ones");
        }
        return Evaluation.of(g).run(List.of(), key -> null).outputs().get("value");
    }
}
