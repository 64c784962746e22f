package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Expr;

/**
 * The best sensitivity at a specificity of at least the one given, over thresholds from 0 to 1.
 *
 * <p>(C1) specificity in [0, 1]. Source: keras/src/metrics/confusion_metrics.py.
 *
 * @param classId which class alone counts, or null for all
 */
public record SensitivityAtSpecificity(MetricOptions options, double specificity, int thresholds, Integer classId)
        implements RateAtRate {
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
    public Expr wanted(Rates rates) {
        return rates.recall();
    }

    @Override
    public Expr bound(Rates rates) {
        return rates.specificity();
    }

    @Override
    public double least() {
        return specificity;
    }
}
