package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Compare;

/** {@code x / y}, and 0 where y is 0. Source: TF DivNoNan. */
public final class DivideNoNan {
    private DivideNoNan() {}

    /** The quotient of x and y, which is never divided by 0, so that its gradient too is a number. */
    public static Value of(Builder b, Value x, Value y) {
        Value zero = b.constant(y.dtype(), 0);
        Value none = b.compare(Compare.Fn.EQ, y, zero);
        return b.select(none, zero, b.over(x, b.select(none, b.constant(y.dtype(), 1), y)));
    }
}
