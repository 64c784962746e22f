package dev.posthorn.train.metric;

import dev.posthorn.codec.Family;
import java.util.List;

/** Every metric. */
public final class Metrics {
    /** Source: keras/src/metrics. */
    public static final Family<Metric> ALL =
            new Family<>("metric", "keras.metrics", Metric::codec, List.of(Mean.CODEC));

    private Metrics() {}
}
