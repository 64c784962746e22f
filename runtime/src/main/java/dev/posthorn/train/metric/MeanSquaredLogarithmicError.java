package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/** The mean of the loss of that name. Source: keras/src/metrics/regression_metrics.py. */
public record MeanSquaredLogarithmicError(MetricOptions options) implements MeanOf {
    public static final Codec<MeanSquaredLogarithmicError> CODEC = Codec.of(
            "MeanSquaredLogarithmicError",
            List.of("msle"),
            f -> new MeanSquaredLogarithmicError(
                    f.group(MetricOptions.of("mean_squared_logarithmic_error"), MeanSquaredLogarithmicError::options)));

    public MeanSquaredLogarithmicError() {
        this(new MetricOptions("mean_squared_logarithmic_error"));
    }

    @Override
    public Codec<MeanSquaredLogarithmicError> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(true);
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        return new dev.posthorn.train.loss.MeanSquaredLogarithmicError().call(b, yTrue, yPred);
    }
}
