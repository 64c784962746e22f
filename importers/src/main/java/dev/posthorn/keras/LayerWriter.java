package dev.posthorn.keras;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.keras.custom.CustomLayer;
import dev.posthorn.keras.custom.Lambda;
import dev.posthorn.keras.operation.OperationLayer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes a layer's configuration object, as {@link LayerReader} reads it. */
final class LayerWriter {
    private LayerWriter() {}

    static Map<String, Object> write(LayerNode node, FieldType.Context c) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("name", node.name());
        if (node.layer() instanceof OperationLayer operation) {
            config.putAll(operation.config());
            return object(node, config, operation.module());
        }
        config.put("trainable", node.trainable());
        config.put("dtype", node.policy().json());
        if (node.layer() instanceof Lambda lambda) {
            config.putAll(lambda.config());
            return object(node, config, "");
        }
        config.putAll(
                node.layer() instanceof CustomLayer<?> custom
                        ? custom.encode(c.below(node.name()))
                        : encode(node.layer(), c.below(node.name())));
        config.putAll(node.carried());
        Map<String, Object> object = object(node, config, "");
        if (node.layer() instanceof CustomLayer<?> custom) {
            object.putAll(custom.identity());
        }
        return object;
    }

    private static Map<String, Object> object(LayerNode node, Map<String, Object> config, String module) {
        Map<String, Object> object = new LinkedHashMap<>();
        if (!module.isEmpty()) {
            object.put("module", module);
        }
        object.put("class_name", node.layer().className());
        object.put("config", config);
        return object;
    }

    @SuppressWarnings("unchecked") // the codec registered under a layer's class name is the codec of that layer's class
    private static <L extends Layer> Map<String, Object> encode(L layer, FieldType.Context c) {
        Codec<L> codec = (Codec<L>) KerasLayers.codec(layer.className()).orElseThrow();
        return codec.encode(layer, c);
    }
}
