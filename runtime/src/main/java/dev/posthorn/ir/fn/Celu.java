package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Unary;

/** {@code y[…] = max(x, 0) + alpha·(exp(min(x, 0) / alpha) − 1)}. Source: keras.activations.celu. */
public record Celu(double alpha) implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        Value ratio = b.binary(Binary.Fn.DIV, b.binary(Binary.Fn.MIN, x, 0), alpha);
        return b.plus(b.binary(Binary.Fn.MAX, x, 0), b.binary(Binary.Fn.MUL, b.unary(Unary.Fn.EXPM1, ratio), alpha));
    }
}
