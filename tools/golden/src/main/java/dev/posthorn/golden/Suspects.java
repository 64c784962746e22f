package dev.posthorn.golden;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.Variation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;

/**
 * What is usually wrong where two frameworks disagree about a layer: each suspect is a change of the layer, of its weights or of how
 * it is called, with which it is tried again.
 */
final class Suspects {
    private static final List<String> ACTIVATIONS = List.of(
            "linear",
            "relu",
            "relu6",
            "leaky_relu",
            "elu",
            "selu",
            "gelu",
            "silu",
            "sigmoid",
            "hard_sigmoid",
            "hard_silu",
            "tanh",
            "softplus",
            "softsign",
            "softmax",
            "mish",
            "exponential");

    /** Values that a key of a configuration often has. */
    private static final Map<String, List<?>> VALUES = values();

    private Suspects() {}

    private static Map<String, List<?>> values() {
        Map<String, List<?>> v = new LinkedHashMap<>();
        v.put("epsilon", List.of(1e-3, 1e-5, 1e-6, 1e-7, 1e-8, 1e-12));
        v.put("padding", List.of("same", "valid", "causal"));
        v.put("data_format", List.of("channels_last", "channels_first"));
        v.put("axis", List.of(-1, 1, 2, 3));
        v.put("activation", ACTIVATIONS);
        v.put("recurrent_activation", List.of("sigmoid", "hard_sigmoid", "tanh"));
        v.put("negative_slope", List.of(0.0, 0.01, 0.1, 0.2, 0.3));
        v.put("alpha", List.of(0.1, 0.2, 0.3, 1.0));
        v.put("interpolation", List.of("nearest", "bilinear", "bicubic", "area", "lanczos3", "lanczos5"));
        v.put("go_backwards", List.of(true, false));
        v.put("merge_mode", List.of("concat", "sum", "mul", "ave"));
        v.put("use_scale", List.of(true, false));
        v.put("max_value", List.of(6.0));
        v.put("offset", List.of(0.0, -1.0, -0.5));
        return v;
    }

    /**
     * The suspects for a layer.
     *
     * @param own the layer's weights, and those of layers inside of it, by key
     * @param layers all of the model
     */
    static List<Change> of(LayerNode node, String path, Map<String, Tensor> own, Layers layers) {
        List<Change> all = new ArrayList<>();
        Map<String, Object> config = Variation.config(node);
        VALUES.forEach((key, values) -> {
            for (Object v : config.containsKey(key) ? values : List.of()) {
                if (!Objects.equals(v, config.get(key))) {
                    all.add(Change.of(key, v, config.get(key), n -> Variation.with(n, Map.of(key, v))));
                }
            }
        });
        functions(config, all);
        resetAfter(config, own, all);
        all.add(Change.of("a mask is ignored in Python", n -> n).calledAs(Change.Calling.UNMASKED));
        all.add(Change.of("a mask that is there in Python is ignored in Java", n -> n)
                .calledAs(Change.Calling.MASKED));
        all.add(Change.of("it computes as in training in Python", n -> n).calledAs(Change.Calling.TRAINING));
        PaddingSuspects.add(config, all);
        ResizeSuspects.add(node, config, all);
        for (String policy : List.of("mixed_float16", "mixed_bfloat16", "float32", "float64")) {
            if (!policy.equals(node.policy().name())) {
                all.add(Change.of(
                        "dtype policy",
                        policy,
                        node.policy().name(),
                        n -> Variation.with(n, DTypePolicy.read(policy).orElseThrow())));
            }
        }
        WeightSuspects.add(node, path, own, layers, all);
        return all;
    }

    /** Functions that no name of Keras 3 stands for. */
    private static void functions(Map<String, Object> config, List<Change> all) {
        Map<String, DoubleUnaryOperator> functions = new LinkedHashMap<>();
        functions.put(
                "gelu by tanh", x -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))));
        functions.put("the hard_sigmoid of Keras 1 and 2", x -> Math.min(1, Math.max(0, 0.2 * x + 0.5)));
        functions.put("gelu by sigmoid", x -> x / (1 + Math.exp(-1.702 * x)));
        if (config.get("activation") instanceof String name) {
            functions.forEach((function, f) -> all.add(Change.of(
                            "activation", function, name, n -> Variation.with(n, Map.of("activation", "linear")))
                    .then(f)));
        }
    }

    /** GRU: whether the reset gate comes after the product; the bias of the one is made from that of the other. */
    private static void resetAfter(Map<String, Object> config, Map<String, Tensor> own, List<Change> all) {
        if (!(config.get("reset_after") instanceof Boolean after)) {
            return;
        }
        Map<String, Tensor> weights = new LinkedHashMap<>();
        own.forEach((key, w) -> {
            if (key.endsWith("/bias")) {
                int n = w.shape().dim(-1);
                float[] b = w.cast(DType.FLOAT32).floats();
                float[] to = new float[after ? n : 2 * n];
                for (int i = 0; i < n; i++) {
                    to[i] = after ? b[i] + b[n + i] : b[i];
                }
                weights.put(key, Tensor.of(after ? Shape.of(n) : Shape.of(2, n), to));
            }
        });
        all.add(Change.of("reset_after", !after, after, n -> Variation.with(n, Map.of("reset_after", !after)))
                .withWeights(weights));
    }
}
