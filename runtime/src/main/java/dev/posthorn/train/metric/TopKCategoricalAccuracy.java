package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import java.util.Optional;

/** How often the y at the place of the largest t is among the k largest, along the last axis. Source: keras/src/metrics/accuracy_metrics.py. */
public record TopKCategoricalAccuracy(MetricOptions options, int k) implements MeanOf {
    public static final Codec<TopKCategoricalAccuracy> CODEC = Codec.of(
            "TopKCategoricalAccuracy",
            f -> new TopKCategoricalAccuracy(
                    f.group(MetricOptions.of("top_k_categorical_accuracy"), TopKCategoricalAccuracy::options),
                    f.of("k", FieldType.INT, TopKCategoricalAccuracy::k, 5)));

    public TopKCategoricalAccuracy() {
        this(new MetricOptions("top_k_categorical_accuracy"), 5);
    }

    @Override
    public Codec<TopKCategoricalAccuracy> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        Expr y = Expr.of(b, yPred);
        Expr t = Ranking.largest(y.with(yTrue).cast(y.dtype()));
        return Ranking.amongLargest(t, y, k).cast(DType.FLOAT32).v();
    }
}
