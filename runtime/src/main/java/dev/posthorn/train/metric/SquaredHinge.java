package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import java.util.Optional;

/** The mean of the loss of that name. Source: keras/src/metrics/hinge_metrics.py. */
public record SquaredHinge(MetricOptions options) implements MeanOf {
    public static final Codec<SquaredHinge> CODEC = Codec.of(
            "SquaredHinge", f -> new SquaredHinge(f.group(MetricOptions.of("squared_hinge"), SquaredHinge::options)));

    public SquaredHinge() {
        this(new MetricOptions("squared_hinge"));
    }

    @Override
    public Codec<SquaredHinge> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(true);
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        return new dev.posthorn.train.loss.SquaredHinge().call(b, yTrue, yPred);
    }
}
