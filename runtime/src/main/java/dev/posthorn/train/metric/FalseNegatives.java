package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;

/**
 * How many are true, but not predicted, {@code y > threshold}, for each threshold. Source: keras/src/metrics/confusion_metrics.py.
 *
 * @param thresholds null for ½
 */
public record FalseNegatives(MetricOptions options, Thresholds thresholds) implements Counted {
    public static final Codec<FalseNegatives> CODEC = Codec.of(
            "FalseNegatives",
            f -> new FalseNegatives(
                    f.group(MetricOptions.of("false_negatives"), FalseNegatives::options),
                    f.of("thresholds", Thresholds.TYPE, FalseNegatives::thresholds)));

    @Override
    public Codec<FalseNegatives> codec() {
        return CODEC;
    }

    @Override
    public Confusion.Count count() {
        return Confusion.Count.FALSE_NEGATIVES;
    }
}
