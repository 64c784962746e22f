package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;

/**
 * How many are predicted, but not true, {@code y > threshold}, for each threshold. Source: keras/src/metrics/confusion_metrics.py.
 *
 * @param thresholds null for ½
 */
public record FalsePositives(MetricOptions options, Thresholds thresholds) implements Counted {
    public static final Codec<FalsePositives> CODEC = Codec.of(
            "FalsePositives",
            f -> new FalsePositives(
                    f.group(MetricOptions.of("false_positives"), FalsePositives::options),
                    f.of("thresholds", Thresholds.TYPE, FalsePositives::thresholds)));

    @Override
    public Codec<FalsePositives> codec() {
        return CODEC;
    }

    @Override
    public Confusion.Count count() {
        return Confusion.Count.FALSE_POSITIVES;
    }
}
