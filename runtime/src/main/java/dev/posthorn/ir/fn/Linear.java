package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;

/** {@code y[…] = x[…]}: the operand itself. Source: keras.activations.linear. */
public record Linear() implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        return x;
    }
}
