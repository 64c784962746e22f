package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;

/**
 * How many of those predicted are both true and predicted, {@code y > threshold}, for each threshold. Source:
 * keras/src/metrics/confusion_metrics.py.
 *
 * @param thresholds null for ½, or for all scores where topK is given
 * @param topK of how many classes the scores count, or null for all
 * @param classId which class alone counts, or null for all
 */
public record Precision(MetricOptions options, Thresholds thresholds, Integer topK, Integer classId)
        implements HitRate {
    public static final Codec<Precision> CODEC = Codec.of(
            "Precision",
            f -> new Precision(
                    f.group(MetricOptions.of("precision"), Precision::options),
                    f.of("thresholds", Thresholds.TYPE, Precision::thresholds),
                    f.of("top_k", FieldType.INT.orNull(), Precision::topK),
                    f.of("class_id", FieldType.INT.orNull(), Precision::classId)));

    @Override
    public Codec<Precision> codec() {
        return CODEC;
    }

    @Override
    public Confusion.Count others() {
        return Confusion.Count.FALSE_POSITIVES;
    }
}
