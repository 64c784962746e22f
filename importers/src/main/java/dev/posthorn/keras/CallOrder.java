package dev.posthorn.keras;

import dev.posthorn.keras.layer.Functional.Step;
import dev.posthorn.keras.layer.Functional.TensorRef;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The calls of a graph in the order in which Keras makes them: the farther from the outputs the earlier, then as a walk from the
 * outputs meets them. It tells only where a layer that is called several times remembers something of each call. Source:
 * keras/src/ops/function.py, map_graph.
 */
final class CallOrder {
    private final Map<Node, Step> steps = new LinkedHashMap<>();
    private final List<Node> walk = new ArrayList<>();

    private record Node(String layer, int node) {}

    private CallOrder(List<Step> steps, List<TensorRef> inputs, List<TensorRef> outputs) {
        steps.forEach(s -> this.steps.put(new Node(s.layer(), s.node()), s));
        Set<Node> seen = new HashSet<>();
        inputs.forEach(ref -> seen.add(node(ref)));
        outputs.forEach(ref -> walk(node(ref), seen));
    }

    /**
     * The calls in Keras's order, and after them those that no output needs.
     *
     * @param steps the calls, each after those that it needs
     */
    static List<Step> of(List<Step> steps, List<TensorRef> inputs, List<TensorRef> outputs) {
        boolean once = steps.stream().allMatch(s -> s.node() == 0);
        if (once) {
            return steps;
        }
        CallOrder order = new CallOrder(steps, inputs, outputs);
        List<Step> all =
                new ArrayList<>(order.sorted().stream().map(order.steps::get).toList());
        Set<Node> needed = new HashSet<>(order.walk);
        steps.stream()
                .filter(s -> !needed.contains(new Node(s.layer(), s.node())))
                .forEach(all::add);
        return all;
    }

    private static Node node(TensorRef ref) {
        return new Node(ref.layer(), ref.node());
    }

    /** Adds what is before a call, and then the call. */
    private void walk(Node end, Set<Node> seen) {
        Deque<Node> path = new ArrayDeque<>();
        Deque<Iterator<Node>> rest = new ArrayDeque<>();
        if (steps.containsKey(end) && seen.add(end)) {
            path.push(end);
            rest.push(needed(end).iterator());
        }
        while (!path.isEmpty()) {
            if (rest.peek().hasNext()) {
                Node next = rest.peek().next();
                if (steps.containsKey(next) && seen.add(next)) {
                    path.push(next);
                    rest.push(needed(next).iterator());
                }
            } else {
                rest.pop();
                walk.add(path.pop());
            }
        }
    }

    private List<Node> needed(Node call) {
        Step step = steps.get(call);
        return tensors(List.of(step.args(), new TreeMap<>(step.kwargs()))).stream()
                .map(CallOrder::node)
                .toList();
    }

    private List<Node> sorted() {
        Map<Node, Integer> depths = new LinkedHashMap<>();
        Map<String, Integer> layers = new HashMap<>();
        List<Node> backwards = new ArrayList<>(walk);
        Collections.reverse(backwards);
        Set<Node> known = new HashSet<>(walk);
        for (Node n : backwards) {
            int depth = Math.max(depths.getOrDefault(n, 0), layers.getOrDefault(n.layer, 0));
            layers.put(n.layer, depth);
            depths.put(n, depth);
            for (Node before : needed(n)) {
                if (known.contains(before)) {
                    depths.merge(before, depth + 1, Math::max);
                }
            }
        }
        return depths.entrySet().stream()
                .sorted(Collections.reverseOrder(Map.Entry.comparingByValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The tensors in a structure of arguments. */
    static List<TensorRef> tensors(Object structure) {
        if (structure instanceof TensorRef r) {
            return List.of(r);
        }
        Optional<Collection<?>> parts = structure instanceof List<?> l
                ? Optional.of(l)
                : structure instanceof Map<?, ?> m ? Optional.of(m.values()) : Optional.empty();
        return parts.map(p -> p.stream().flatMap(o -> tensors(o).stream()).toList())
                .orElse(List.of());
    }
}
