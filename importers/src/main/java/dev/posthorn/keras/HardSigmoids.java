package dev.posthorn.keras;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.operation.OperationLayer;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The hard sigmoid, {@code clip(slope · x + 1/2, 0, 1)}, has slope 1/5 in Keras 1 and 2 and 1/6 in Keras 3. What it is given
 * is linear in the weights that are named here, so that a model computes the same with weights scaled by the ratio of the
 * slopes, but for rounding.
 */
final class HardSigmoids {
    private static final String NAME = "hard_sigmoid";
    private static final double OLD = 0.2;
    private static final double NEW = 1.0 / 6;

    /** Whether a part of a weight's last axis, of equally wide ones, goes through the function that the key names. */
    private record Gates(String key, List<Boolean> parts) {}

    private static final Gates LSTM = new Gates("recurrent_activation", List.of(true, true, false, true));
    private static final Gates GRU = new Gates("recurrent_activation", List.of(true, true, false));
    private static final Gates ALL = new Gates("activation", List.of(true));

    private static final Map<String, Gates> SCALABLE = Map.ofEntries(
            Map.entry("LSTM", LSTM),
            Map.entry("LSTMCell", LSTM),
            Map.entry("ConvLSTM1D", LSTM),
            Map.entry("ConvLSTM2D", LSTM),
            Map.entry("ConvLSTM3D", LSTM),
            Map.entry("GRU", GRU),
            Map.entry("GRUCell", GRU),
            Map.entry("Dense", ALL),
            Map.entry("EinsumDense", ALL),
            Map.entry("Conv1D", ALL),
            Map.entry("Conv2D", ALL),
            Map.entry("Conv3D", ALL));

    private final double from;
    private final double to;
    private final Map<String, Gates> scaled = new HashMap<>();
    private final List<String> problems = new ArrayList<>();

    private HardSigmoids(double from, double to) {
        this.from = from;
        this.to = to;
    }

    /** Finds them in a model that becomes one of that dialect; those that cannot be kept are named in one exception. */
    static HardSigmoids of(KerasProgram program, Dialect dialect) {
        boolean newer = dialect == Dialect.KERAS3;
        HardSigmoids found = new HardSigmoids(newer ? OLD : NEW, newer ? NEW : OLD);
        if (newer != (program.origin().dialect() == Dialect.KERAS3)) {
            found.visit(program, program.root(), "");
        }
        if (!found.problems.isEmpty()) {
            throw new UnsupportedModelException(
                    "save: expected activations that " + dialect + " has but was " + String.join("; ", found.problems),
                    found.problems);
        }
        return found;
    }

    private void visit(KerasProgram program, LayerNode node, String path) {
        List<Child> children = node.layer().children(node.policy());
        config(node).forEach((key, value) -> {
            if (isHardSigmoid(value)) {
                Gates gates = SCALABLE.get(node.layer().className());
                if (gates == null || !gates.key.equals(key)) {
                    problems.add(
                            node.layer().className() + "." + key + " " + NAME + " of slope " + from + ", at " + path);
                } else { // a recurrent layer's weights are its cell's
                    String owner = children.isEmpty()
                            ? path
                            : Lowering.path(path, children.get(0).node());
                    String first = program.sharing().first(owner);
                    program.weights(first).forEach(w -> scaled.put(Lowering.key(first, w), gates));
                }
            }
        });
        children.forEach(c -> visit(program, c.node(), Lowering.path(path, c.node())));
    }

    private static boolean isHardSigmoid(Object value) {
        return NAME.equals(value) || value instanceof Map<?, ?> m && NAME.equals(m.get("config"));
    }

    @SuppressWarnings("unchecked") // the codec registered under a layer's class name is the codec of that layer's class
    private static Map<String, Object> config(LayerNode node) {
        Optional<Codec<? extends Layer>> codec = node.layer() instanceof OperationLayer
                ? Optional.empty()
                : KerasLayers.codec(node.layer().className());
        FieldType.Context c = new FieldType.Context(Dialect.KERAS3, node.name(), change -> {});
        return codec.map(found -> ((Codec<Layer>) found).encode(node.layer(), c))
                .orElse(Map.of());
    }

    /** A node of the model's graph as it is read in the other version, given the weights that are scaled. */
    String reading(String node) {
        return scaled.isEmpty() ? node : node.replace("HardSigmoid[slope=" + from, "HardSigmoid[slope=" + to);
    }

    /** Whether any weight is scaled. */
    boolean scale() {
        return !scaled.isEmpty();
    }

    /** The values of variables to write. */
    Function<String, Tensor> scaled(Function<String, Tensor> values) {
        return key -> scaled.containsKey(key) ? scaled(values.apply(key), scaled.get(key)) : values.apply(key);
    }

    private Tensor scaled(Tensor t, Gates gates) {
        int columns = t.shape().dim(-1);
        int width = columns / gates.parts.size();
        Tensor out = Tensor.zeros(t.type());
        for (int i = 0; i < t.size(); i++) {
            boolean scale = gates.parts.get(i % columns / width);
            out.setDouble(i, scale ? t.getDouble(i) * (from / to) : t.getDouble(i));
        }
        return out;
    }
}
