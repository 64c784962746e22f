package dev.posthorn.train.optimizer;

import dev.posthorn.ir.Expr;
import java.util.List;

/**
 * The three ways to clip gradients. Source: keras/src/optimizers/base_optimizer.py, tf.clip_by_norm.
 */
final class Clipping {
    private Clipping() {}

    static List<Gradient> of(OptimizerOptions options, List<Gradient> gradients) {
        if (isSet(options.clipNorm())) {
            return gradients.stream().map(g -> byNorm(g, options.clipNorm())).toList();
        }
        if (isSet(options.globalClipNorm())) {
            return byGlobalNorm(gradients, options.globalClipNorm());
        }
        double limit = isSet(options.clipValue()) ? options.clipValue() : 0;
        return limit == 0
                ? gradients
                : gradients.stream().map(g -> g.map(x -> x.clip(-limit, limit))).toList();
    }

    private static boolean isSet(Double limit) {
        return limit != null && limit > 0;
    }

    /** {@code g · limit / max(‖g‖, limit)}. */
    private static Gradient byNorm(Gradient g, double limit) {
        Expr norm = g.squaredNorm().sqrt().max(limit);
        return g.map(x -> x.times(limit).over(norm));
    }

    /** {@code g · limit · min(1 / ‖all g‖, 1 / limit)}, NaN where a gradient is not finite; what was looked up by index is whole from here on. */
    private static List<Gradient> byGlobalNorm(List<Gradient> gradients, double limit) {
        Expr norm = gradients.stream()
                .map(g -> g.squaredNorm().cast(gradients.get(0).dense().dtype()))
                .reduce(Expr::plus)
                .orElseThrow()
                .sqrt();
        Expr scale = norm.number(1).over(norm).min(1 / limit).times(limit).plus(norm.minus(norm));
        return gradients.stream()
                .map(g -> new Gradient(g.dense().times(scale.cast(g.dense().dtype())), List.of()))
                .toList();
    }
}
