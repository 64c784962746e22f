package dev.posthorn.keras;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.keras.custom.CustomLayer;
import dev.posthorn.keras.custom.Lambda;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Port;
import dev.posthorn.model.Signature;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A model as another version of Keras has it: its configuration made of the layers, and its weights, which are others where
 * only so it computes the same. That it does is checked: read again, the configuration must give the same graph.
 *
 * @param config as archives have it, where the version has modules
 * @param program the model as it is read from it
 * @param scales whether some of the values to write are others than the model's
 * @param values the values to write, of those that the model has
 */
record Conversion(
        Map<String, Object> config,
        KerasProgram program,
        boolean scales,
        Function<Function<String, Tensor>, Function<String, Tensor>> values) {
    /** The model in that dialect; everything that it cannot have is named in one exception. */
    static Conversion of(KerasProgram program, Dialect dialect) {
        List<String> changed = new ArrayList<>();
        FieldType.Context c = new FieldType.Context(dialect, "config", changed::add);
        HardSigmoids sigmoids = HardSigmoids.of(program, dialect);
        Map<String, Object> config =
                ModelWriter.write(program.root(), c, program::type).orElseThrow();
        LayerNode read = bound(program.root(), LayerReader.read(config, new FieldType.Context(dialect, "config")));
        List<String> unread = unsupported(read, "").toList();
        if (!unread.isEmpty()) {
            throw new UnsupportedModelException(
                    "save: expected a model that " + dialect + " has but was another: " + String.join("; ", unread),
                    unread);
        }
        KerasProgram converted = program.with(read);
        if (!graph(program).sameAs(graph(converted), sigmoids::reading)) {
            List<String> why = changed.isEmpty() ? List.of("another graph, at " + program.name()) : changed;
            throw new UnsupportedModelException(
                    "save: expected a model that computes the same in " + dialect + " but was one that does not: "
                            + String.join("; ", why),
                    why);
        }
        return new Conversion(config, converted, sigmoids.scale(), sigmoids::scaled);
    }

    /** With what was bound by name, which is the same in every version. */
    private static LayerNode bound(LayerNode was, LayerNode read) {
        if (was.layer() instanceof Lambda || was.layer() instanceof CustomLayer<?>) {
            return was;
        }
        Iterator<Child> children = was.layer().children(was.policy()).iterator();
        Layer layer = read.layer()
                .withChildren(n -> children.hasNext() ? bound(children.next().node(), n) : n);
        return layer == read.layer()
                ? read
                : new LayerNode(read.name(), layer, read.policy(), read.trainable(), read.carried());
    }

    private static Stream<String> unsupported(LayerNode node, String path) {
        return node.layer() instanceof Unsupported u
                ? Stream.of(u.reason() + ", at " + path)
                : node.layer().children(node.policy()).stream()
                        .flatMap(c -> unsupported(c.node(), Lowering.path(path, c.node())));
    }

    private static Graph graph(KerasProgram program) {
        List<TensorType> inputs =
                program.signatures().get(0).inputs().stream().map(Port::type).toList();
        return program.lower(Signature.DEFAULT, inputs, Mode.INFERENCE);
    }
}
