package dev.posthorn.golden;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.LayerNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Weights that are in another order than they should be: their axes, their gates, one in place of another. */
final class WeightSuspects {
    private WeightSuspects() {}

    /** Those of a layer; the parameters are of {@link Suspects#of}. */
    static void add(LayerNode node, String path, Map<String, Tensor> own, Layers layers, List<Change> all) {
        gates(node, own, all);
        own.forEach((key, w) -> arranged(key, w, all));
        swapped(own, all);
        layers.like(path).forEach((other, weights) -> {
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
        for (int end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
            nested(path.substring(0, end), own, layers, all);
        }
    }

    /**
     * Files of Keras 2 list the weights of a nested model with the trained ones first, others one layer after another: read in the
     * other order, a weight has the value of another one.
     */
    private static void nested(String model, Map<String, Tensor> own, Layers layers, List<Change> all) {
        List<String> byLayer = layers.keys(model, false);
        List<String> trainedFirst = layers.keys(model, true);
        if (!byLayer.equals(trainedFirst)) {
            String what = "order of weights of '" + model + "'";
            all.add(Change.of(what, "filed trained first and read by layer", "", n -> n)
                    .withWeights(ordered(trainedFirst, byLayer, own, layers)));
            all.add(Change.of(what, "filed by layer and read trained first", "", n -> n)
                    .withWeights(ordered(byLayer, trainedFirst, own, layers)));
        }
    }

    /** Own weights of the values that other keys have; none where one of them has another type. */
    private static Map<String, Tensor> ordered(
            List<String> keys, List<String> from, Map<String, Tensor> own, Layers layers) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            Tensor value = layers.weight(from.get(i));
            Tensor old = own.get(keys.get(i));
            if (old != null && old.shape().size() == value.shape().size() && old.dtype() == value.dtype()) {
                weights.put(keys.get(i), value.reshape(old.shape()));
            }
        }
        return weights;
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
            all.add(Change.of("order of gates", names, lstm ? "ifco" : "zrh", n -> n)
                    .withWeights(weights));
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
            if (d[2] == 3) {
                all.add(Change.of(
                        "order of channels: blue, green, red agrees: " + key,
                        Map.of(key, moved(w, w.shape(), i -> i - i / d[3] % 3 * d[3] + (2 - i / d[3] % 3) * d[3]))));
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
        for (int i = 0; i < keys.size(); i++) {
            for (int j = i + 1; j < keys.size(); j++) {
                String a = keys.get(i);
                String b = keys.get(j);
                if (own.get(a).type().equals(own.get(b).type())) {
                    all.add(Change.of(
                            "order of weights: " + a + " and " + b + " exchanged",
                            Map.of(a, own.get(b), b, own.get(a))));
                }
            }
        }
    }
}
