package dev.posthorn.ir.op;

import dev.posthorn.ir.Shape;
import dev.posthorn.model.ShapeException;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A sliding window, one entry a spatial axis: {@code size} taps, {@code dilations} apart, moved by {@code strides} over
 * an input with {@code low} elements of padding before it and {@code high} after it (negative padding crops).
 *
 * @param open whether the padding is TensorFlow's SAME of lengths that are not known yet and on which it depends: {@code low}
 *     and {@code high} then hold for none
 */
public record Window(
        List<Integer> size,
        List<Integer> strides,
        List<Integer> dilations,
        List<Integer> low,
        List<Integer> high,
        boolean open) {
    /** A window with paddings that are known. */
    public Window(
            List<Integer> size, List<Integer> strides, List<Integer> dilations, List<Integer> low, List<Integer> high) {
        this(size, strides, dilations, low, high, false);
    }

    public Window {
        size = List.copyOf(size);
        strides = List.copyOf(strides);
        dilations = List.copyOf(dilations);
        low = List.copyOf(low);
        high = List.copyOf(high);
        for (List<Integer> l : List.of(size, strides, dilations)) {
            if (l.size() != low.size()
                    || low.size() != high.size()
                    || l.stream().anyMatch(i -> i < 1)) {
                throw new ShapeException("expected positive sizes, strides and dilations of one length but was size "
                        + size + ", strides " + strides + ", dilations " + dilations + ", padding " + low + " and "
                        + high);
            }
        }
    }

    public int rank() {
        return size.size();
    }

    /** Elements from the first tap to the last. */
    public int extent(int axis) {
        return (size.get(axis) - 1) * dilations.get(axis) + 1;
    }

    /** The number of places of the window on an axis of {@code n} elements; unknown where n is. */
    public int outputs(int axis, int n) {
        if (n == Shape.UNKNOWN) {
            return Shape.UNKNOWN;
        }
        int room = n + low.get(axis) + high.get(axis) - extent(axis);
        return room < 0 ? 0 : room / strides.get(axis) + 1;
    }

    /** The input position under tap {@code k} at place {@code o}; outside the input it is padding. */
    public int position(int axis, int o, int k) {
        return o * strides.get(axis) + k * dilations.get(axis) - low.get(axis);
    }

    /** No padding: TensorFlow's VALID. */
    public static Window valid(List<Integer> size, List<Integer> strides, List<Integer> dilations) {
        List<Integer> none = Collections.nCopies(size.size(), 0);
        return new Window(size, strides, dilations, none, none);
    }

    /**
     * TensorFlow's SAME: {@code ceil(n / stride)} places, the odd element of padding after the input. Where strides leave
     * out elements at the end, on three axes half of them are left out at the start instead, as TensorFlow's CPU does. Where
     * n is unknown the padding is that of stride 1, and with other strides the window is {@link #open}: such a graph has types
     * but is not run.
     */
    public static Window same(List<Integer> size, List<Integer> strides, List<Integer> dilations, List<Integer> n) {
        Window w = valid(size, strides, dilations);
        Integer[] low = new Integer[size.size()];
        Integer[] high = new Integer[size.size()];
        boolean open = false;
        for (int a = 0; a < low.length; a++) {
            int stride = strides.get(a);
            int total;
            if (n.get(a) == Shape.UNKNOWN) {
                open |= stride > 1;
                total = Math.max(w.extent(a) - 1, 0);
            } else {
                total = ((n.get(a) + stride - 1) / stride - 1) * stride + w.extent(a) - n.get(a);
                total = low.length == 3 ? total : Math.max(total, 0);
            }
            low[a] = total / 2;
            high[a] = total - total / 2;
        }
        return new Window(size, strides, dilations, List.of(low), List.of(high), open);
    }

    /** The size, and what is not as usual: {@code 3×3 strides 2×2 dilations 1×1 low 0×0 high 1×1}. */
    @Override
    public String toString() {
        StringBuilder s = new StringBuilder(by(size));
        for (String part : new String[] {"strides", "dilations"}) {
            List<Integer> v = part.equals("strides") ? strides : dilations;
            s.append(v.stream().allMatch(i -> i == 1) ? "" : " " + part + " " + by(v));
        }
        boolean padded = low.stream().anyMatch(i -> i != 0) || high.stream().anyMatch(i -> i != 0);
        return padded
                ? s.append(" low ")
                        .append(by(low))
                        .append(" high ")
                        .append(by(high))
                        .toString()
                : s.toString();
    }

    private static String by(List<Integer> values) {
        return values.stream().map(String::valueOf).collect(Collectors.joining("×"));
    }
}
