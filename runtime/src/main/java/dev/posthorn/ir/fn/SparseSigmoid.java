package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;

/** {@code y[…] = min(max((x + 1) / 2, 0), 1)}. Source: keras.activations.sparse_sigmoid. */
public record SparseSigmoid() implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        Value line = b.binary(Binary.Fn.MUL, b.binary(Binary.Fn.ADD, x, 1), 0.5);
        return b.binary(Binary.Fn.MAX, b.binary(Binary.Fn.MIN, line, 1), 0);
    }
}
