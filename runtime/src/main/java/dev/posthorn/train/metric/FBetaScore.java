package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/**
 * {@code (1 + β²) P R / (β² P + R)} of precision P and recall R of each class, then put together.
 *
 * <p>(C1) β above 0. (C2) threshold in (0, 1]. Source: keras/src/metrics/f_score_metrics.py.
 *
 * @param average null where classes stay apart
 * @param threshold above what a class is predicted; null where the largest is
 */
public record FBetaScore(MetricOptions options, FScore.Average average, double beta, Double threshold)
        implements Metric {
    public static final Codec<FBetaScore> CODEC = Codec.of(
            "FBetaScore",
            f -> new FBetaScore(
                    f.group(MetricOptions.of("fbeta_score"), FBetaScore::options),
                    f.of("average", FieldType.lower(FScore.Average.class).orNull(), FBetaScore::average),
                    f.of("beta", FieldType.FLOAT, FBetaScore::beta, 1.0),
                    f.of("threshold", FieldType.FLOAT.orNull(), FBetaScore::threshold)));

    public FBetaScore {
        if (!(beta > 0)) { // (C1)
            throw new IllegalArgumentException("expected beta above 0 but was " + beta);
        }
        FScore.check(threshold); // (C2)
    }

    @Override
    public Codec<FBetaScore> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    private FScore score() {
        return new FScore(average, beta, threshold, options.dtype());
    }

    @Override
    public List<State> state(TensorType yPred) {
        return score().state(yPred);
    }

    @Override
    public List<Value> update(
            Builder b,
            List<Value> state,
            Value yTrue,
            Value yPred,
            Optional<Value> sampleWeight,
            Optional<Value> mask) {
        return score().update(b, state, yTrue, yPred, sampleWeight);
    }

    @Override
    public Value result(Builder b, List<Value> state) {
        return score().result(b, state);
    }
}
