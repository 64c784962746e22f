package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import java.util.Optional;

/** The mean of the loss of that name. Source: keras/src/metrics/hinge_metrics.py. */
public record Hinge(MetricOptions options) implements MeanOf {
    public static final Codec<Hinge> CODEC =
            Codec.of("Hinge", f -> new Hinge(f.group(MetricOptions.of("hinge"), Hinge::options)));

    public Hinge() {
        this(new MetricOptions("hinge"));
    }

    @Override
    public Codec<Hinge> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(true);
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        return new dev.posthorn.train.loss.Hinge().call(b, yTrue, yPred);
    }
}
