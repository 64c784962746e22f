package dev.posthorn.keras;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.train.constraint.Constraint;
import dev.posthorn.train.constraint.Constraints;
import dev.posthorn.train.initializer.Initializer;
import dev.posthorn.train.initializer.Initializers;
import dev.posthorn.train.regularizer.Regularizer;
import dev.posthorn.train.regularizer.Regularizers;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a layer's configuration says of its weights beyond their values: the keys {@code <weight>_initializer},
 * {@code <weight>_regularizer}, {@code <weight>_constraint}; and {@code activity_regularizer} of its outputs.
 */
final class Settings {
    private Settings() {}

    static Optional<Regularizer> activity(LayerNode node) {
        Object own = node.layer().activityRegularizer();
        return Optional.ofNullable(own == null ? node.carried().get("activity_regularizer") : own)
                .map(r -> Regularizers.ALL.read(r, at(node, "activity_regularizer")));
    }

    static Optional<Regularizer> regularizer(LayerNode node, Weight w) {
        return find(node, w, "_regularizer").map(r -> Regularizers.ALL.read(r, at(node, w.name() + "_regularizer")));
    }

    static Optional<Constraint> constraint(LayerNode node, Weight w) {
        return w.adaption() == Weight.Adaption.ADAPTER
                ? Optional.empty()
                : find(node, w, "_constraint").map(r -> Constraints.ALL.read(r, at(node, w.name() + "_constraint")));
    }

    static Optional<Initializer> initializer(LayerNode node, Weight w) {
        return w.adaption() == Weight.Adaption.ADAPTER
                ? Optional.empty()
                : find(node, w, "_initializer").map(r -> Initializers.ALL.read(r, at(node, w.name() + "_initializer")));
    }

    private static FieldType.Context at(LayerNode node, String key) {
        return new FieldType.Context(Dialect.KERAS3, node.name() + "." + key);
    }

    /** The value of the first of the keys by which layers name a weight's settings. */
    private static Optional<Object> find(LayerNode node, Weight w, String suffix) {
        Map<String, Object> config = config(node);
        return prefixes(w).stream()
                .filter(p -> config.containsKey(p + suffix))
                .findFirst()
                .map(p -> config.get(p + suffix));
    }

    /** {@code recurrent_kernel} is {@code recurrent} in keys; low-rank adapters follow the weight that they adapt. */
    private static List<String> prefixes(Weight w) {
        if (w.adaption() == Weight.Adaption.ADAPTER) {
            return List.of(w.name().replaceFirst("^lora_", "").replaceFirst("_[ab]$", ""));
        }
        return w.name().equals("kernel")
                ? List.of("kernel", "depthwise")
                : List.of(w.name(), w.name().replaceFirst("_kernel$", ""));
    }

    private static Map<String, Object> config(LayerNode node) {
        return KerasLayers.codec(node.layer().className())
                .map(codec -> values(codec, node.layer()))
                .orElse(Map.of());
    }

    @SuppressWarnings("unchecked") // the codec registered under a layer's class name is the codec of that layer's class
    private static <L extends Layer> Map<String, Object> values(Codec<?> codec, L layer) {
        return ((Codec<L>) codec).values(layer);
    }
}
