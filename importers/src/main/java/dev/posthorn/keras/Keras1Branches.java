package dev.posthorn.keras;

import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The graph of a Sequential whose first layer merges what others give: as Keras saves it, in one plane. */
final class Keras1Branches {
    private final Keras1 keras;
    private final List<Object> layers = new ArrayList<>();
    private final List<Object> inputs = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    Keras1Branches(Keras1 keras) {
        this.keras = keras;
    }

    Map<String, Object> model(String name, List<?> sequence) {
        String last = sequence(sequence);
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("name", name);
        config.put("layers", layers);
        config.put("input_layers", inputs);
        config.put("output_layers", List.of(ref(last)));
        return config;
    }

    /** Adds the layers of a sequence; gives the name of the last. */
    private String sequence(List<?> sequence) {
        String last = null;
        for (Object l : sequence) {
            Map<?, ?> json = Keras1.object(l);
            Map<String, Object> config = LayerReader.config(json, "Sequential");
            if ("Merge".equals(json.get("class_name")) && last == null) {
                List<Object> merged = new ArrayList<>();
                for (Object branch : (List<?>) config.getOrDefault("layers", List.of())) {
                    merged.add(branch(Keras1.object(branch)));
                }
                last = add(keras.layer(json), merged);
            } else if (last == null) {
                Map<String, Object> made = keras.layer(json);
                boolean enters = "InputLayer".equals(made.get("class_name"));
                String in = (enters ? "" : config.get("name") + "_input");
                String input = enters ? add(made, null) : add(Keras1.input(in, Keras1.entry(json)), null);
                inputs.add(ref(input));
                last = enters ? input : add(made, List.of(ref(input)));
            } else {
                last = add(keras.layer(json), List.of(ref(last)));
            }
        }
        if (last == null) {
            throw new ModelFormatException("Merge: expected branches with layers but was an empty one, at config");
        }
        return last;
    }

    /** Adds what is merged; gives the reference to its output. */
    private Object branch(Map<?, ?> json) {
        String className = LayerReader.string(json, "class_name", "config");
        if (className.equals("Sequential") && json.get("config") instanceof List<?> inner) {
            return ref(sequence(inner));
        }
        if (className.equals("Model")) {
            return graph(LayerReader.config(json, className));
        }
        if (className.equals("InputLayer")) {
            Object input = ref(add(keras.layer(json), null));
            inputs.add(input);
            return input;
        }
        throw new UnsupportedModelException("Merge: expected Sequential, Model or InputLayer to merge but was "
                + className + ", which Keras does not load either, at config");
    }

    /** The layers of a graph, which keep their connections. */
    private Object graph(Map<String, Object> model) {
        for (Object l : list(model, "layers")) {
            Map<String, Object> made = keras.layer(Keras1.object(l));
            if (!(made.get("name") instanceof String name) || !names.add(name)) {
                throw new ModelFormatException("Merge: expected layers of different names but was " + made.get("name")
                        + " once more, at config");
            }
            layers.add(made);
        }
        inputs.addAll(list(model, "input_layers"));
        return list(model, "output_layers").get(0);
    }

    private static List<?> list(Map<String, Object> model, String key) {
        if (model.get(key) instanceof List<?> l && !l.isEmpty()) {
            return l;
        }
        throw new ModelFormatException(
                "Merge: expected a model with " + key + " but was " + model.get(key) + ", at config");
    }

    private String add(Map<String, Object> made, List<Object> from) {
        Object name = ((Map<?, ?>) made.get("config")).get("name");
        String unique = name instanceof String s && names.add(s) ? s : made.get("class_name") + "_" + names.size();
        names.add(unique);
        made.put("name", unique);
        made.put("inbound_nodes", from == null ? List.of() : List.of(from));
        layers.add(made);
        return unique;
    }

    private List<Object> ref(String name) {
        return Collections.unmodifiableList(List.of(name, 0, 0));
    }
}
