package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/** The mean of the loss of that name. Source: keras/src/metrics/regression_metrics.py. */
public record MeanSquaredError(MetricOptions options) implements MeanOf {
    public static final Codec<MeanSquaredError> CODEC = Codec.of(
            "MeanSquaredError",
            List.of("mse"),
            f -> new MeanSquaredError(f.group(MetricOptions.of("mean_squared_error"), MeanSquaredError::options)));

    public MeanSquaredError() {
        this(new MetricOptions("mean_squared_error"));
    }

    @Override
    public Codec<MeanSquaredError> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(true);
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        return new dev.posthorn.train.loss.MeanSquaredError().call(b, yTrue, yPred);
    }
}
