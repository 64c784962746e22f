package dev.posthorn.keras;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Models of Keras 1 in the words of Keras 2; {@link Keras1Layers} has those of layers. Source: keras 1.2.2; keras 2, legacy/interfaces.py, legacy/layers.py.
 */
final class Keras1 {
    /** Keys of Keras's own layers that only Keras 1 writes. */
    private static final Set<String> MARKS = Set.of("border_mode", "dim_ordering", "input_dtype", "nb_filter");

    /** Where images have their channels, unless a layer says it. */
    private final String format;

    private int sequentials;

    private Keras1(String format) {
        this.format = format;
    }

    /** The configuration of a model, in the words of Keras 2. */
    static Map<String, Object> translated(Map<String, Object> model) {
        return new Keras1(ordering(model).equals("th") ? "channels_first" : "channels_last").layer(model);
    }

    /** Whether Keras 1 wrote a configuration that does not say what did. */
    static boolean wrote(Object json) {
        if (json instanceof Map<?, ?> m) {
            return m.keySet().stream().anyMatch(MARKS::contains)
                    || m.values().stream().anyMatch(Keras1::wrote);
        }
        return json instanceof List<?> l && l.stream().anyMatch(Keras1::wrote);
    }

    /** The order that the first layer to say it says; Keras itself asked its settings, which no file holds. */
    private static String ordering(Object json) {
        if (json instanceof Map<?, ?> m && ("th".equals(m.get("dim_ordering")) || "tf".equals(m.get("dim_ordering")))) {
            return (String) m.get("dim_ordering");
        }
        Iterable<?> parts = json instanceof Map<?, ?> m ? m.values() : json instanceof List<?> l ? l : List.of();
        for (Object part : parts) {
            String found = ordering(part);
            if (!found.isEmpty()) {
                return found;
            }
        }
        return "";
    }

    /** A layer or a model, with everything beside its configuration as it stands. */
    Map<String, Object> layer(Map<?, ?> json) {
        String className = LayerReader.string(json, "class_name", "config");
        Map<String, Object> out = new LinkedHashMap<>();
        json.forEach((k, v) -> out.put((String) k, v));
        if (className.equals("Sequential")) {
            return sequential(json, out);
        }
        Map<String, Object> config = LayerReader.config(json, className);
        if (config.get("layers") instanceof List<?> layers && !className.equals("Merge")) {
            Map<String, Object> model = new LinkedHashMap<>(config);
            model.put("layers", layers.stream().map(l -> layer(object(l))).toList());
            out.put("config", model);
            return out;
        }
        if (config.get("layer") instanceof Map<?, ?> inner) {
            config = new LinkedHashMap<>(config);
            config.put("layer", layer(inner));
        }
        if (className.equals("Merge")) {
            return Keras1Layers.merge(out, config);
        }
        out.put("class_name", Keras1Layers.className(className, config));
        out.put("config", Keras1Layers.config(className, config, format));
        return out;
    }

    /** A Sequential: with its input as a layer; one that begins with a Merge of others is a graph. */
    private Map<String, Object> sequential(Map<?, ?> json, Map<String, Object> out) {
        List<?> layers = json.get("config") instanceof List<?> l
                ? l
                : (List<?>) LayerReader.config(json, "Sequential").getOrDefault("layers", List.of());
        sequentials++;
        String name = json.get("name") instanceof String s ? s : "sequential_" + sequentials;
        out.putIfAbsent("name", name);
        if (!layers.isEmpty() && "Merge".equals(object(layers.get(0)).get("class_name"))) {
            out.put("class_name", "Model");
            out.put("config", new Keras1Branches(this).model(name, layers));
            return out;
        }
        List<Object> made = new ArrayList<>();
        for (Object l : layers) {
            Map<String, Object> config = LayerReader.config(object(l), name);
            boolean enters = made.isEmpty() && config.get("batch_input_shape") instanceof List<?>;
            if (enters && !"InputLayer".equals(object(l).get("class_name"))) {
                made.add(input(config.get("name") + "_input", config));
            }
            made.add(layer(object(l)));
        }
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("name", name);
        config.put("layers", made);
        out.put("config", config);
        return out;
    }

    static Map<String, Object> input(String name, Map<String, Object> first) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("name", name);
        config.put("batch_input_shape", first.get("batch_input_shape"));
        config.put("dtype", first.getOrDefault("input_dtype", "float32"));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("class_name", "InputLayer");
        json.put("name", name);
        json.put("config", config);
        json.put("inbound_nodes", List.of());
        return json;
    }

    /** The configuration of the layer through which a layer or a model is entered: it says the shape. */
    static Map<String, Object> entry(Map<?, ?> json) {
        if (json.get("config") instanceof List<?> sequence && !sequence.isEmpty()) {
            return entry(object(sequence.get(0)));
        }
        Map<String, Object> config = LayerReader.config(json, "Sequential");
        if (config.get("layers") instanceof List<?> layers
                && config.get("input_layers") instanceof List<?> inputs
                && !inputs.isEmpty()
                && inputs.get(0) instanceof List<?> ref) {
            for (Object l : layers) {
                if (ref.get(0).equals(object(l).get("name"))) {
                    return entry(object(l));
                }
            }
        }
        return config;
    }

    static Map<?, ?> object(Object json) {
        return ModelReader.object(json, "config");
    }
}
