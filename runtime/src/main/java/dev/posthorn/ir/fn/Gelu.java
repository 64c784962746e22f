package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Unary;

/**
 * {@code y[…] = x·Φ(x)}, Φ the normal distribution function: {@code x/2 · erfc(−x/√2)}, or approximately {@code x/2 ·
 * (1 + tanh(√(2/π)·(x + 0.044715·x³)))}. Source: keras.activations.gelu, tf.nn.gelu.
 */
public record Gelu(boolean approximate) implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        Value half = b.binary(Binary.Fn.MUL, x, 0.5);
        if (!approximate) {
            return b.times(half, b.unary(Unary.Fn.ERFC, b.binary(Binary.Fn.MUL, x, -Math.sqrt(0.5))));
        }
        Value cube = b.times(x, b.unary(Unary.Fn.SQUARE, x));
        Value inner =
                b.binary(Binary.Fn.MUL, b.plus(x, b.binary(Binary.Fn.MUL, cube, 0.044715)), Math.sqrt(2 / Math.PI));
        return b.times(half, b.binary(Binary.Fn.ADD, b.unary(Unary.Fn.TANH, inner), 1));
    }
}
