package dev.posthorn.train.metric;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.op.ArgReduce;
import dev.posthorn.ir.op.Reduce;
import java.util.function.BinaryOperator;

/** Which classes have the largest scores. Source: keras/src/metrics/accuracy_metrics.py. */
final class Ranking {
    private Ranking() {}

    /** The place of the largest along the last axis. */
    static Expr largest(Expr x) {
        return x.with(x.b().add(new ArgReduce(true, x.rank() - 1, DType.INT64), x.v()));
    }

    /** What compares numbers of classes with scores; a column of numbers is compared as a vector, and stays a column. */
    static Expr byNumber(Expr t, Expr y, BinaryOperator<Expr> equal) {
        boolean column = t.rank() == y.rank() && t.shape().dim(-1) == 1;
        return column ? equal.apply(t.squeeze(-1), y).expandDims(-1) : equal.apply(t, y);
    }

    /**
     * Whether fewer than k scores are larger than that of class t; not where t is no class, or where a score before the k-th
     * larger one is not finite. Source: tf.math.in_top_k.
     */
    static Expr amongLargest(Expr t, Expr y, int k) {
        Builder b = y.b();
        Expr one = t.oneHot(b.dim(y.v(), -1), DType.BOOL);
        Expr own = one.select(y, y.number(0)).sum(-1);
        Expr larger = y.greaterThan(own.expandDims(-1)).cast(DType.INT32).sum(-1);
        Expr finite = y.isFinite().reduce(Reduce.Fn.ALL, false, -1);
        Expr known = one.reduce(Reduce.Fn.ANY, false, -1);
        return larger.lessThan(larger.number(k)).and(finite).and(known);
    }
}
