package dev.posthorn.pass;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who reads each value of a graph. */
final class Uses {
    private final Map<Value, List<Node>> readers = new HashMap<>();
    private final Set<Value> results = new HashSet<>();

    Uses(Graph g) {
        for (Node n : g.nodes()) {
            for (Value v : n.inputs()) {
                readers.computeIfAbsent(v, k -> new ArrayList<>()).add(n);
            }
        }
        results.addAll(g.outputs().values());
        results.addAll(g.updates().values());
    }

    /** The nodes that read a value. */
    List<Node> readers(Value v) {
        return readers.getOrDefault(v, List.of());
    }

    /** Whether a value is one of the graph's results. */
    boolean isResult(Value v) {
        return results.contains(v);
    }

    /** The one node that reads a value, where it is read once and is no result. */
    Optional<Node> only(Value v) {
        List<Node> all = readers.getOrDefault(v, List.of());
        return all.size() == 1 && !results.contains(v) ? Optional.of(all.get(0)) : Optional.empty();
    }
}
