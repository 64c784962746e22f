package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Unary;

/** {@code y[…] = |x| > threshold ? x : 0}. Source: keras.activations.hard_shrink. */
public record HardShrink(double threshold) implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        Value outside = b.compare(Compare.Fn.GT, b.unary(Unary.Fn.ABS, x), b.constant(x.dtype(), threshold));
        return b.select(outside, x, b.constant(x.dtype(), 0));
    }
}
