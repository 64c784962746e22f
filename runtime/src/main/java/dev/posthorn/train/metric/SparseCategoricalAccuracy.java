package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import java.util.Optional;

/** How often the largest y along the last axis is at place t. Source: keras/src/metrics/accuracy_metrics.py. */
public record SparseCategoricalAccuracy(MetricOptions options) implements MeanOf {
    public static final Codec<SparseCategoricalAccuracy> CODEC = Codec.of(
            "SparseCategoricalAccuracy",
            f -> new SparseCategoricalAccuracy(
                    f.group(MetricOptions.of("sparse_categorical_accuracy"), SparseCategoricalAccuracy::options)));

    public SparseCategoricalAccuracy() {
        this(new MetricOptions("sparse_categorical_accuracy"));
    }

    @Override
    public Codec<SparseCategoricalAccuracy> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        Expr scores = Expr.of(b, yPred);
        Expr numbers = scores.with(yTrue).cast(scores.dtype());
        Expr matches = Ranking.byNumber(
                numbers, scores, (t, y) -> Ranking.largest(y).cast(y.dtype()).equalTo(t));
        boolean column = matches.rank() > 1 && matches.shape().dim(-1) == 1;
        return (column ? matches.squeeze(-1) : matches).cast(DType.FLOAT32).v();
    }
}
