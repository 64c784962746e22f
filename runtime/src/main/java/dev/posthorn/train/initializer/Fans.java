package dev.posthorn.train.initializer;

import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.ir.Shape;
import java.util.List;
import java.util.function.Function;

/**
 * Which axes of a weight count for what goes in and what comes out. Without them these are the last two, times all others;
 * all of a vector.
 *
 * @param input axes, or null
 * @param output axes, or null
 */
public record Fans(List<Integer> input, List<Integer> output) {
    /** As Keras takes them of the shape alone. */
    public static final Fans USUAL = new Fans(null, null);

    private static final FieldType<List<Integer>> AXES =
            FieldType.listOf(FieldType.INT).orNull();

    /** The two keys, which Keras 2 and older versions of Keras 3 do not have. */
    static final Function<Fields<Fans>, Fans> KEYS = f -> new Fans(
            f.of(List.of("input_axes", ""), AXES, Fans::input, null),
            f.of(List.of("output_axes", ""), AXES, Fans::output, null));

    double in(Shape shape) {
        return input != null && output != null ? product(shape, input) : fan(shape, -2);
    }

    double out(Shape shape) {
        return input != null && output != null ? product(shape, output) : fan(shape, -1);
    }

    private static double product(Shape shape, List<Integer> axes) {
        return axes.stream().mapToDouble(a -> shape.dim(a)).reduce(1, (x, y) -> x * y);
    }

    private static double fan(Shape shape, int axis) {
        if (shape.rank() < 2) {
            return shape.rank() == 0 ? 1 : shape.dim(0);
        }
        double field = 1;
        for (int i = 0; i < shape.rank() - 2; i++) {
            field *= shape.dim(i);
        }
        return shape.dim(axis) * field;
    }
}
