package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import java.util.Optional;

/** How often the largest y and the largest t, along the last axis, are at one place. Source: keras/src/metrics/accuracy_metrics.py. */
public record CategoricalAccuracy(MetricOptions options) implements MeanOf {
    public static final Codec<CategoricalAccuracy> CODEC = Codec.of(
            "CategoricalAccuracy",
            f -> new CategoricalAccuracy(
                    f.group(MetricOptions.of("categorical_accuracy"), CategoricalAccuracy::options)));

    public CategoricalAccuracy() {
        this(new MetricOptions("categorical_accuracy"));
    }

    @Override
    public Codec<CategoricalAccuracy> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        Expr y = Expr.of(b, yPred);
        return Ranking.largest(y.with(yTrue))
                .cast(y.dtype())
                .equalTo(Ranking.largest(y).cast(y.dtype()))
                .cast(DType.FLOAT32)
                .v();
    }
}
