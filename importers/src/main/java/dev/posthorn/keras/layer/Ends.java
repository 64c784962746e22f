package dev.posthorn.keras.layer;

import dev.posthorn.keras.layer.Functional.TensorRef;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tensors that a model takes or gives, in the structure in which it does: one, or lists and maps of them. They are
 * flattened as {@code keras.tree.flatten} does, maps by sorted keys.
 *
 * @param structure a {@link TensorRef}, a list or a map of structures
 */
public record Ends(Object structure) {
    public Ends {
        structure = copied(structure);
    }

    /** One tensor alone, or a list. */
    public static Ends of(List<TensorRef> refs) {
        return new Ends(refs.size() == 1 ? refs.get(0) : refs);
    }

    private static Object copied(Object structure) {
        if (structure instanceof List<?> l) {
            return l.stream().map(Ends::copied).toList();
        }
        if (structure instanceof Map<?, ?> m) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            m.forEach((k, v) -> copy.put(k, copied(v)));
            return Collections.unmodifiableMap(copy);
        }
        return structure;
    }

    private record Leaf(TensorRef ref, List<Object> path) {}

    private List<Leaf> leaves() {
        List<Leaf> leaves = new ArrayList<>();
        collect(structure, List.of(), leaves);
        return leaves;
    }

    private static void collect(Object part, List<Object> path, List<Leaf> leaves) {
        if (part instanceof TensorRef ref) {
            leaves.add(new Leaf(ref, path));
        } else if (part instanceof List<?> l) {
            for (int i = 0; i < l.size(); i++) {
                collect(l.get(i), longer(path, i), leaves);
            }
        } else {
            new TreeMap<>((Map<?, ?>) part).forEach((key, v) -> collect(v, longer(path, key), leaves));
        }
    }

    private static List<Object> longer(List<Object> path, Object step) {
        List<Object> longer = new ArrayList<>(path);
        longer.add(step);
        return List.copyOf(longer);
    }

    /** The tensors, flattened. */
    public List<TensorRef> flat() {
        return leaves().stream().map(Leaf::ref).toList();
    }

    /** Where each stands in the structure: keys of maps and indices of lists. */
    public List<List<Object>> paths() {
        return leaves().stream().map(Leaf::path).toList();
    }

    /** What each is called: by its key in a plain map, else by the layer that makes it. */
    public List<String> names() {
        boolean keyed = structure instanceof Map<?, ?> m && m.values().stream().allMatch(TensorRef.class::isInstance);
        return leaves().stream()
                .map(l -> keyed ? (String) l.path().get(0) : l.ref().layer())
                .toList();
    }
}
