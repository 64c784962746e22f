package dev.posthorn.train.loss;

import dev.posthorn.codec.FieldType;
import java.util.List;

/**
 * The axes that a sum is over; none for all.
 *
 * @param single whether the configuration gives a number and not a list
 */
public record Along(List<Integer> axes, boolean single) {
    /** Keras's default. */
    public static final Along ALL = new Along(List.of(), true);

    /** A number, a list of numbers, or null. */
    public static final FieldType<Along> TYPE = FieldType.of(
            "an axis, a list of axes or null",
            o -> o == null
                    ? ALL
                    : o instanceof List<?> l
                            ? new Along(l.stream().map(Along::axis).toList(), false)
                            : new Along(List.of(axis(o)), true),
            a -> !a.single ? a.axes : a.axes.isEmpty() ? null : a.axes.get(0));

    public Along {
        axes = List.copyOf(axes);
    }

    private static int axis(Object o) {
        return Math.toIntExact(((Number) o).longValue());
    }

    int[] array() {
        return axes.stream().mapToInt(a -> a).toArray();
    }
}
