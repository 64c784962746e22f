package dev.posthorn.train.loss;

import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A weight for each class on the last axis, or one for all.
 *
 * @param single whether the configuration gives a number and not a list
 */
public record ClassWeights(List<Double> list, boolean single) {
    /** Keras's default. */
    public static final ClassWeights QUARTER = new ClassWeights(List.of(0.25), true);

    /** A number or a list of numbers. */
    public static final FieldType<ClassWeights> TYPE = FieldType.of(
            "a number or a list of numbers",
            o -> o instanceof List<?> l
                    ? new ClassWeights(
                            l.stream().map(n -> ((Number) n).doubleValue()).toList(), false)
                    : new ClassWeights(List.of(((Number) o).doubleValue()), true),
            w -> w.single ? w.list.get(0) : w.list);

    public ClassWeights {
        list = List.copyOf(list);
    }

    /** The weights in the type of {@code x}. */
    Expr in(Expr x) {
        if (single) {
            return x.number(list.get(0));
        }
        double[] values = IntStream.range(0, list.size()).mapToDouble(list::get).toArray();
        return x.with(x.b().constant(Tensor.of(Shape.of(values.length), values).cast(x.dtype())));
    }
}
