package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;

/** {@code y[…] = x > 0 ? x : alpha·x}. Source: TF LeakyRelu, keras.activations.leaky_relu. */
public record LeakyRelu(double alpha) implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        Value positive = b.compare(Compare.Fn.GT, x, b.constant(x.dtype(), 0));
        return b.select(positive, x, b.binary(Binary.Fn.MUL, x, alpha));
    }
}
