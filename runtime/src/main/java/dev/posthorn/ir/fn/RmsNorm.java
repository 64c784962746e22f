package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import java.util.List;

/**
 * {@code x[…], gamma[axes] → y[…] = x / √(mean(x²) + epsilon) · gamma}, the mean along {@code axes}. gamma is an
 * operand where {@code scale}. 16-bit floating-point operands are computed in float32. Source:
 * keras.ops.rms_normalization.
 */
public record RmsNorm(List<Integer> axes, double epsilon, boolean scale) implements Op.Composite {
    public RmsNorm {
        axes = List.copyOf(axes);
    }

    @Override
    public List<Value> expand(Builder b, List<Value> in) {
        new Operands(in).count(scale ? 2 : 1);
        Value x = LayerNorm.widened(b, in.get(0));
        int[] along = axes.stream().mapToInt(a -> x.shape().axis(a)).sorted().toArray();
        Value square = b.reduce(Reduce.Fn.MEAN, b.unary(Unary.Fn.SQUARE, x), true, along);
        Value y = b.times(x, b.unary(Unary.Fn.RSQRT, b.binary(Binary.Fn.ADD, square, epsilon)));
        y = scale ? b.times(y, LayerNorm.aligned(b, in.get(1), x, along)) : y;
        return List.of(b.cast(y, in.get(0).dtype()));
    }
}
