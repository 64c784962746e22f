package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;

/**
 * How many are neither true nor predicted, {@code y > threshold}, for each threshold. Source: keras/src/metrics/confusion_metrics.py.
 *
 * @param thresholds null for ½
 */
public record TrueNegatives(MetricOptions options, Thresholds thresholds) implements Counted {
    public static final Codec<TrueNegatives> CODEC = Codec.of(
            "TrueNegatives",
            f -> new TrueNegatives(
                    f.group(MetricOptions.of("true_negatives"), TrueNegatives::options),
                    f.of("thresholds", Thresholds.TYPE, TrueNegatives::thresholds)));

    @Override
    public Codec<TrueNegatives> codec() {
        return CODEC;
    }

    @Override
    public Confusion.Count count() {
        return Confusion.Count.TRUE_NEGATIVES;
    }
}
