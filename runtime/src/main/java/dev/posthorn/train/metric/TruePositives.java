package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;

/**
 * How many are true and predicted, {@code y > threshold}, for each threshold. Source: keras/src/metrics/confusion_metrics.py.
 *
 * @param thresholds null for ½
 */
public record TruePositives(MetricOptions options, Thresholds thresholds) implements Counted {
    public static final Codec<TruePositives> CODEC = Codec.of(
            "TruePositives",
            f -> new TruePositives(
                    f.group(MetricOptions.of("true_positives"), TruePositives::options),
                    f.of("thresholds", Thresholds.TYPE, TruePositives::thresholds)));

    @Override
    public Codec<TruePositives> codec() {
        return CODEC;
    }

    @Override
    public Confusion.Count count() {
        return Confusion.Count.TRUE_POSITIVES;
    }
}
