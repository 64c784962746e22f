package dev.posthorn.keras;

import dev.posthorn.ir.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** A tensor between layers: its value, and the mask that Keras would carry with it ({@code null} where there is none). */
public record KerasTensor(Value value, Value maskOrNull) {
    public static KerasTensor of(Value value) {
        return new KerasTensor(value, null);
    }

    /** The mask: bool, with the leading axes of the value. */
    public Optional<Value> mask() {
        return Optional.ofNullable(maskOrNull);
    }

    public KerasTensor withMask(Value mask) {
        return new KerasTensor(value, mask);
    }

    /** All tensors in a structure of lists and maps, as {@code keras.tree.flatten} orders them: maps by sorted keys. */
    public static List<KerasTensor> flatten(Object structure) {
        if (structure instanceof KerasTensor t) {
            return List.of(t);
        }
        if (structure instanceof List<?> l) {
            return l.stream().flatMap(o -> flatten(o).stream()).toList();
        }
        if (structure instanceof Map<?, ?> m) {
            return new TreeMap<>(m)
                    .values().stream().flatMap(o -> flatten(o).stream()).toList();
        }
        return List.of();
    }

    /** The structure with every leaf that is no list and no map replaced. */
    public static Object map(Object structure, UnaryOperator<Object> f) {
        if (structure instanceof List<?> l) {
            List<Object> out = new ArrayList<>();
            l.forEach(o -> out.add(map(o, f)));
            return out;
        }
        if (structure instanceof Map<?, ?> m) {
            Map<Object, Object> out = new LinkedHashMap<>();
            m.forEach((k, v) -> out.put(k, map(v, f)));
            return out;
        }
        return f.apply(structure);
    }
}
