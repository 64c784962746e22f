package dev.posthorn.keras.object;

import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Numbers as configurations write them. */
public final class Numbers {
    /** A number; some versions of Keras 2 wrote it as a NumPy array of one element. */
    public static final FieldType<Double> FLOAT =
            FieldType.of("a number", o -> ((Number) plain(o)).doubleValue(), d -> d);

    /** A list of integers; a single integer stands for a list of one. */
    public static final FieldType<List<Integer>> INTS =
            FieldType.of("an integer or a list of integers", Numbers::ints, l -> l);

    /** Dimensions, null for one that is not said; a single number stands for a list of one. */
    public static final FieldType<List<Integer>> DIMS = new FieldType<>(
            "an integer or a list of integers or null",
            (o, c) -> FieldType.listOf(FieldType.INT.orNull()).reader().apply(o instanceof List<?> ? o : List.of(o), c),
            (l, c) -> l,
            false);

    /** The key of a hash: two numbers, one that stands for both, or none. */
    public static final FieldType<List<Long>> SALT = FieldType.of(
                    "a number or two",
                    o -> o instanceof List<?> l
                            ? l.stream().map(n -> ((Number) n).longValue()).toList()
                            : Collections.nCopies(2, ((Number) o).longValue()),
                    l -> (Object) l)
            .orNull();

    private Numbers() {}

    static List<Integer> ints(Object o) {
        List<?> list = o instanceof List<?> l ? l : List.of(o);
        return list.stream().map(i -> Math.toIntExact(((Number) i).longValue())).toList();
    }

    /** The value inside of a serialised NumPy array; anything else as it is. */
    static Object plain(Object o) {
        if (o instanceof Map<?, ?> m) {
            Object inner = m.containsKey("value") ? m.get("value") : m.get("config");
            return inner instanceof Map<?, ?> config && config.containsKey("value") ? config.get("value") : inner;
        }
        return o;
    }

    /** A number, or nested lists of numbers, as a tensor. */
    public static Tensor tensor(Object raw, DType dtype) {
        Shape shape = Shape.SCALAR;
        for (Object o = plain(raw); o instanceof List<?> l; o = l.isEmpty() ? null : l.get(0)) {
            shape = shape.append(l.size());
        }
        List<Double> flat = new ArrayList<>();
        flatten(plain(raw), flat);
        if (flat.size() != shape.size()) {
            throw new IllegalArgumentException("expected numbers in equal rows but was " + raw);
        }
        Tensor t = Tensor.zeros(new TensorType(dtype, shape));
        for (int i = 0; i < flat.size(); i++) {
            t.setDouble(i, flat.get(i));
        }
        return t;
    }

    private static void flatten(Object o, List<Double> flat) {
        if (o instanceof List<?> l) {
            l.forEach(e -> flatten(e, flat));
        } else if (o instanceof Number n) {
            flat.add(n.doubleValue());
        } else {
            throw new IllegalArgumentException("expected a number but was " + o);
        }
    }
}
