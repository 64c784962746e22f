package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/**
 * The best recall at a precision of at least the one given, over thresholds from 0 to 1.
 *
 * <p>(C1) precision in [0, 1]. Source: keras/src/metrics/confusion_metrics.py.
 *
 * @param classId which class alone counts, or null for all
 */
public record RecallAtPrecision(MetricOptions options, double precision, int thresholds, Integer classId)
        implements Metric {
    public static final Codec<RecallAtPrecision> CODEC = Codec.of(
            "RecallAtPrecision",
            f -> new RecallAtPrecision(
                    f.group(MetricOptions.of("recall_at_precision"), RecallAtPrecision::options),
                    f.of("precision", FieldType.FLOAT, RecallAtPrecision::precision),
                    f.of("num_thresholds", FieldType.INT, RecallAtPrecision::thresholds, 200),
                    f.of("class_id", FieldType.INT.orNull(), RecallAtPrecision::classId)));

    public RecallAtPrecision {
        Rates.check("precision", precision); // (C1)
    }

    @Override
    public Codec<RecallAtPrecision> codec() {
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
        return Rates.best(rates.recall(), rates.precision(), precision);
    }
}
