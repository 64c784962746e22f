package dev.posthorn.keras;

import dev.posthorn.ir.DType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which types a layer computes in and keeps its weights in. Source: keras/src/dtype_policies/dtype_policy.py.
 *
 * @param quantized the policy's configuration where weights are quantized, else empty
 */
public record DTypePolicy(String name, DType compute, DType variable, Map<String, Object> quantized) {
    public static final DTypePolicy FLOAT32 = new DTypePolicy("float32", DType.FLOAT32, DType.FLOAT32);

    public DTypePolicy(String name, DType compute, DType variable) {
        this(name, compute, variable, Map.of());
    }

    /** How weights are quantized: int8, int4, float8 and others, with /block or all that may follow; empty for not. */
    public String mode() {
        return quantized.get("config") instanceof Map<?, ?> c ? String.valueOf(c.get("mode")) : "";
    }

    /** What a configuration says where it names this policy. */
    public Object json() {
        return quantized.isEmpty() ? name : quantized;
    }

    /** The policy that a configuration's {@code dtype} names, if it is known; absent means float32. */
    public static Optional<DTypePolicy> read(Object dtype) {
        if (dtype == null) {
            return Optional.of(FLOAT32);
        }
        if (dtype instanceof String s) {
            return named(s);
        }
        if (dtype instanceof Map<?, ?> m
                && m.get("config") instanceof Map<?, ?> config
                && config.get("name") instanceof String s) {
            return named(s);
        }
        if (dtype instanceof Map<?, ?> m
                && m.get("config") instanceof Map<?, ?> config
                && config.get("mode") instanceof String
                && config.get("source_name") instanceof String source) {
            Map<String, Object> json = new LinkedHashMap<>();
            m.forEach((k, v) -> json.put(String.valueOf(k), v));
            return named(source)
                    .map(p -> new DTypePolicy(source, p.compute, p.variable, Collections.unmodifiableMap(json)));
        }
        return Optional.empty();
    }

    private static Optional<DTypePolicy> named(String name) {
        if (name.startsWith("mixed_")) {
            return DType.ofKeras(name.substring("mixed_".length())).map(c -> new DTypePolicy(name, c, DType.FLOAT32));
        }
        return DType.ofKeras(name).map(d -> new DTypePolicy(name, d, d));
    }
}
