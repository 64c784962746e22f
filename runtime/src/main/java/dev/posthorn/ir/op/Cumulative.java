package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Running products or log-sum-exps along an axis, as {@link CumSum} runs sums: {@code y[k] = Π x[i]} over i ≤ k; over i &lt; k
 * where {@code exclusive}; from the other end where {@code reverse}. PROD takes numbers, LOGSUMEXP floating-point ones. Where x
 * is 0 nothing flows back through a product, as in TensorFlow. Source: TF Cumprod, CumulativeLogsumexp.
 */
public record Cumulative(Fn fn, int axis, boolean exclusive, boolean reverse) implements Op.Single {
    /** What is accumulated. */
    public enum Fn {
        PROD,
        LOGSUMEXP
    }

    @Override
    public String name() {
        return "Cumulative" + fn;
    }

    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(1).type(0);
        if (!x.dtype().isFloating() && (fn == Fn.LOGSUMEXP || !x.dtype().isInteger())) {
            throw new ShapeException("expected numbers that " + fn + " takes but was " + x);
        }
        Index.axis(axis, x.shape());
        return x;
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Running running = new Running(axis, exclusive, reverse);
        return fn == Fn.PROD
                ? running.of(in.get(0), out, 1, (a, x) -> a * x, (a, x) -> a * x)
                : running.of(in.get(0), out, Double.NEGATIVE_INFINITY, Cumulative::logSum, null);
    }

    static double logSum(double a, double b) {
        double most = Math.max(a, b);
        return Double.isInfinite(most) ? most : most + Math.log(Math.exp(a - most) + Math.exp(b - most));
    }

    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        Value x = g.in(0);
        g.to(0, () -> {
            if (fn == Fn.LOGSUMEXP) {
                Value up = b.binary(Binary.Fn.MAX, g.dy(), 0);
                Value down = b.binary(Binary.Fn.MAX, b.unary(Unary.Fn.NEG, g.dy()), 0);
                return b.minus(flow(b, up, x, g.out()), flow(b, down, x, g.out()));
            }
            Value zero = b.constant(x.dtype(), 0);
            Value sums = b.add(new CumSum(axis, exclusive, !reverse), b.times(g.dy(), g.out()));
            Value none = b.compare(Compare.Fn.EQ, x, zero);
            return b.select(none, zero, b.over(sums, b.select(none, b.constant(x.dtype(), 1), x)));
        });
    }

    /** {@code exp(x + log Σ dy·exp(−y))}, dy not negative. */
    private Value flow(Builder b, Value dy, Value x, Value y) {
        Value none = b.compare(Compare.Fn.EQ, dy, b.constant(dy.dtype(), 0));
        Value log = b.unary(Unary.Fn.LOG, b.select(none, b.constant(dy.dtype(), 1), dy));
        Value terms = b.select(none, b.constant(dy.dtype(), Double.NEGATIVE_INFINITY), b.minus(log, y));
        Value all = b.add(new Cumulative(fn, axis, exclusive, !reverse), terms);
        return b.unary(Unary.Fn.EXP, b.plus(all, x));
    }
}
