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
import java.util.function.BiFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;

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

    /**
     * A change.
     *
     * @param cause what is wrong if the numbers agree with it
     * @param weights the values of weights that it changes
     * @param after what is done to every number that the layer gives
     */
    record Change(
            String cause,
            UnaryOperator<LayerNode> layer,
            Map<String, Tensor> weights,
            boolean training,
            boolean unmasked,
            DoubleUnaryOperator after) {
        private Change(
                String cause,
                UnaryOperator<LayerNode> layer,
                Map<String, Tensor> weights,
                boolean training,
                boolean unmasked) {
            this(cause, layer, weights, training, unmasked, DoubleUnaryOperator.identity());
        }

        private static Change of(String cause, UnaryOperator<LayerNode> layer) {
            return new Change(cause, layer, Map.of(), false, false);
        }

        private static Change of(String cause, Map<String, Tensor> weights) {
            return new Change(cause, n -> n, weights, false, false);
        }
    }

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
        return v;
    }

    /**
     * The suspects for a layer.
     *
     * @param own the layer's weights, and those of layers inside of it, by key
     * @param others the weights of the other layers of the same class, by their paths and then by what follows the path
     */
    static List<Change> of(
            LayerNode node, String path, Map<String, Tensor> own, Map<String, Map<String, Tensor>> others) {
        List<Change> all = new ArrayList<>();
        Map<String, Object> config = Variation.config(node);
        VALUES.forEach((key, values) -> {
            for (Object v : config.containsKey(key) ? values : List.of()) {
                if (!Objects.equals(v, config.get(key))) {
                    all.add(Change.of(
                            key + ": " + v + " agrees, the model has " + config.get(key),
                            n -> Variation.with(n, Map.of(key, v))));
                }
            }
        });
        functions(config, all);
        resetAfter(config, own, all);
        all.add(new Change("a mask is ignored in Python", n -> n, Map.of(), false, true));
        all.add(new Change("it computes as in training in Python", n -> n, Map.of(), true, false));
        for (String policy : List.of("mixed_float16", "mixed_bfloat16", "float32", "float64")) {
            if (!policy.equals(node.policy().name())) {
                all.add(Change.of(
                        "dtype policy: " + policy + " agrees, the model has "
                                + node.policy().name(),
                        n -> Variation.with(n, DTypePolicy.read(policy).orElseThrow())));
            }
        }
        gates(node, own, all);
        own.forEach((key, w) -> arranged(key, w, all));
        swapped(own, all);
        others.forEach((other, weights) -> {
            Map<String, Tensor> taken = new LinkedHashMap<>();
            weights.forEach((rest, w) -> taken.put(path + "/" + rest, w));
            boolean fits = taken.keySet().equals(own.keySet())
                    && own.entrySet().stream()
                            .allMatch(e -> e.getValue()
                                    .type()
                                    .equals(taken.get(e.getKey()).type()));
            if (fits) {
                all.add(Change.of("order of weights: those of '" + other + "' agree", taken));
            }
        });
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
            functions.forEach((function, f) -> all.add(new Change(
                    "activation: " + function + " agrees, the model has " + name,
                    n -> Variation.with(n, Map.of("activation", "linear")),
                    Map.of(),
                    false,
                    false,
                    f)));
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
        all.add(new Change(
                "reset_after: " + !after + " agrees, the model has " + after,
                n -> Variation.with(n, Map.of("reset_after", !after)),
                weights,
                false,
                false));
    }

    /** Recurrent layers: the gates of all weights in another order. */
    private static void gates(LayerNode node, Map<String, Tensor> own, List<Change> all) {
        boolean lstm = node.layer().className().contains("LSTM");
        boolean gru = node.layer().className().contains("GRU");
        for (List<Integer> order : lstm ? orders(4) : gru ? orders(3) : List.<List<Integer>>of()) {
            Map<String, Tensor> weights = new LinkedHashMap<>();
            own.forEach((key, w) -> weights.put(key, blocks(w, order)));
            StringBuilder names = new StringBuilder();
            order.forEach(i -> names.append((lstm ? "ifco" : "zrh").charAt(i)));
            all.add(Change.of(
                    "order of gates: " + names + " agrees, the model has " + (lstm ? "ifco" : "zrh"), weights));
        }
    }

    /** The orders of n things but the first. */
    private static List<List<Integer>> orders(int n) {
        List<List<Integer>> all = new ArrayList<>();
        extend(List.of(), n, all);
        return all.subList(1, all.size());
    }

    private static void extend(List<Integer> begun, int n, List<List<Integer>> all) {
        if (begun.size() == n) {
            all.add(begun);
        }
        for (int i = 0; i < n && begun.size() < n; i++) {
            if (!begun.contains(i)) {
                List<Integer> longer = new ArrayList<>(begun);
                longer.add(i);
                extend(longer, n, all);
            }
        }
    }

    /** The last axis cut in equal blocks, in another order. */
    private static Tensor blocks(Tensor w, List<Integer> order) {
        int last = w.shape().dim(-1);
        int block = last / order.size();
        return moved(w, w.shape(), i -> {
            int column = i % last;
            return i - column + order.get(column / block) * block + column % block;
        });
    }

    /** A weight read with its axes in another order, or backwards. */
    private static void arranged(String key, Tensor w, List<Change> all) {
        int rank = w.shape().rank();
        int[] d = w.shape().dims();
        if (rank == 2 && d[0] == d[1]) {
            all.add(Change.of(
                    "kernel transposed: " + key, Map.of(key, moved(w, w.shape(), i -> i % d[0] * d[0] + i / d[0]))));
        }
        if (rank == 4) {
            int inner = d[2] * d[3];
            int places = d[0] * d[1];
            if (d[0] == d[1] && d[0] > 1) {
                all.add(Change.of(
                        "kernel transposed: rows and columns of " + key,
                        Map.of(
                                key,
                                moved(
                                        w,
                                        w.shape(),
                                        i -> (i / inner % d[1] * d[0] + i / inner / d[1]) * inner + i % inner))));
            }
            if (places > 1) {
                all.add(Change.of(
                        "kernel turned: " + key,
                        Map.of(key, moved(w, w.shape(), i -> (places - 1 - i / inner) * inner + i % inner))));
            }
            if (d[2] == d[3] && d[2] > 1) {
                all.add(Change.of(
                        "kernel transposed: inputs and outputs of " + key,
                        Map.of(key, moved(w, w.shape(), i -> i / inner * inner + i % d[3] * d[3] + i / d[3] % d[2]))));
            }
            all.add(Change.of(
                    "kernel transposed: " + key + " in the order outputs, inputs, rows, columns",
                    Map.of(key, moved(w, w.shape(), i -> {
                        int o = i % d[3];
                        int c = i / d[3] % d[2];
                        int place = i / inner;
                        return (o * d[2] + c) * places + place;
                    }))));
        }
    }

    private interface Place {
        int of(int i);
    }

    private static Tensor moved(Tensor w, Shape shape, Place from) {
        Tensor to = Tensor.zeros(w.type().withShape(shape));
        for (int i = 0; i < to.size(); i++) {
            to.setDouble(i, w.getDouble(from.of(i)));
        }
        return to;
    }

    /** Two weights of one type, one in the other's place. */
    private static void swapped(Map<String, Tensor> own, List<Change> all) {
        List<String> keys = List.copyOf(own.keySet());
        BiFunction<String, String, Map<String, Tensor>> swap = (a, b) -> Map.of(a, own.get(b), b, own.get(a));
        for (int i = 0; i < keys.size(); i++) {
            for (int j = i + 1; j < keys.size(); j++) {
                String a = keys.get(i);
                String b = keys.get(j);
                if (own.get(a).type().equals(own.get(b).type())) {
                    all.add(Change.of("order of weights: " + a + " and " + b + " exchanged", swap.apply(a, b)));
                }
            }
        }
    }
}
