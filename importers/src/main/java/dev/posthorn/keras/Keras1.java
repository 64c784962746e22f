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

/**
 * Configurations of Keras 1 in the words of Keras 2. Source: keras 1.2.2; keras 2, legacy/interfaces.py, legacy/layers.py.
 */
final class Keras1 {
    /** Classes that have another name since. */
    private static final Map<String, String> CLASSES = Map.of(
            "Convolution1D", "Conv1D",
            "Convolution2D", "Conv2D",
            "Convolution3D", "Conv3D",
            "AtrousConvolution1D", "Conv1D",
            "AtrousConvolution2D", "Conv2D",
            "Deconvolution2D", "Conv2DTranspose",
            "SeparableConvolution2D", "SeparableConv2D",
            "TimeDistributedDense", "Dense");

    /** What keys are called since; the first that is not taken by the class itself. */
    private static final Map<String, String> KEYS = Map.ofEntries(
            Map.entry("W_constraint", "kernel_constraint"),
            Map.entry("W_regularizer", "kernel_regularizer"),
            Map.entry("U_regularizer", "recurrent_regularizer"),
            Map.entry("atrous_rate", "dilation_rate"),
            Map.entry("b_constraint", "bias_constraint"),
            Map.entry("b_regularizer", "bias_regularizer"),
            Map.entry("bias", "use_bias"),
            Map.entry("border_mode", "padding"),
            Map.entry("dropout_U", "recurrent_dropout"),
            Map.entry("dropout_W", "dropout"),
            Map.entry("filter_length", "kernel_size"),
            Map.entry("init", "kernel_initializer"),
            Map.entry("inner_activation", "recurrent_activation"),
            Map.entry("inner_init", "recurrent_initializer"),
            Map.entry("length", "size"),
            Map.entry("nb_filter", "filters"),
            Map.entry("output_dim", "units"),
            Map.entry("p", "rate"),
            Map.entry("pool_length", "pool_size"),
            Map.entry("sigma", "stddev"),
            Map.entry("stride", "strides"),
            Map.entry("subsample", "strides"),
            Map.entry("subsample_length", "strides"));

    /** Keys of single classes that are called otherwise than by {@link #KEYS}. */
    private static final Map<String, Map<String, String>> OWN_KEYS = Map.of(
            "Embedding",
            Map.of(
                    "init", "embeddings_initializer",
                    "W_regularizer", "embeddings_regularizer",
                    "W_constraint", "embeddings_constraint",
                    "output_dim", "output_dim"),
            "PReLU",
            Map.of("init", "alpha_initializer"),
            "BatchNormalization",
            Map.of("gamma_init", "gamma_initializer", "beta_init", "beta_initializer"));

    /** Keys that say how something is computed or fed and not what. */
    private static final Set<String> IDLE = Set.of("consume_less", "input_dim", "input_length", "input_shape");

    /** Layers whose configuration does not say the order of the dimensions. */
    private static final Set<String> UNSAID = Set.of(
            "UpSampling2D",
            "UpSampling3D",
            "ZeroPadding2D",
            "ZeroPadding3D",
            "Cropping2D",
            "Cropping3D",
            "SpatialDropout2D",
            "SpatialDropout3D");

    private static final Map<String, String> MERGES =
            Map.of("sum", "Add", "mul", "Multiply", "ave", "Average", "max", "Maximum", "cos", "CosineMerge");

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
    private Map<String, Object> layer(Map<?, ?> json) {
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
            return merge(out, config);
        }
        out.put("class_name", className(className, config));
        out.put("config", config(className, config));
        return out;
    }

    private static String className(String className, Map<String, Object> config) {
        int mode = className.equals("BatchNormalization") && config.get("mode") instanceof Number n ? n.intValue() : 0;
        return mode == 0
                ? CLASSES.getOrDefault(className, className)
                : mode == 1 ? "SampleNormalization" : "BatchStatisticsNormalization";
    }

    private Map<String, Object> config(String className, Map<String, Object> config) {
        Map<String, Object> out = new LinkedHashMap<>();
        List<Object> window = new ArrayList<>();
        Map<String, String> own = OWN_KEYS.getOrDefault(className, Map.of());
        config.forEach((key, value) -> {
            if (Set.of("nb_row", "nb_col", "kernel_dim1", "kernel_dim2", "kernel_dim3")
                    .contains(key)) {
                window.add(value); // in this order
            } else if (key.equals("dim_ordering")) {
                out.put("data_format", "th".equals(value) ? "channels_first" : "channels_last");
            } else if (key.equals("input_dtype")) {
                out.put(className.equals("InputLayer") ? "dtype" : key, value);
            } else if (key.equals("forget_bias_init")) {
                out.put("unit_forget_bias", "one".equals(value));
            } else if (key.equals("init") && className.equals("SeparableConvolution2D")) {
                out.put("depthwise_initializer", value);
                out.put("pointwise_initializer", value);
            } else if (!IDLE.contains(key) || key.equals("input_dim") && className.equals("Embedding")) {
                out.put(own.getOrDefault(key, KEYS.getOrDefault(key, key)), value);
            }
        });
        if (!window.isEmpty()) {
            out.put("kernel_size", window);
        }
        if (UNSAID.contains(className)) {
            out.putIfAbsent("data_format", format);
        }
        if (className.equals("ZeroPadding2D")) {
            out.computeIfPresent("padding", (k, v) -> padding(v));
        }
        if (className.equals("BatchNormalization")) {
            out.remove("mode");
        }
        if (className.equals("Embedding")) { // set to zero in training: rows of the table, as no layer does since
            if (out.remove("dropout") instanceof Number rate && rate.doubleValue() > 0) {
                out.put("dropout", rate);
            }
        }
        return out;
    }

    /** Rows and columns to add: two numbers, four, or a dictionary. */
    private static Object padding(Object value) {
        if (value instanceof Map<?, ?> m) {
            return List.of(
                    List.of(or0(m.get("top_pad")), or0(m.get("bottom_pad"))),
                    List.of(or0(m.get("left_pad")), or0(m.get("right_pad"))));
        }
        return value instanceof List<?> l && l.size() == 4 ? List.of(l.subList(0, 2), l.subList(2, 4)) : value;
    }

    private static Object or0(Object value) {
        return value == null ? 0 : value;
    }

    /** A merging layer by its mode. */
    private static Map<String, Object> merge(Map<String, Object> out, Map<String, Object> config) {
        Map<String, Object> made = new LinkedHashMap<>();
        made.put("name", config.get("name"));
        String mode = String.valueOf(config.get("mode"));
        if (!"raw".equals(config.getOrDefault("mode_type", "raw"))) {
            made.put("function", config.get("mode"));
            made.put("function_type", config.get("mode_type"));
            made.put("arguments", config.getOrDefault("arguments", Map.of()));
            out.put("class_name", "Lambda");
        } else if (mode.equals("concat")) {
            made.put("axis", config.getOrDefault("concat_axis", -1));
            out.put("class_name", "Concatenate");
        } else if (mode.equals("dot") || mode.equals("cos")) {
            made.put("axes", config.getOrDefault("dot_axes", -1));
            out.put("class_name", mode.equals("dot") ? "Dot" : MERGES.get(mode));
        } else if (MERGES.containsKey(mode)) {
            out.put("class_name", MERGES.get(mode));
        } else {
            throw new UnsupportedModelException("Merge: expected one of " + MERGES.keySet() + ", concat, dot but was '"
                    + mode + "', at " + config.get("name"));
        }
        out.put("config", made);
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
            out.put("config", new Branches().model(name, layers));
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

    private static Map<String, Object> input(String name, Map<String, Object> first) {
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
    private static Map<String, Object> entry(Map<?, ?> json) {
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

    private static Map<?, ?> object(Object json) {
        return ModelReader.object(json, "config");
    }

    /** The graph of a Sequential whose first layer merges what others give: as Keras saves it, in one plane. */
    private final class Branches {
        private final List<Object> layers = new ArrayList<>();
        private final List<Object> inputs = new ArrayList<>();
        private final Set<String> names = new HashSet<>();

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
                Map<?, ?> json = object(l);
                Map<String, Object> config = LayerReader.config(json, "Sequential");
                if ("Merge".equals(json.get("class_name")) && last == null) {
                    List<Object> merged = new ArrayList<>();
                    for (Object branch : (List<?>) config.getOrDefault("layers", List.of())) {
                        merged.add(branch(object(branch)));
                    }
                    last = add(layer(json), merged);
                } else if (last == null) {
                    Map<String, Object> made = layer(json);
                    boolean enters = "InputLayer".equals(made.get("class_name"));
                    String in = (enters ? "" : config.get("name") + "_input");
                    String input = enters ? add(made, null) : add(input(in, entry(json)), null);
                    inputs.add(ref(input));
                    last = enters ? input : add(made, List.of(ref(input)));
                } else {
                    last = add(layer(json), List.of(ref(last)));
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
                Object input = ref(add(layer(json), null));
                inputs.add(input);
                return input;
            }
            throw new UnsupportedModelException("Merge: expected Sequential, Model or InputLayer to merge but was "
                    + className + ", which Keras does not load either, at config");
        }

        /** The layers of a graph, which keep their connections. */
        private Object graph(Map<String, Object> model) {
            for (Object l : list(model, "layers")) {
                Map<String, Object> made = layer(object(l));
                if (!(made.get("name") instanceof String name) || !names.add(name)) {
                    throw new ModelFormatException("Merge: expected layers of different names but was "
                            + made.get("name") + " once more, at config");
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
}
