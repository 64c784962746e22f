package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Compare;

/**
 * {@code y[…] = x > threshold ? x − threshold : x < −threshold ? x + threshold : 0}. Source:
 * keras.activations.soft_shrink.
 */
public record SoftShrink(double threshold) implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        Value edge = b.constant(x.dtype(), threshold);
        Value minus = b.constant(x.dtype(), -threshold);
        Value low = b.select(b.compare(Compare.Fn.LT, x, minus), b.plus(x, edge), b.constant(x.dtype(), 0));
        return b.select(b.compare(Compare.Fn.GT, x, edge), b.minus(x, edge), low);
    }
}
