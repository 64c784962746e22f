package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/**
 * The best precision at a recall of at least the one given, over thresholds from 0 to 1.
 *
 * <p>(C1) recall in [0, 1]. Source: keras/src/metrics/confusion_metrics.py.
 *
 * @param classId which class alone counts, or null for all
 */
public record PrecisionAtRecall(MetricOptions options, double recall, int thresholds, Integer classId)
        implements Metric {
    public static final Codec<PrecisionAtRecall> CODEC = Codec.of(
            "PrecisionAtRecall",
            f -> new PrecisionAtRecall(
                    f.group(MetricOptions.of("precision_at_recall"), PrecisionAtRecall::options),
                    f.of("recall", FieldType.FLOAT, PrecisionAtRecall::recall),
                    f.of("num_thresholds", FieldType.INT, PrecisionAtRecall::thresholds, 200),
                    f.of("class_id", FieldType.INT.orNull(), PrecisionAtRecall::classId)));

    public PrecisionAtRecall {
        Rates.check("recall", recall); // (C1)
    }

    @Override
    public Codec<PrecisionAtRecall> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    @Override
    public List<State> state(TensorType yPred) {
        return Rates.state(yPred, thresholds, classId);
    }

    @Override
    public List<Value> update(
            Builder b,
            List<Value> state,
            Value yTrue,
            Value yPred,
            Optional<Value> sampleWeight,
            Optional<Value> mask) {
        return Rates.update(b, state, yTrue, yPred, sampleWeight, thresholds, classId);
    }

    @Override
    public Value result(Builder b, List<Value> state) {
        Rates rates = Rates.of(b, state);
        return Rates.best(rates.precision(), rates.recall(), recall);
    }
}
