package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Expr;

/**
 * The best recall at a precision of at least the one given, over thresholds from 0 to 1.
 *
 * <p>(C1) precision in [0, 1]. Source: keras/src/metrics/confusion_metrics.py.
 *
 * @param classId which class alone counts, or null for all
 */
public record RecallAtPrecision(MetricOptions options, double precision, int thresholds, Integer classId)
        implements RateAtRate {
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
    public Expr wanted(Rates rates) {
        return rates.recall();
    }

    @Override
    public Expr bound(Rates rates) {
        return rates.precision();
    }

    @Override
    public double least() {
        return precision;
    }
}
