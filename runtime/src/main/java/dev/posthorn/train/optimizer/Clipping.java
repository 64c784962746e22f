package dev.posthorn.train.optimizer;

import dev.posthorn.ir.Expr;
import dev.posthorn.ir.op.Reduce;
import java.util.List;

/**
 * The three ways to clip gradients. Source: keras/src/optimizers/base_optimizer.py, tf.clip_by_norm.
 */
final class Clipping {
    private Clipping() {}

    static List<Expr> of(OptimizerOptions options, List<Expr> gradients) {
        if (isSet(options.clipNorm())) {
            return gradients.stream().map(g -> byNorm(g, options.clipNorm())).toList();
        }
        if (isSet(options.globalClipNorm())) {
            return byGlobalNorm(gradients, options.globalClipNorm());
        }
        double limit = isSet(options.clipValue()) ? options.clipValue() : 0;
        return limit == 0
                ? gradients
                : gradients.stream().map(g -> g.clip(-limit, limit)).toList();
    }

    private static boolean isSet(Double limit) {
        return limit != null && limit > 0;
    }

    /** {@code g · limit / max(‖g‖, limit)}. */
    private static Expr byNorm(Expr g, double limit) {
        Expr norm = Slices.square(g).reduce(Reduce.Fn.SUM, true).sqrt();
        return g.times(limit).over(norm.max(limit));
    }

    /** {@code g · limit · min(1 / ‖all g‖, 1 / limit)}, NaN where a gradient is not finite. */
    private static List<Expr> byGlobalNorm(List<Expr> gradients, double limit) {
        Expr squares = gradients.stream()
                .map(g -> Slices.square(g).sum().cast(gradients.get(0).dtype()))
                .reduce(Expr::plus)
                .orElseThrow();
        Expr norm = squares.sqrt();
        Expr scale = norm.number(1).over(norm).min(1 / limit).times(limit).plus(norm.minus(norm));
        return gradients.stream().map(g -> g.times(scale.cast(g.dtype()))).toList();
    }
}
