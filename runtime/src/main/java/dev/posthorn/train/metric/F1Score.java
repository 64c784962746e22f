package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/**
 * {@code 2 P R / (P + R)} of precision P and recall R of each class, then put together.
 *
 * <p>(C1) threshold in (0, 1]. Source: keras/src/metrics/f_score_metrics.py.
 *
 * @param average null where classes stay apart
 * @param threshold above what a class is predicted; null where the largest is
 */
public record F1Score(MetricOptions options, FScore.Average average, Double threshold) implements Metric {
    public static final Codec<F1Score> CODEC = Codec.of(
            "F1Score",
            f -> new F1Score(
                    f.group(MetricOptions.of("f1_score"), F1Score::options),
                    f.of("average", FieldType.lower(FScore.Average.class).orNull(), F1Score::average),
                    f.of("threshold", FieldType.FLOAT.orNull(), F1Score::threshold)));

    public F1Score {
        FScore.check(threshold); // (C1)
    }

    @Override
    public Codec<F1Score> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    private FScore score() {
        return new FScore(average, 1, threshold, options.dtype());
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
