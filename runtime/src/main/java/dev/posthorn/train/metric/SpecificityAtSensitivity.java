package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Expr;

/**
 * The best specificity at a sensitivity of at least the one given, over thresholds from 0 to 1.
 *
 * <p>(C1) sensitivity in [0, 1]. Source: keras/src/metrics/confusion_metrics.py.
 *
 * @param classId which class alone counts, or null for all
 */
public record SpecificityAtSensitivity(MetricOptions options, double sensitivity, int thresholds, Integer classId)
        implements RateAtRate {
    public static final Codec<SpecificityAtSensitivity> CODEC = Codec.of(
            "SpecificityAtSensitivity",
            f -> new SpecificityAtSensitivity(
                    f.group(MetricOptions.of("specificity_at_sensitivity"), SpecificityAtSensitivity::options),
                    f.of("sensitivity", FieldType.FLOAT, SpecificityAtSensitivity::sensitivity),
                    f.of("num_thresholds", FieldType.INT, SpecificityAtSensitivity::thresholds, 200),
                    f.of("class_id", FieldType.INT.orNull(), SpecificityAtSensitivity::classId)));

    public SpecificityAtSensitivity {
        Rates.check("sensitivity", sensitivity); // (C1)
    }

    @Override
    public Codec<SpecificityAtSensitivity> codec() {
        return CODEC;
    }

    @Override
    public Expr wanted(Rates rates) {
        return rates.specificity();
    }

    @Override
    public Expr bound(Rates rates) {
        return rates.recall();
    }

    @Override
    public double least() {
        return sensitivity;
    }
}
