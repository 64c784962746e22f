package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;

/**
 * How many of those true are both true and predicted, {@code y > threshold}, for each threshold. Source:
 * keras/src/metrics/confusion_metrics.py.
 *
 * @param thresholds null for ½, or for all scores where topK is given
 * @param topK of how many classes the scores count, or null for all
 * @param classId which class alone counts, or null for all
 */
public record Recall(MetricOptions options, Thresholds thresholds, Integer topK, Integer classId) implements HitRate {
    public static final Codec<Recall> CODEC = Codec.of(
            "Recall",
            f -> new Recall(
                    f.group(MetricOptions.of("recall"), Recall::options),
                    f.of("thresholds", Thresholds.TYPE, Recall::thresholds),
                    f.of("top_k", FieldType.INT.orNull(), Recall::topK),
                    f.of("class_id", FieldType.INT.orNull(), Recall::classId)));

    @Override
    public Codec<Recall> codec() {
        return CODEC;
    }

    @Override
    public Confusion.Count others() {
        return Confusion.Count.FALSE_NEGATIVES;
    }
}
