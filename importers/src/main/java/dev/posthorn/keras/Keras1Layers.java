package dev.posthorn.keras;

import dev.posthorn.model.UnsupportedModelException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Classes and keys of Keras 1's layers in the words of Keras 2. Source: keras 1.2.2; keras 2, legacy/interfaces.py,
 * legacy/layers.py.
 */
final class Keras1Layers {
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

    /** The sizes of a kernel, in the order of its dimensions; configurations name them in any. */
    private static final List<String> WINDOW = List.of("nb_row", "nb_col", "kernel_dim1", "kernel_dim2", "kernel_dim3");

    /** What the arguments of constraints are called since. */
    private static final Map<String, String> CONSTRAINED =
            Map.of("m", "max_value", "low", "min_value", "high", "max_value");

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

    private Keras1Layers() {}

    /** What the class of that name, with that configuration, is called since. */
    static String className(String className, Map<String, Object> config) {
        int mode = className.equals("BatchNormalization") && config.get("mode") instanceof Number n ? n.intValue() : 0;
        return mode == 0
                ? CLASSES.getOrDefault(className, className)
                : mode == 1 ? "SampleNormalization" : "BatchStatisticsNormalization";
    }

    /**
     * A layer's configuration.
     *
     * @param format where images have their channels, unless the layer says it
     */
    static Map<String, Object> config(String className, Map<String, Object> config, String format) {
        Map<String, Object> out = new LinkedHashMap<>();
        List<Object> window = WINDOW.stream()
                .filter(config::containsKey)
                .<Object>map(config::get)
                .toList();
        Map<String, String> own = OWN_KEYS.getOrDefault(className, Map.of());
        config.forEach((key, value) -> {
            if (key.equals("dim_ordering")) {
                out.put("data_format", "th".equals(value) ? "channels_first" : "channels_last");
            } else if (key.equals("input_dtype")) {
                out.put(className.equals("InputLayer") ? "dtype" : key, value);
            } else if (key.equals("forget_bias_init")) {
                out.put("unit_forget_bias", "one".equals(value));
            } else if (key.equals("init") && className.equals("SeparableConvolution2D")) {
                out.put("depthwise_initializer", value);
                out.put("pointwise_initializer", value);
            } else if (!IDLE.contains(key) && !WINDOW.contains(key)
                    || key.equals("input_dim") && className.equals("Embedding")) {
                out.put(own.getOrDefault(key, KEYS.getOrDefault(key, key)), part(key, value));
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

    /** A regularizer or a constraint, whose class is told by its name among its arguments. */
    private static Object part(String key, Object value) {
        boolean is = key.endsWith("_regularizer") || key.endsWith("_constraint");
        if (!is || !(value instanceof Map<?, ?> m) || !(m.get("name") instanceof String name)) {
            return value;
        }
        Map<String, Object> config = new LinkedHashMap<>();
        m.forEach((k, v) -> config.put(CONSTRAINED.getOrDefault(k, (String) k), v));
        config.remove("name");
        boolean sums = Set.of("L1L2Regularizer", "WeightRegularizer", "ActivityRegularizer")
                .contains(name);
        return Map.of("class_name", sums ? "L1L2" : name, "config", config);
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
    static Map<String, Object> merge(Map<String, Object> out, Map<String, Object> config) {
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
}
