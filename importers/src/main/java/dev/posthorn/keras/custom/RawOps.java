package dev.posthorn.keras.custom;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.operation.Arguments;
import dev.posthorn.tensorflow.SingleNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The ops of TensorFlow themselves, {@code tf.raw_ops.X(inputs…, attribute=…)}: inputs by position, lists of them flattened
 * where {@code N} says how many, attributes by name; those that are None are left out.
 */
final class RawOps {
    /** Attributes that are element types. */
    private static final Set<String> TYPES =
            Set.of("T", "dtype", "type", "out_type", "DstT", "Tout", "output_type", "Tidx", "out_idx");

    private RawOps() {}

    /** The op of that name. */
    static Functions.Function find(String op) {
        SingleNode.of(Map.of("op", op), op); // fails where there is none
        return (b, positional, named) -> {
            Map<String, Object> attributes = new LinkedHashMap<>();
            named.forEach((name, value) -> {
                if (value != null) {
                    attributes.put(name, attribute(name, value));
                }
            });
            List<Value> inputs = new ArrayList<>();
            for (Object o : positional) {
                boolean listed = named.containsKey("N") && o instanceof List<?>;
                if (listed) {
                    attributes.put("N", attribute("N", ((List<?>) o).size()));
                }
                (listed ? (List<?>) o : List.of(o)).forEach(i -> inputs.add(tensor(b, i, op)));
            }
            SingleNode node = SingleNode.of(Map.of("op", op, "attr", attributes), op);
            List<Value> y = node.read(b, inputs, op);
            return y.size() == 1 ? y.get(0) : y;
        };
    }

    private static Value tensor(Builder b, Object o, String op) {
        return o instanceof Value v
                ? v
                : new Arguments(Call.of(b, op, List.of(Functions.wrapped(o)), Map.of()), op, Map.of()).x();
    }

    private static Map<String, Object> attribute(String name, Object value) {
        if (TYPES.contains(name)) {
            DType dtype = DType.ofKeras(String.valueOf(value))
                    .orElseThrow(() -> new IllegalArgumentException("expected a dtype but was " + value));
            return Map.of("type", dtype.tensorflow());
        }
        if (name.equals("shape")) {
            List<Object> dims = new ArrayList<>();
            ((List<?>) value).forEach(d -> dims.add(Map.of("size", d == null ? -1 : d)));
            return Map.of("shape", Map.of("dim", dims));
        }
        if (value instanceof List<?> l) {
            String kind = l.stream().allMatch(RawOps::whole) ? "i" : "f";
            return Map.of("list", Map.of(kind, l));
        }
        if (value instanceof String s) {
            return Map.of("s", Base64.getEncoder().encodeToString(s.getBytes(StandardCharsets.UTF_8)));
        }
        return Map.of(value instanceof Boolean ? "b" : whole(value) ? "i" : "f", value);
    }

    private static boolean whole(Object o) {
        return o instanceof Long || o instanceof Integer;
    }
}
