package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/** The mean of the loss of that name. Source: keras/src/metrics/regression_metrics.py. */
public record MeanAbsoluteError(MetricOptions options) implements MeanOf {
    public static final Codec<MeanAbsoluteError> CODEC = Codec.of(
            "MeanAbsoluteError",
            List.of("mae"),
            f -> new MeanAbsoluteError(f.group(MetricOptions.of("mean_absolute_error"), MeanAbsoluteError::options)));

    public MeanAbsoluteError() {
        this(new MetricOptions("mean_absolute_error"));
    }

    @Override
    public Codec<MeanAbsoluteError> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(true);
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        return new dev.posthorn.train.loss.MeanAbsoluteError().call(b, yTrue, yPred);
    }
}
