package dev.posthorn.train.schedule;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Unary;

/** How far a schedule has come. */
final class Steps {
    private Steps() {}

    static void check(double steps) {
        if (!(steps > 0)) {
            throw new IllegalArgumentException("expected steps above 0 but was " + steps);
        }
    }

    /** The step as a float32. */
    static Expr at(Builder b, Value step) {
        return Expr.of(b, b.cast(step, DType.FLOAT32));
    }

    /** {@code step / steps}, rounded down where {@code whole}. */
    static Expr passed(Builder b, Value step, double steps, boolean whole) {
        Expr p = at(b, step).over(steps);
        return whole ? p.apply(Unary.Fn.FLOOR) : p;
    }
}
