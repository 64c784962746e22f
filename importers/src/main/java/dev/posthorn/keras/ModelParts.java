package dev.posthorn.keras;

import dev.posthorn.keras.layer.Functional;
import dev.posthorn.keras.layer.InputLayer;
import dev.posthorn.keras.layer.Sequential;
import dev.posthorn.model.Program.Link;
import dev.posthorn.model.Program.Part;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The layers of a model as its summary shows them: their outputs, weights and connections. */
final class ModelParts {
    private final KerasProgram program;

    ModelParts(KerasProgram program) {
        this.program = program;
    }

    /** The parts of a model at {@code path}. */
    List<Part> of(LayerNode model, String path, boolean trainable) {
        Map<String, List<Link>> sources = new LinkedHashMap<>();
        if (model.layer() instanceof Functional f) {
            f.steps().stream()
                    .sorted(Comparator.comparingInt(Functional.Step::node))
                    .forEach(s -> sources.computeIfAbsent(s.layer(), k -> new ArrayList<>())
                            .addAll(links(s)));
        }
        List<Part> parts = new ArrayList<>();
        for (Child c : model.layer().children(model.policy())) {
            LayerNode n = c.node();
            if (model.layer() instanceof Sequential && n.layer() instanceof InputLayer) {
                continue; // Keras does not count it among the layers
            }
            String at = Lowering.path(path, n);
            long[] count = new long[2];
            count(n, at, trainable && n.trainable(), count);
            boolean nested = n.layer() instanceof Functional || n.layer() instanceof Sequential;
            parts.add(new Part(
                    n.name(),
                    n.layer().className(),
                    program.outputTypes(at).orElse(List.of()),
                    count[0],
                    count[1],
                    n.trainable(),
                    sources.getOrDefault(n.name(), List.of()),
                    nested ? of(n, at, trainable && n.trainable()) : List.of()));
        }
        return parts;
    }

    private static List<Link> links(Functional.Step step) {
        List<Link> links = new ArrayList<>();
        for (Object structure : List.of(step.args(), new TreeMap<>(step.kwargs()))) {
            KerasTensor.map(structure, leaf -> {
                if (leaf instanceof Functional.TensorRef ref) {
                    links.add(new Link(ref.layer(), ref.node(), ref.tensor()));
                }
                return leaf;
            });
        }
        return links;
    }

    private void count(LayerNode node, String path, boolean trainable, long[] count) {
        for (Weight w : program.weights(path)) {
            if (w.stored()) {
                count[0] += w.shape().longSize();
                count[1] += trainable && w.trainable() ? w.shape().longSize() : 0;
            }
        }
        for (Child c : node.layer().children(node.policy())) {
            count(c.node(), Lowering.path(path, c.node()), trainable && c.node().trainable(), count);
        }
    }
}
