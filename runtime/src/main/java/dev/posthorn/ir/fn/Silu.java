package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Unary;

/** {@code y[…] = x · sigmoid(x)}, also called swish. Source: keras.activations.silu. */
public record Silu() implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        return b.times(x, b.unary(Unary.Fn.SIGMOID, x));
    }
}
