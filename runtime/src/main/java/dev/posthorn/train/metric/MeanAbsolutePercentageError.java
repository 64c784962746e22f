package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/** The mean of the loss of that name. Source: keras/src/metrics/regression_metrics.py. */
public record MeanAbsolutePercentageError(MetricOptions options) implements MeanOf {
    public static final Codec<MeanAbsolutePercentageError> CODEC = Codec.of(
            "MeanAbsolutePercentageError",
            List.of("mape"),
            f -> new MeanAbsolutePercentageError(
                    f.group(MetricOptions.of("mean_absolute_percentage_error"), MeanAbsolutePercentageError::options)));

    public MeanAbsolutePercentageError() {
        this(new MetricOptions("mean_absolute_percentage_error"));
    }

    @Override
    public Codec<MeanAbsolutePercentageError> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(true);
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        return new dev.posthorn.train.loss.MeanAbsolutePercentageError().call(b, yTrue, yPred);
    }
}
