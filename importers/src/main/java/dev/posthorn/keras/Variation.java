package dev.posthorn.keras;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.keras.custom.CustomLayer;
import dev.posthorn.keras.custom.Lambda;
import dev.posthorn.keras.operation.OperationLayer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Layers of Keras with other configurations: for trying what a model would compute if they were so. */
public final class Variation {
    private Variation() {}

    /**
     * The configuration of what belongs to the layer alone, as Keras 3 writes it, or Keras 2 where Keras 3 has no such layer; empty
     * for what has none of Keras's.
     */
    public static Map<String, Object> config(LayerNode node) {
        boolean own = !(node.layer() instanceof OperationLayer
                || node.layer() instanceof Lambda
                || node.layer() instanceof CustomLayer<?>);
        return own && KerasLayers.codec(node.layer().className()).isPresent()
                ? LayerWriter.encode(node.layer(), new FieldType.Context(dialect(node.layer()), node.name()))
                : Map.of();
    }

    /** The newest one in which the layer means what it does. */
    private static Dialect dialect(Layer layer) {
        List<String> changed = new ArrayList<>();
        LayerWriter.encode(layer, new FieldType.Context(Dialect.KERAS3, "", changed::add));
        return changed.isEmpty() ? Dialect.KERAS3 : Dialect.KERAS2;
    }

    /** The layer with some keys of its configuration changed. */
    public static LayerNode with(LayerNode node, Map<String, ?> changes) {
        Map<String, Object> config = new LinkedHashMap<>(config(node));
        config.putAll(changes);
        Layer changed = KerasLayers.of(node.layer().className(), config, dialect(node.layer()));
        return new LayerNode(node.name(), changed, node.policy(), node.trainable(), node.carried());
    }

    /** The layer under another policy. */
    public static LayerNode with(LayerNode node, DTypePolicy policy) {
        return new LayerNode(node.name(), node.layer(), policy, node.trainable(), node.carried());
    }
}
