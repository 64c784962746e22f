package dev.posthorn.train.loss;

import dev.posthorn.ir.Expr;

/** Targets that are not quite certain. Source: keras/src/losses/losses.py. */
final class Smoothing {
    private Smoothing() {}

    /** {@code t (1 − s) + s/2}. */
    static Expr binary(Expr t, double s) {
        return s == 0 ? t : t.times(1 - s).plus(0.5 * s);
    }

    /** {@code t (1 − s) + s/n} for n classes on the last axis. */
    static Expr categorical(Expr t, double s) {
        if (s == 0) {
            return t;
        }
        Expr n = t.with(t.b().cast(t.b().shape(t.b().dim(t.v(), -1)), t.dtype()));
        return t.times(1 - s).plus(t.number(s).over(n));
    }
}
