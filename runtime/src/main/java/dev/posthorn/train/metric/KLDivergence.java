package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import java.util.List;

/** The mean of the loss of that name. Source: keras/src/metrics/probabilistic_metrics.py. */
public record KLDivergence(MetricOptions options) implements MeanOf {
    public static final Codec<KLDivergence> CODEC = Codec.of(
            "KLDivergence",
            List.of("kld", "kullback_leibler_divergence"),
            f -> new KLDivergence(f.group(MetricOptions.of("kl_divergence"), KLDivergence::options)));

    public KLDivergence() {
        this(new MetricOptions("kl_divergence"));
    }

    @Override
    public Codec<KLDivergence> codec() {
        return CODEC;
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        return new dev.posthorn.train.loss.KLDivergence().call(b, yTrue, yPred);
    }
}
