package dev.posthorn.train.metric;

import dev.posthorn.codec.FieldType;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Above what a class is predicted.
 *
 * <p>(C1) each in [0, 1].
 *
 * @param single whether the configuration gives a number and not a list
 */
public record Thresholds(List<Double> list, boolean single) {
    /** A number, a list of numbers, or null. */
    static final FieldType<Thresholds> TYPE = FieldType.of(
                    "a number or a list of numbers",
                    o -> o instanceof List<?> l
                            ? new Thresholds(l.stream().map(Thresholds::number).toList(), false)
                            : new Thresholds(List.of(number(o)), true),
                    t -> t.single ? (Object) t.list.get(0) : t.list)
            .orNull();

    public Thresholds {
        list = List.copyOf(list);
        if (list.isEmpty() || !list.stream().allMatch(t -> t >= 0 && t <= 1)) { // (C1)
            throw new IllegalArgumentException("expected thresholds in [0, 1] but was " + list);
        }
    }

    private static double number(Object o) {
        return ((Number) o).doubleValue();
    }

    /** These, or one where there are none. */
    static List<Double> or(Thresholds given, double otherwise) {
        return given == null ? List.of(otherwise) : given.list;
    }

    /** {@code 0, 1/(n−1), …, 1}; ½ alone for n of 1. */
    static List<Double> even(int n) {
        if (n < 1) {
            throw new IllegalArgumentException("expected num_thresholds of at least 1 but was " + n);
        }
        return n == 1
                ? List.of(0.5)
                : IntStream.range(0, n)
                        .mapToObj(i -> i == n - 1 ? 1.0 : i * 1.0 / (n - 1))
                        .toList();
    }

    /** Whether they are at equal distances from 0 to 1, but for rounding; three at least. */
    static boolean areEven(List<Double> all) {
        int n = all.size();
        return n >= 3
                && IntStream.range(0, n).allMatch(i -> {
                    double even = (float) i / (n - 1);
                    return Math.abs(all.get(i) - even) <= 1e-7 + 1e-5 * even;
                });
    }
}
