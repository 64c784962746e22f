package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Unary;

/** {@code y[…] = x ≤ −1 ? 0 : x < 1 ? (x + 1)² / 4 : x}. Source: keras.activations.sparse_plus. */
public record SparsePlus() implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        Value square = b.unary(Unary.Fn.SQUARE, b.binary(Binary.Fn.ADD, x, 1));
        Value above = b.select(
                b.compare(Compare.Fn.LT, x, b.constant(x.dtype(), 1)), b.binary(Binary.Fn.MUL, square, 0.25), x);
        return b.select(b.compare(Compare.Fn.LE, x, b.constant(x.dtype(), -1)), b.constant(x.dtype(), 0), above);
    }
}
