package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Compare;

/** {@code y[…] = x > threshold ? x : value}. Source: keras.activations.threshold. */
public record Threshold(double threshold, double value) implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        Value above = b.compare(Compare.Fn.GT, x, b.constant(x.dtype(), threshold));
        return b.select(above, x, b.constant(x.dtype(), value));
    }
}
