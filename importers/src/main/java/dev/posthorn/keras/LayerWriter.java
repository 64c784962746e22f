package dev.posthorn.keras;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.keras.custom.CustomLayer;
import dev.posthorn.keras.custom.Lambda;
import dev.posthorn.keras.custom.LambdaCode;
import dev.posthorn.keras.layer.InputLayer;
import dev.posthorn.keras.layer.IntegerLookup;
import dev.posthorn.keras.layer.Recurrent;
import dev.posthorn.keras.layer.StringLookup;
import dev.posthorn.keras.layer.TextVectorization;
import dev.posthorn.keras.operation.OperationLayer;
import dev.posthorn.model.UnsupportedModelException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes a layer's configuration object, as {@link LayerReader} reads it. */
final class LayerWriter {
    /** As TensorFlow 1 has them. Source: tensorflow/python/framework/ops.py. */
    private static final String NAMES = "[A-Za-z0-9.][A-Za-z0-9_.\\\\/>-]*";

    private LayerWriter() {}

    static Map<String, Object> write(LayerNode given, FieldType.Context c) {
        LayerNode node = new LayerNode(
                given.name(), given.layer().in(c.dialect()), given.policy(), given.trainable(), given.carried());
        Versions.refusal(node.layer(), c.dialect()).ifPresent(why -> {
            throw new UnsupportedModelException(why + ", at " + c.path() + "." + node.name());
        });
        Optional<Map<String, Object>> model = ModelWriter.write(node, c);
        if (model.isPresent()) {
            return model.get();
        }
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("name", node.name());
        if (node.layer() instanceof OperationLayer operation) {
            config.putAll(operation.config());
            String module =
                    operation.module().isEmpty() ? Modules.ofOperation(operation.className()) : operation.module();
            return object(node, config, module, operation.className());
        }
        boolean takes = c.dialect() != Dialect.KERAS3 && !(node.layer() instanceof InputLayer);
        if (takes || !node.trainable()) { // some layers of Keras 3 do not take it, inputs of Keras 2 neither
            config.put("trainable", node.trainable());
        }
        config.put("dtype", node.policy().json());
        if (node.layer() instanceof Lambda lambda) {
            config.putAll(LambdaCode.in(lambda, c.dialect(), c.path() + "." + node.name()));
            return object(node, config, module(node, c), null);
        }
        config.putAll(
                node.layer() instanceof CustomLayer<?> custom
                        ? custom.encode(c.below(node.name()))
                        : encode(node.layer(), c.below(node.name())));
        config.putAll(node.carried());
        if (c.dialect() != Dialect.KERAS3) {
            older(node, config, c);
        }
        boolean exported = node.layer().module().equals(Modules.LAYERS);
        Map<String, Object> object = object(
                node, config, module(node, c), exported ? null : node.layer().className());
        if (node.layer() instanceof CustomLayer<?> custom) {
            object.putAll(custom.identity());
        }
        return object;
    }

    /** The module that the dialect names. */
    private static String module(LayerNode node, FieldType.Context c) {
        return c.dialect() == Dialect.KERAS3 ? node.layer().module() : "";
    }

    /** A configuration as Keras 2 takes it; there the types of lookups follow from what they give. */
    private static void older(LayerNode node, Map<String, Object> config, FieldType.Context c) {
        if (!node.name().matches(NAMES)) {
            throw new UnsupportedModelException(
                    "name '" + node.name() + "', where Keras 2 takes letters, digits and ._-/>\\" + " of ASCII, at "
                            + c.path() + "." + node.name());
        }
        boolean adapted = node.layer().lora().rank() != null;
        if (adapted || !node.policy().quantized().isEmpty()) {
            throw new UnsupportedModelException((adapted
                            ? "low-rank adapters"
                            : "dtype policy " + node.policy().name()) + ", which Keras 2 does not have, at " + c.path()
                    + "." + node.name());
        }
        List<DTypePolicy> inside = node.layer().children(node.policy()).stream()
                .map(child -> child.node().policy())
                .toList();
        if (node.policy().place() != null) {
            if (inside.stream().anyMatch(p -> !p.name().equals(node.policy().name()))) {
                throw new UnsupportedModelException(
                        "dtype policies by path, which Keras 2 does not have, at " + c.path() + "." + node.name());
            }
            config.put("dtype", node.policy().name());
        }
        if (node.layer() instanceof Recurrent
                && inside.stream().anyMatch(p -> p.compute() != node.policy().compute())) {
            throw new UnsupportedModelException("cell of another dtype policy than its layer's "
                    + node.policy().name() + ", whose states Keras 2 does not cast, at " + c.path() + "."
                    + node.name());
        }
        config.replaceAll((key, value) -> plain(value));
        boolean fails = Boolean.TRUE.equals(config.get("zero_output_for_mask"))
                && Boolean.FALSE.equals(config.get("return_sequences"));
        if (fails) { // Keras 2 then masks one step as if it were all, but in a loop
            config.replace("unroll", true, false);
        }
        if (node.layer() instanceof TextVectorization) {
            config.put("dtype", "string");
        } else if (node.layer() instanceof StringLookup || node.layer() instanceof IntegerLookup) {
            config.remove("dtype");
        }
    }

    /** Initializers and their kin as Keras 2 has them: without modules, and without keys that are null anyway. */
    private static Object plain(Object value) {
        if (!(value instanceof Map<?, ?> m)
                || !m.containsKey("module")
                || !(m.get("config") instanceof Map<?, ?> own)) {
            return value;
        }
        Map<Object, Object> config = new LinkedHashMap<>();
        own.forEach((key, v) -> {
            if (v != null) {
                config.put(key, plain(v));
            }
        });
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("class_name", m.get("class_name"));
        out.put("config", config);
        return out;
    }

    private static Map<String, Object> object(
            LayerNode node, Map<String, Object> config, String module, String registered) {
        Map<String, Object> object = new LinkedHashMap<>();
        if (!module.isEmpty()) {
            object.put("module", module);
        }
        object.put(
                "class_name",
                module.isEmpty() ? node.layer().className() : node.layer().exportedName());
        object.put("config", config);
        if (!module.isEmpty()) {
            object.put("registered_name", registered);
        }
        return object;
    }

    @SuppressWarnings("unchecked") // the codec registered under a layer's class name is the codec of that layer's class
    static <L extends Layer> Map<String, Object> encode(L layer, FieldType.Context c) {
        Codec<L> codec = (Codec<L>) KerasLayers.codec(layer.className()).orElseThrow();
        return codec.encode(layer, c);
    }
}
