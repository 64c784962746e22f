package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;

/** {@code y[…] = x ≤ −1 ? 0 : x ≥ 1 ? 1 : (x + 1) / 2}. Source: keras.activations.sparse_sigmoid. */
public record SparseSigmoid() implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        Value line = b.binary(Binary.Fn.MUL, b.binary(Binary.Fn.ADD, x, 1), 0.5);
        Value above = b.compare(Compare.Fn.GE, x, b.constant(x.dtype(), 1));
        Value below = b.compare(Compare.Fn.LE, x, b.constant(x.dtype(), -1));
        return b.select(below, b.constant(x.dtype(), 0), b.select(above, b.constant(x.dtype(), 1), line));
    }
}
