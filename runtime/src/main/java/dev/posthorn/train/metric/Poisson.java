package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;

/** The mean of the loss of that name. Source: keras/src/metrics/probabilistic_metrics.py. */
public record Poisson(MetricOptions options) implements MeanOf {
    public static final Codec<Poisson> CODEC =
            Codec.of("Poisson", f -> new Poisson(f.group(MetricOptions.of("poisson"), Poisson::options)));

    public Poisson() {
        this(new MetricOptions("poisson"));
    }

    @Override
    public Codec<Poisson> codec() {
        return CODEC;
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        return new dev.posthorn.train.loss.Poisson().call(b, yTrue, yPred);
    }
}
