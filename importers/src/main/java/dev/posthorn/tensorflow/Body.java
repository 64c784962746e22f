package dev.posthorn.tensorflow;

import dev.posthorn.model.ModelFormatException;
import dev.posthorn.proto.FunctionDef;
import dev.posthorn.proto.GraphDef;
import dev.posthorn.proto.NodeDef;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The nodes of a graph or function by name, and the order in which to read them. */
final class Body {
    private final String name;
    private final Map<String, NodeDef> nodes;
    private final FunctionDef function;

    private Body(String name, List<NodeDef> list, FunctionDef function) {
        this.name = name;
        this.function = function;
        nodes = new LinkedHashMap<>();
        for (NodeDef n : list) {
            if (nodes.put(n.getName(), n) != null) {
                throw new ModelFormatException("graph: expected names of nodes to be different but was twice '"
                        + n.getName() + "', at " + place());
            }
        }
    }

    static Body of(GraphDef graph) {
        return new Body("", graph.getNodeList(), null);
    }

    /** A graph of one node. */
    static Body of(NodeDef node) {
        return new Body("", List.of(node), null);
    }

    static Body of(FunctionDef function) {
        return new Body(function.getSignature().getName(), function.getNodeDefList(), function);
    }

    /** The function's name; empty for a graph. */
    String name() {
        return name;
    }

    private String place() {
        return name.isEmpty() ? "the graph" : name;
    }

    /** The function; null for a graph. */
    FunctionDef function() {
        return function;
    }

    Collection<NodeDef> nodes() {
        return nodes.values();
    }

    NodeDef node(String node) {
        return nodes.get(node);
    }

    boolean contains(String node) {
        return nodes.containsKey(node);
    }

    /** A reference to a node: {@code node}, {@code node:1}, {@code node:output:0} or {@code ^node}. */
    record Ref(String node, String argument, int index, boolean control) {
        static Ref of(String text) {
            if (text.startsWith("^")) {
                return new Ref(text.substring(1), "", 0, true);
            }
            String[] parts = text.split(":", -1);
            try {
                return switch (parts.length) {
                    case 1 -> new Ref(text, "", 0, false);
                    case 2 -> new Ref(parts[0], "", Integer.parseInt(parts[1]), false);
                    default -> new Ref(parts[0], parts[1], Integer.parseInt(parts[2]), false);
                };
            } catch (NumberFormatException e) {
                throw new ModelFormatException("graph: expected a reference to a node but was '" + text + "'", e);
            }
        }
    }

    /**
     * The nodes that {@code roots} need, each after those that it needs or is ordered after; nodes of {@code given} need
     * nothing.
     */
    List<NodeDef> order(Collection<String> roots, Set<String> given) {
        List<NodeDef> order = new ArrayList<>();
        Set<String> done = new HashSet<>(given);
        Map<String, Integer> progress = new HashMap<>();
        Deque<String> work = new ArrayDeque<>();
        for (String root : roots) {
            work.push(root);
            while (!work.isEmpty()) {
                String at = work.peek();
                NodeDef node = nodes.get(at);
                if (done.contains(at)) {
                    work.pop();
                    continue;
                }
                if (node == null) {
                    throw new ModelFormatException("graph: expected a node '" + at + "' but was absent, at " + place());
                }
                int next = progress.getOrDefault(at, 0);
                if (next == node.getInputCount()) {
                    work.pop();
                    done.add(at);
                    order.add(node);
                    continue;
                }
                progress.put(at, next + 1);
                String needed = Ref.of(node.getInput(next)).node();
                if (!done.contains(needed)) {
                    if (progress.containsKey(needed)) {
                        throw new ModelFormatException("graph: expected no cycle but was one through '" + needed
                                + "' and '" + at + "', at " + place());
                    }
                    work.push(needed);
                }
            }
        }
        return order;
    }
}
