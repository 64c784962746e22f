package dev.posthorn.train.metric;

import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.ir.DType;
import java.util.Map;
import java.util.function.Function;

/**
 * What every metric has.
 *
 * @param dtype what it counts in
 */
public record MetricOptions(String name, DType dtype) {
    /** The dtype's name, or a policy of that name; {@code int} is int64. */
    private static final FieldType<DType> DTYPE = FieldType.of(
            "a dtype",
            o -> "int".equals(o)
                    ? DType.INT64
                    : DType.ofKeras(plain(o)).orElseThrow(() -> new IllegalArgumentException("unknown name")),
            DType::keras);

    public MetricOptions(String name) {
        this(name, DType.FLOAT32);
    }

    private static String plain(Object raw) {
        return raw instanceof Map<?, ?> policy && policy.get("config") instanceof Map<?, ?> config
                ? (String) config.get("name")
                : (String) raw;
    }

    /** The keys, with the name that a metric of this class has by default. */
    static Function<Fields<MetricOptions>, MetricOptions> of(String name) {
        return of(name, DType.FLOAT32);
    }

    static Function<Fields<MetricOptions>, MetricOptions> of(String name, DType dtype) {
        return f -> new MetricOptions(
                f.of("name", FieldType.STRING, MetricOptions::name, name),
                f.of("dtype", DTYPE, MetricOptions::dtype, dtype));
    }
}
