package dev.posthorn.keras.operation;

import dev.posthorn.ir.Value;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * TensorFlow's pooling of windows: {@code y = pool(input)}, an operation of Keras. Constraints: (C1) {@code ksize} and
 * {@code strides} have one element, one a spatial axis, or one an axis, then 1 for batch and channels. Source:
 * tensorflow/python/ops/nn_ops.py.
 */
final class TensorFlowPooling {
    private TensorFlowPooling() {}

    /** The functions by name. */
    static void addTo(Map<String, Operation> all) {
        for (String rank : List.of("", "1d", "2d", "3d")) {
            all.put("nn.max_pool" + rank, a -> pool(a, "MaxPool"));
            all.put("nn.avg_pool" + rank, a -> pool(a, "AveragePool"));
        }
        all.put("nn.pool", TensorFlowPooling::named);
    }

    /** The windows whose kind is an argument. */
    private static List<Value> named(Arguments a) {
        for (String dilation : List.of("dilations", "dilation_rate")) {
            if (a.integers(dilation).stream().anyMatch(i -> i != 1)) {
                throw a.unsupported(dilation + " " + a.option(dilation));
            }
        }
        String type = a.string("pooling_type", "");
        Arguments named = a.with("ksize", a.option("window_shape"))
                .with("strides", a.option("strides") == null ? 1 : a.option("strides"));
        return pool(named, type.equals("MAX") ? "MaxPool" : "AveragePool");
    }

    private static List<Value> pool(Arguments a, String operation) {
        int n = a.tensor("input", 0).shape().rank() - 2;
        boolean first = a.string("data_format", "").startsWith("NC");
        if (!(a.option("padding") instanceof String padding)) {
            throw a.unsupported("padding " + a.option("padding"));
        }
        return KerasOperations.find(operation)
                .orElseThrow()
                .apply(a.with("inputs", a.raw("input", 0))
                        .with("pool_size", spatial(a, "ksize", n, first))
                        .with("strides", spatial(a, "strides", n, first))
                        .with("padding", padding.toLowerCase(Locale.ROOT))
                        .with("data_format", first ? "channels_first" : "channels_last"));
    }

    /** One integer a spatial axis. */
    static List<Integer> spatial(Arguments a, String name, int n, boolean first) {
        List<Integer> all = a.integers(name);
        if (all.size() == 1) {
            return Collections.nCopies(n, all.get(0));
        }
        boolean whole = all.size() == n + 2 && all.get(0) == 1 && all.get(first ? 1 : n + 1) == 1;
        if (all.size() != n && !whole) {
            throw a.unsupported(name + " " + all);
        }
        return whole ? all.subList(first ? 2 : 1, first ? n + 2 : n + 1) : all;
    }
}
