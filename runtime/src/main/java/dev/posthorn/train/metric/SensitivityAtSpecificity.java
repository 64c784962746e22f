package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/**
 * The best sensitivity at a specificity of at least the one given, over thresholds from 0 to 1.
 *
 * <p>(C1) specificity in [0, 1]. Source: keras/src/metrics/confusion_metrics.py.
 *
 * @param classId which class alone counts, or null for all
 */
public record SensitivityAtSpecificity(MetricOptions options, double specificity, int thresholds, Integer classId)
        implements Metric {
    public static final Codec<SensitivityAtSpecificity> CODEC = Codec.of(
            "SensitivityAtSpecificity",
            f -> new SensitivityAtSpecificity(
                    f.group(MetricOptions.of("sensitivity_at_specificity"), SensitivityAtSpecificity::options),
                    f.of("specificity", FieldType.FLOAT, SensitivityAtSpecificity::specificity),
                    f.of("num_thresholds", FieldType.INT, SensitivityAtSpecificity::thresholds, 200),
                    f.of("class_id", FieldType.INT.orNull(), SensitivityAtSpecificity::classId)));

    public SensitivityAtSpecificity {
        Rates.check("specificity", specificity); // (C1)
    }

    @Override
    public Codec<SensitivityAtSpecificity> codec() {
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
        return Rates.best(rates.recall(), rates.specificity(), specificity);
    }
}
