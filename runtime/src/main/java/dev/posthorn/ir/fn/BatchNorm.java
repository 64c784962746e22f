package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Unary;
import java.util.List;

/**
 * {@code x[…×n×…], gamma[n], beta[n], mean[n], variance[n] → y[…×n×…] = x·i + (beta − mean·i)},
 * {@code i = gamma / √(variance + epsilon)}, the weights along {@code axis}. A layer without gamma or beta gives ones
 * or zeros. 16-bit floating-point operands are computed in float32. Source: tf.nn.batch_normalization.
 */
public record BatchNorm(int axis, double epsilon) implements Op.Composite {
    @Override
    public List<Value> expand(Builder b, List<Value> in) {
        new Operands(in).count(5);
        Value x = LayerNorm.widened(b, in.get(0));
        int at = x.shape().axis(axis);
        List<Value> weights = in.subList(1, 5).stream()
                .map(w -> LayerNorm.aligned(b, w, x, at))
                .toList();
        Value i = b.times(b.unary(Unary.Fn.RSQRT, b.binary(Binary.Fn.ADD, weights.get(3), epsilon)), weights.get(0));
        Value y = b.plus(b.times(x, i), b.minus(weights.get(1), b.times(weights.get(2), i)));
        return List.of(b.cast(y, in.get(0).dtype()));
    }
}
