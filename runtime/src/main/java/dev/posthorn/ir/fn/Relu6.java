package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Unary;

/** {@code y[…] = min(max(x[…], 0), 6)}. Source: TF Relu6. */
public record Relu6() implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        return b.binary(Binary.Fn.MIN, b.unary(Unary.Fn.RELU, x), 6);
    }
}
