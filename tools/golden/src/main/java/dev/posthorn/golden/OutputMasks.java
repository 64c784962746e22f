package dev.posthorn.golden;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.ir.Value;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Model;
import dev.posthorn.model.Port;
import dev.posthorn.model.Variables;
import dev.posthorn.numpy.Npz;
import dev.posthorn.train.Forward;
import dev.posthorn.train.TrainableProgram;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compares the Keras masks that a model's outputs carry with those that a case recorded, {@code b<k>.mask.<i>}. */
final class OutputMasks {
    private OutputMasks() {}

    /** The masks of a call's outputs. Where a case records masks, an output without a recorded one must carry none. */
    static List<Check> compare(Call call, Model model, List<Tensor> inputs, Npz recorded) throws IOException {
        boolean records = recorded.names().stream().anyMatch(k -> k.matches("b\\d+\\.mask\\.\\d+"));
        if (!records || !(model.program() instanceof TrainableProgram program) || !program.hasLayers()) {
            return List.of(); // an exported function carries no masks
        }
        List<Optional<Tensor>> masks = masks(program, model, inputs);
        List<Check> checks = new ArrayList<>();
        for (int i = 0; i < masks.size(); i++) {
            String key = "b" + call.batch() + ".mask." + i;
            boolean given = recorded.names().contains(key);
            Optional<Tensor> was = masks.get(i);
            if (given != was.isPresent()) {
                String problem = "expected " + (given ? "a mask" : "none") + " but was " + (given ? "none" : "one");
                checks.add(Check.problem(key, problem));
            }
            if (given && was.isPresent()) {
                Tensor mask = recorded.get(key).cast(DType.BOOL);
                checks.add(new Check(key, Comparison.of(mask, was.get(), Tolerance.EXACT), Tolerance.EXACT));
            }
        }
        return checks;
    }

    /** The masks of the outputs: a graph of their own, so that {@code predict} does not compute them. */
    private static List<Optional<Tensor>> masks(TrainableProgram program, Model model, List<Tensor> inputs) {
        Builder b = new Builder();
        List<Value> in = new ArrayList<>();
        List<Tensor> arguments = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            Port port = model.inputs().get(i);
            arguments.add(inputs.get(i).cast(port.type().dtype()));
            in.add(b.input(port.name(), arguments.get(i).type()));
        }
        Forward forward = program.forward(b, in, Mode.INFERENCE);
        Map<String, Value> wanted = new LinkedHashMap<>();
        forward.masks().forEach(m -> m.ifPresent(v -> wanted.put("mask" + wanted.size(), v)));
        Variables.Snapshot now = model.variables().snapshot();
        List<Tensor> values = wanted.isEmpty()
                ? List.of()
                : model.backend().compile(b.graph(in, wanted, Map.of()), now).run(arguments, now);
        List<Optional<Tensor>> masks = new ArrayList<>();
        int next = 0;
        for (Optional<Value> m : forward.masks()) {
            masks.add(m.isPresent() ? Optional.of(values.get(next++)) : Optional.empty());
        }
        return masks;
    }
}
