package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Expr;

/**
 * The best precision at a recall of at least the one given, over thresholds from 0 to 1.
 *
 * <p>(C1) recall in [0, 1]. Source: keras/src/metrics/confusion_metrics.py.
 *
 * @param classId which class alone counts, or null for all
 */
public record PrecisionAtRecall(MetricOptions options, double recall, int thresholds, Integer classId)
        implements RateAtRate {
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
    public Expr wanted(Rates rates) {
        return rates.precision();
    }

    @Override
    public Expr bound(Rates rates) {
        return rates.recall();
    }

    @Override
    public double least() {
        return recall;
    }
}
