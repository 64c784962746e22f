package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import java.util.Optional;

/** The mean of the loss of that name. Source: keras/src/metrics/hinge_metrics.py. */
public record CategoricalHinge(MetricOptions options) implements MeanOf {
    public static final Codec<CategoricalHinge> CODEC = Codec.of(
            "CategoricalHinge",
            f -> new CategoricalHinge(f.group(MetricOptions.of("categorical_hinge"), CategoricalHinge::options)));

    public CategoricalHinge() {
        this(new MetricOptions("categorical_hinge"));
    }

    @Override
    public Codec<CategoricalHinge> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(true);
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        return new dev.posthorn.train.loss.CategoricalHinge().call(b, yTrue, yPred);
    }
}
