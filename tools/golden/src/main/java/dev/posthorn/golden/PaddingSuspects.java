package dev.posthorn.golden;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.Variation;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Padding {@code same} where it cannot be the same on both sides, as for even sizes and a stride of 2: TensorFlow puts the larger half
 * behind, others, PyTorch among them, in front.
 */
final class PaddingSuspects {
    private PaddingSuspects() {}

    static void add(Map<String, Object> config, List<Change> all) {
        boolean windows = config.get("strides") instanceof List<?>
                && (config.get("kernel_size") instanceof List<?> || config.get("pool_size") instanceof List<?>)
                && config.get("padding") instanceof String padding
                && !padding.equals("causal")
                && !"channels_first".equals(config.get("data_format"));
        if (!windows) {
            return;
        }
        int[] strides = ints(config.get("strides"));
        int[] size = ints(config.containsKey("kernel_size") ? config.get("kernel_size") : config.get("pool_size"));
        boolean dilated = config.get("dilation_rate") instanceof List<?> d && d.size() == size.length;
        int[] dilation = dilated ? ints(config.get("dilation_rate")) : new int[0];
        for (int i = 0; i < dilation.length; i++) {
            size[i] = (size[i] - 1) * dilation[i] + 1;
        }
        double fill = config.containsKey("pool_size") ? -Float.MAX_VALUE : 0;
        all.add(Change.of(
                        "padding",
                        "same with the larger half in front",
                        config.get("padding")
                                + (config.get("padding").equals("same") ? " with the larger half behind" : ""),
                        n -> Variation.with(n, Map.of("padding", "valid")))
                .given(x -> List.of(padded(x.get(0), size, strides, fill))));
    }

    private static int[] ints(Object list) {
        return ((List<?>) list).stream().mapToInt(o -> ((Number) o).intValue()).toArray();
    }

    private static Tensor padded(Tensor x, int[] size, int[] strides, double fill) {
        int[] dims = x.shape().dims();
        if (dims.length != size.length + 2) {
            throw new IllegalArgumentException("padding: expected axes " + size.length + " but was " + x.type());
        }
        int[] before = new int[dims.length];
        int[] to = dims.clone();
        for (int a = 0; a < size.length; a++) {
            int n = dims[a + 1];
            int all = Math.max(0, ((n + strides[a] - 1) / strides[a] - 1) * strides[a] + size[a] - n);
            before[a + 1] = all - all / 2;
            to[a + 1] = n + all;
        }
        if (Arrays.equals(dims, to)) {
            throw new IllegalArgumentException("padding: expected some but was none, of " + x.type());
        }
        Tensor y = Tensor.zeros(x.type().withShape(Shape.of(to)));
        for (int i = 0; i < y.size(); i++) {
            int from = 0;
            boolean inside = true;
            for (int a = 0, rest = i, left = y.size(); a < to.length; a++) {
                left /= to[a];
                int at = rest / left - before[a];
                rest %= left;
                inside &= at >= 0 && at < dims[a];
                from = from * dims[a] + at;
            }
            y.setDouble(i, inside ? x.getDouble(from) : fill);
        }
        return y;
    }
}
