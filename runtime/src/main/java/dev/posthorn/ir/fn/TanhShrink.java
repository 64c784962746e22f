package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Unary;

/** {@code y[…] = x − tanh(x)}. Source: keras.activations.tanh_shrink. */
public record TanhShrink() implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        return b.minus(x, b.unary(Unary.Fn.TANH, x));
    }
}
