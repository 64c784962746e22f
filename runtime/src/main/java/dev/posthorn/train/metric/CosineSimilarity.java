package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import dev.posthorn.train.loss.Aligned;
import java.util.List;
import java.util.Optional;

/** {@code mean Σ t/‖t‖ · y/‖y‖} along an axis, which Keras 3 does not write. Source: keras/src/metrics/regression_metrics.py. */
public record CosineSimilarity(MetricOptions options, int axis) implements MeanOf {
    public static final Codec<CosineSimilarity> CODEC = Codec.of(
            "CosineSimilarity",
            List.of("cosine_proximity"),
            f -> new CosineSimilarity(
                    f.group(MetricOptions.of("cosine_similarity"), CosineSimilarity::options),
                    f.old("axis", FieldType.INT, CosineSimilarity::axis, -1)));

    public CosineSimilarity() {
        this(new MetricOptions("cosine_similarity"), -1);
    }

    @Override
    public Codec<CosineSimilarity> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        Aligned both = Aligned.targets(Expr.of(b, yTrue), Expr.of(b, yPred));
        return both.x()
                .normalized(axis)
                .times(both.y().normalized(axis))
                .sum(axis)
                .v();
    }
}
