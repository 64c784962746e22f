package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.model.UnsupportedModelException;
import java.util.Map;

/**
 * How Keras writes the mean of a function: the metric of that function is read, and written as what it is. Source:
 * keras/src/metrics/reduction_metrics.py.
 */
final class MeanMetricWrapper {
    /** A function: its name, or an object whose configuration is the name. */
    private static final FieldType<String> FUNCTION =
            FieldType.of("a function", o -> o instanceof Map<?, ?> m ? (String) m.get("config") : (String) o, s -> s);

    static final Codec<Metric> CODEC = Codec.of("MeanMetricWrapper", f -> {
        String name = f.of("fn", FUNCTION, m -> {
            throw new IllegalStateException("MeanMetricWrapper: expected the metric itself to be written");
        });
        Codec<? extends Metric> inner = Metrics.ALL
                .codec(name)
                .orElseThrow(() -> new UnsupportedModelException(
                        "function '" + name + "' as a metric is not one of Keras's metric classes"));
        return read(inner, f);
    });

    private MeanMetricWrapper() {}

    private static <M extends Metric> Metric read(Codec<M> codec, Fields<Metric> f) {
        return f.group(codec.call(), m -> {
            throw new IllegalStateException("MeanMetricWrapper: expected the metric itself to be written");
        });
    }
}
