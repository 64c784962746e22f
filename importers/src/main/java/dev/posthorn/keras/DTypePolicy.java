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
 * @param place where in a map of policies it was looked up; null for a policy by itself
 */
public record DTypePolicy(String name, DType compute, DType variable, Map<String, Object> quantized, Place place) {
    public static final DTypePolicy FLOAT32 = new DTypePolicy("float32", DType.FLOAT32, DType.FLOAT32);

    /** A layer's path in a map of policies: null as long as it is not known. */
    public record Place(DTypePolicyMap map, String path) {}

    public DTypePolicy(String name, DType compute, DType variable) {
        this(name, compute, variable, Map.of(), null);
    }

    /** How weights are quantized: int8, int4, float8 and others, with /block or all that may follow; empty for not. */
    public String mode() {
        return quantized.get("config") instanceof Map<?, ?> c ? String.valueOf(c.get("mode")) : "";
    }

    /** What a configuration says where it names this policy. */
    public Object json() {
        return place != null ? place.map().json() : quantized.isEmpty() ? name : quantized;
    }

    /** Where it comes of a map: what that has for the layer at this path. */
    DTypePolicy at(String path) {
        if (place == null) {
            return this;
        }
        DTypePolicy p = place.map().at(path);
        return new DTypePolicy(p.name, p.compute, p.variable, p.quantized, new Place(place.map(), path));
    }

    /** What a layer that the layer of this policy makes for itself takes. */
    DTypePolicy below(String name) {
        return place == null || place.path() == null ? this : at(place.path() + "/" + name);
    }

    /** The policy that a configuration's {@code dtype} names, if it is known; absent means float32. */
    public static Optional<DTypePolicy> read(Object dtype) {
        if (dtype == null) {
            return Optional.of(FLOAT32);
        }
        if (dtype instanceof String s) {
            return named(s);
        }
        if (!(dtype instanceof Map<?, ?> m && m.get("config") instanceof Map<?, ?> config)) {
            return Optional.empty();
        }
        Map<String, Object> json = new LinkedHashMap<>();
        m.forEach((k, v) -> json.put(String.valueOf(k), v));
        if (config.get("policy_map") instanceof Map<?, ?>) {
            return DTypePolicyMap.read(Collections.unmodifiableMap(json), config)
                    .map(DTypePolicy::of);
        }
        if (config.get("mode") instanceof String) {
            String source = config.get("source_name") instanceof String s ? s : FLOAT32.name;
            return named(source)
                    .map(p -> new DTypePolicy(source, p.compute, p.variable, Collections.unmodifiableMap(json), null));
        }
        boolean named = config.containsKey("name");
        return config.get("name") instanceof String s ? named(s) : named ? Optional.of(FLOAT32) : Optional.empty();
    }

    /** A map as long as no path is known: its default. */
    private static DTypePolicy of(DTypePolicyMap map) {
        DTypePolicy d = map.byDefault();
        return new DTypePolicy(d.name, d.compute, d.variable, d.quantized, new Place(map, null));
    }

    private static Optional<DTypePolicy> named(String name) {
        if (name.startsWith("mixed_")) {
            return DType.ofKeras(name.substring("mixed_".length())).map(c -> new DTypePolicy(name, c, DType.FLOAT32));
        }
        return DType.ofKeras(name).map(d -> new DTypePolicy(name, d, d));
    }
}
