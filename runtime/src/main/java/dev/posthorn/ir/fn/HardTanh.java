package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;

/** {@code y[…] = min(max(x, −1), 1)}. Source: keras.activations.hard_tanh. */
public record HardTanh() implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        return b.binary(Binary.Fn.MAX, b.binary(Binary.Fn.MIN, x, 1), -1);
    }
}
