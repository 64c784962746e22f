package dev.posthorn.train.initializer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.BroadcastTo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One value everywhere, or an array that is broadcast.
 *
 * <p>(C1) a number, nested lists of numbers, or these as Keras serialises arrays. Source:
 * keras/src/initializers/constant_initializers.py.
 *
 * @param value as the configuration says it
 */
public record Constant(Object value) implements Initializer {
    public static final Codec<Constant> CODEC = Codec.of("Constant", f -> {
        Draws.ownDType(f);
        return new Constant(f.of("value", FieldType.ANY, Constant::value, 0.0));
    });

    public Constant {
        tensor(value); // (C1)
    }

    private static Tensor tensor(Object raw) {
        Object plain = raw;
        while (plain instanceof Map<?, ?> m) {
            plain = m.containsKey("value") ? m.get("value") : m.get("config");
        }
        Shape shape = Shape.SCALAR;
        for (Object o = plain; o instanceof List<?> l; o = l.isEmpty() ? null : l.get(0)) {
            shape = shape.append(l.size());
        }
        List<Double> flat = new ArrayList<>();
        flatten(plain, flat);
        if (flat.size() != shape.longSize()) {
            throw new IllegalArgumentException("expected a number or equal rows of numbers but was " + raw);
        }
        double[] values = flat.stream().mapToDouble(d -> d).toArray();
        return Tensor.of(DType.FLOAT64, shape, values);
    }

    private static void flatten(Object o, List<Double> flat) {
        if (o instanceof List<?> l) {
            l.forEach(e -> flatten(e, flat));
        } else if (o instanceof Number n) {
            flat.add(n.doubleValue());
        } else if (o instanceof Boolean b) {
            flat.add(b ? 1.0 : 0.0);
        } else {
            throw new IllegalArgumentException("expected a number but was " + o);
        }
    }

    @Override
    public Codec<Constant> codec() {
        return CODEC;
    }

    static Tensor filled(TensorType type, double value) {
        Tensor t = Tensor.zeros(type);
        for (int i = 0; value != 0 && i < t.size(); i++) {
            t.setDouble(i, (float) value); // Keras casts it, by way of float32
        }
        return t;
    }

    @Override
    public Tensor call(TensorType type, long seed) {
        Tensor given = tensor(value);
        if (given.size() == 1) {
            return filled(type, given.getDouble(0));
        }
        Builder b = new Builder();
        return Draws.value(
                b,
                List.of(),
                b.add(
                        new BroadcastTo(),
                        b.constant(given.cast(type.dtype())),
                        b.ints(type.shape().dims())),
                List.of());
    }
}
