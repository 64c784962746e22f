package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/** The mean of the loss of that name. Source: keras/src/metrics/regression_metrics.py. */
public record LogCoshError(MetricOptions options) implements MeanOf {
    public static final Codec<LogCoshError> CODEC = Codec.of(
            "LogCoshError",
            List.of("log_cosh"),
            f -> new LogCoshError(f.group(MetricOptions.of("logcosh"), LogCoshError::options)));

    public LogCoshError() {
        this(new MetricOptions("logcosh"));
    }

    @Override
    public Codec<LogCoshError> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(true);
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        return new dev.posthorn.train.loss.LogCosh().call(b, yTrue, yPred);
    }
}
