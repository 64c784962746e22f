package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Unary;

/** {@code y[…] = x · tanh(log(1 + exp(x)))}. Source: keras.activations.mish. */
public record Mish() implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        return b.times(x, b.unary(Unary.Fn.TANH, b.unary(Unary.Fn.SOFTPLUS, x)));
    }
}
