package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.train.loss.Aligned;
import java.util.Optional;

/** Lin's coefficient of y and t along an axis, as Keras has it. Source: keras/src/metrics/correlation_metrics.py. */
public record ConcordanceCorrelation(MetricOptions options, int axis) implements MeanOf {
    public static final Codec<ConcordanceCorrelation> CODEC = Codec.of(
            "ConcordanceCorrelation",
            f -> new ConcordanceCorrelation(
                    f.group(MetricOptions.of("concordance_correlation"), ConcordanceCorrelation::options),
                    f.of("axis", FieldType.INT, ConcordanceCorrelation::axis, -1)));

    public ConcordanceCorrelation() {
        this(new MetricOptions("concordance_correlation"), -1);
    }

    @Override
    public Codec<ConcordanceCorrelation> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        Aligned both = Aligned.targets(Expr.of(b, yTrue), Expr.of(b, yPred));
        Expr tMean = mean(both.x());
        Expr yMean = mean(both.y());
        Expr covariance = both.x().minus(yMean).times(both.y().minus(yMean));
        Expr norm = variance(both.x().minus(tMean))
                .plus(variance(both.y().minus(yMean)))
                .plus(tMean.minus(yMean).square());
        return covariance.times(2).over(norm.plus(1e-7)).mean(axis).v();
    }

    private Expr mean(Expr x) {
        return x.reduce(Reduce.Fn.MEAN, true, axis);
    }

    private Expr variance(Expr x) {
        return mean(x.minus(mean(x)).square());
    }
}
