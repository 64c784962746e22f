package dev.posthorn.keras;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.keras.custom.CustomLayer;
import dev.posthorn.keras.custom.CustomObjects;
import dev.posthorn.keras.custom.Lambda;
import dev.posthorn.keras.operation.KerasOperations;
import dev.posthorn.keras.operation.OperationLayer;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.UnsupportedModelException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reads a layer's configuration object: its class, name, dtype policy, and what its codec says. */
public final class LayerReader {
    /** Keys that every layer may have and that say nothing about how it computes. */
    private static final Set<String> BASE = Set.of("name", "trainable", "dtype");

    /** Keys by which the first layer of a Keras 1 or 2 Sequential gives the model's input. */
    private static final Set<String> INPUT_KEYS =
            Set.of("batch_shape", "batch_input_shape", "input_shape", "input_dtype", "input_dim", "input_length");

    private LayerReader() {}

    /** A layer in the configuration of another one. */
    public static final FieldType<LayerNode> TYPE =
            new FieldType<>("a layer", (raw, c) -> read((Map<?, ?>) raw, c), (n, c) -> LayerWriter.write(n, c), false);

    /** The layer that {@code json} describes; one that is not supported is an {@link Unsupported}. */
    public static LayerNode read(Map<?, ?> json, FieldType.Context c) {
        String full = string(json, "class_name", c.path());
        String className = bare(full);
        Map<String, Object> config = config(json, c.path());
        String name = json.get("name") instanceof String s ? s : config.get("name") instanceof String s ? s : className;
        boolean trainable = !(config.get("trainable") instanceof Boolean t) || t;
        FieldType.Context inside = c.below(name);
        Optional<DTypePolicy> policy = DTypePolicy.read(config.get("dtype"));
        if (policy.isEmpty()) {
            return unsupported(name, className, "dtype policy " + config.get("dtype"), trainable);
        }
        Optional<LayerNode> custom = custom(json, name, config, policy.get(), trainable, inside);
        if (custom.isPresent()) {
            return custom.get();
        }
        if (isOperation(json, className, config, c.dialect())) {
            Map<String, Object> own = new LinkedHashMap<>(config);
            own.remove("name");
            Layer operation = new OperationLayer(className, json.get("module") instanceof String m ? m : "", own);
            return new LayerNode(name, operation, DTypePolicy.FLOAT32, trainable, Map.of());
        }
        if (ModelReader.isModel(json, config)) {
            return new LayerNode(name, ModelReader.read(className, config, inside), policy.get(), trainable, Map.of());
        }
        Optional<Codec<? extends Layer>> codec = isForeign(json) ? Optional.empty() : KerasLayers.codec(className);
        if (codec.isEmpty()) {
            return unsupported(name, className, reason(json, className, name, config), trainable);
        }
        return supported(codec.get(), name, config, policy.get(), trainable, inside);
    }

    /** A class name without its package ({@code Package>Name}) or module ({@code module.Name} of some Keras 2 files). */
    private static String bare(String className) {
        return className.substring(Math.max(className.lastIndexOf('>'), className.lastIndexOf('.')) + 1);
    }

    private static LayerNode supported(
            Codec<? extends Layer> codec,
            String name,
            Map<String, Object> config,
            DTypePolicy policy,
            boolean trainable,
            FieldType.Context inside) {
        try {
            return quantizable(decode(codec, name, config, policy, trainable, inside));
        } catch (UnsupportedModelException e) {
            return unsupported(name, codec.name(), e.getMessage(), trainable);
        }
    }

    /** The layer, where it takes its policy. */
    static LayerNode quantizable(LayerNode node) {
        String mode = node.policy().mode();
        return mode.isEmpty() || node.layer().quantizes(mode)
                ? node
                : unsupported(
                        node.name(),
                        node.layer().className(),
                        "dtype policy with quantization " + mode,
                        node.trainable());
    }

    /** What the user bound: a layer to the name of its class, or a function to that, or to the name of a layer. */
    private static Optional<LayerNode> custom(
            Map<?, ?> json,
            String name,
            Map<String, Object> config,
            DTypePolicy policy,
            boolean trainable,
            FieldType.Context c) {
        CustomObjects bound = CustomObjects.in(c);
        String full = String.valueOf(json.get("class_name"));
        List<String> names = json.get("registered_name") instanceof String registered
                ? List.of(registered, full, bare(full))
                : List.of(full, bare(full));
        Optional<Codec<? extends Layer>> own = bound.layer(names);
        if (own.isPresent()) {
            LayerNode node = supported(own.get(), name, config, policy, trainable, c);
            return Optional.of(
                    node.layer() instanceof Unsupported
                            ? node
                            : new LayerNode(
                                    name, custom(node.layer(), own.get(), json), policy, trainable, node.carried()));
        }
        boolean known = !isForeign(json) && KerasLayers.codec(bare(full)).isPresent();
        if (known || ModelReader.isModel(json, config)) {
            return Optional.empty();
        }
        return bound.function(Stream.concat(Stream.of(name), names.stream()).toList())
                .or(() -> Lambda.builtin(bare(full), config, c.dialect()))
                .map(f -> new LayerNode(name, new Lambda(bare(full), f, config), policy, trainable, Map.of()));
    }

    @SuppressWarnings("unchecked") // the layer was made by the codec
    private static <L extends Layer> CustomLayer<L> custom(Layer layer, Codec<L> codec, Map<?, ?> json) {
        Map<String, Object> identity = new LinkedHashMap<>();
        for (String key : List.of("module", "class_name", "registered_name")) {
            if (json.get(key) != null) {
                identity.put(key, json.get(key));
            }
        }
        return new CustomLayer<>((L) layer, codec, Collections.unmodifiableMap(identity));
    }

    private static <L extends Layer> LayerNode decode(
            Codec<L> codec,
            String name,
            Map<String, Object> config,
            DTypePolicy policy,
            boolean trainable,
            FieldType.Context c) {
        Codec.Decoded<L> decoded = codec.decode(config, c);
        Map<String, Object> carried = new LinkedHashMap<>(decoded.unknown());
        carried.keySet().removeAll(BASE);
        carried.keySet().removeAll(INPUT_KEYS);
        return new LayerNode(name, decoded.value(), policy, trainable, carried);
    }

    private static LayerNode unsupported(String name, String className, String reason, boolean trainable) {
        return new LayerNode(
                name, new Unsupported(className, reason, List.of()), DTypePolicy.FLOAT32, trainable, Map.of());
    }

    /** Whether a node is an operation: by its module, or, in .h5 files, which have none, by what layers alone have. */
    private static boolean isOperation(Map<?, ?> json, String className, Map<String, Object> config, Dialect dialect) {
        boolean operation = json.get("module") instanceof String m
                ? m.startsWith("keras.src.ops")
                // An input has nothing to train either.
                : dialect == Dialect.KERAS3 && !config.containsKey("trainable") && !className.equals("InputLayer");
        return operation && KerasOperations.find(className).isPresent();
    }

    /** Whether the class is not Keras's own: another module's, or registered under a package. */
    private static boolean isForeign(Map<?, ?> json) {
        boolean registered = json.get("registered_name") instanceof String r && r.contains(">");
        boolean operation = json.get("module") instanceof String m && m.startsWith("keras.src.ops");
        return registered || operation;
    }

    private static String reason(Map<?, ?> json, String className, String name, Map<String, Object> config) {
        if (json.get("module") instanceof String m && m.startsWith("keras.src.ops")) {
            String why = KerasOperations.REASONS.get(className);
            return "operation " + m.replace("keras.src.", "keras.") + "." + className + " is not supported"
                    + (why == null ? "" : ": " + why);
        }
        if (className.equals("Lambda")) {
            return Lambda.reason(name, config);
        }
        String full = json.get("registered_name") instanceof String r ? r : string(json, "class_name", name);
        if (full.contains(">") || isForeign(json)) {
            return "custom layer " + full + " has no code in the file (bind a layer to its name; its configuration is "
                    + Json.text(own(config)) + ")";
        }
        return "layer class " + className + " is not supported"
                + KerasLayers.nearest(className)
                        .map(n -> " (nearest that is: " + n + ")")
                        .orElse(" (where it is a custom one, bind a layer to its name; its configuration is "
                                + Json.text(own(config)) + ")");
    }

    private static Map<String, Object> own(Map<String, Object> config) {
        Map<String, Object> own = new LinkedHashMap<>(config);
        own.keySet().removeAll(BASE);
        return own;
    }

    static String string(Map<?, ?> json, String key, String path) {
        if (json.get(key) instanceof String s) {
            return s;
        }
        throw new ModelFormatException(
                "layer: expected a string '" + key + "' but was " + json.get(key) + ", at " + path);
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> config(Map<?, ?> json, String path) {
        Object config = json.get("config");
        if (config instanceof List<?> layers) { // Keras 1 and early 2: a Sequential's config is its list of layers
            return Map.of("layers", layers);
        }
        if (config instanceof Map<?, ?> m) {
            return (Map<String, Object>) m;
        }
        throw new ModelFormatException("layer: expected an object 'config' but was " + config + ", at " + path);
    }
}
