package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.train.loss.Aligned;
import java.util.Optional;

/** Pearson's coefficient of y and t along an axis. Source: keras/src/metrics/correlation_metrics.py. */
public record PearsonCorrelation(MetricOptions options, int axis) implements MeanOf {
    public static final Codec<PearsonCorrelation> CODEC = Codec.of(
            "PearsonCorrelation",
            f -> new PearsonCorrelation(
                    f.group(MetricOptions.of("pearson_correlation"), PearsonCorrelation::options),
                    f.of("axis", FieldType.INT, PearsonCorrelation::axis, -1)));

    public PearsonCorrelation() {
        this(new MetricOptions("pearson_correlation"), -1);
    }

    @Override
    public Codec<PearsonCorrelation> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        Aligned both = Aligned.targets(Expr.of(b, yTrue), Expr.of(b, yPred));
        return standard(both.x()).times(standard(both.y())).mean(axis).v();
    }

    /** With mean 0 and variance 1. */
    private Expr standard(Expr x) {
        Expr centred = x.minus(x.reduce(Reduce.Fn.MEAN, true, axis));
        Expr rest = centred.minus(centred.reduce(Reduce.Fn.MEAN, true, axis));
        return centred.over(rest.square().reduce(Reduce.Fn.MEAN, true, axis).sqrt());
    }
}
