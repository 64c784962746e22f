package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Unary;

/** {@code y[…] = x / (1 + |x|)}. Source: TF Softsign. */
public record Softsign() implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        return b.over(x, b.binary(Binary.Fn.ADD, b.unary(Unary.Fn.ABS, x), 1));
    }
}
