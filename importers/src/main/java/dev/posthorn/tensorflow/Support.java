package dev.posthorn.tensorflow;

import dev.posthorn.model.Inspection;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.proto.AttrValue;
import dev.posthorn.proto.NodeDef;
import dev.posthorn.tensorflow.alias.TfOps;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which ops a model runs, and which of them are not supported: found before anything is read. */
final class Support {
    private final Map<String, List<String>> ops;

    /** The support of a model that runs these ops, at the nodes of these paths. */
    Support(Map<String, List<String>> ops) {
        this.ops = ops;
    }

    /** Fails with everything that is not supported. */
    void check(String where) {
        List<String> reasons = items().stream()
                .filter(i -> !i.supported())
                .map(Inspection.Item::problem)
                .toList();
        if (!reasons.isEmpty()) {
            throw new UnsupportedModelException(
                    "model: expected supported ops but was " + reasons.size() + " that are not: "
                            + String.join("; ", reasons) + ", at " + where,
                    reasons);
        }
    }

    static String reason(String op) {
        return "op " + op + " is not supported";
    }

    /** The nodes that a function is run for: its results, and what it does to its state. */
    static Set<String> roots(Body body) {
        Set<String> roots = GraphReader.names(body.function().getRetMap().values());
        roots.removeIf(name -> !body.contains(name)); // results that are arguments
        body.function().getControlRetMap().values().stream()
                .filter(body::contains)
                .forEach(roots::add);
        body.nodes().stream()
                .filter(n -> TfOps.hasEffect(n.getOp()))
                .map(NodeDef::getName)
                .forEach(roots::add);
        return roots;
    }

    /** The nodes of each op that {@code roots} of a graph run, also in functions: paths by op, in order. */
    static Map<String, List<String>> ops(Body graph, Functions functions, Collection<String> roots, Set<String> given) {
        Map<String, List<String>> ops = new LinkedHashMap<>();
        Set<String> seen = new HashSet<>();
        Deque<String> called = new ArrayDeque<>();
        add(graph, roots, given, functions, ops, called);
        while (!called.isEmpty()) {
            String name = called.pop();
            if (seen.add(name) && functions.contains(name)) {
                Body body = functions.body(name);
                Set<String> arguments = new HashSet<>();
                body.function().getSignature().getInputArgList().forEach(a -> arguments.add(a.getName()));
                add(body, roots(body), arguments, functions, ops, called);
            }
        }
        return ops;
    }

    private static void add(
            Body body,
            Collection<String> roots,
            Set<String> given,
            Functions functions,
            Map<String, List<String>> ops,
            Deque<String> called) {
        String path = body.name().isEmpty() ? "" : body.name() + "/";
        for (NodeDef n : body.order(roots, given)) {
            if (functions.contains(n.getOp())) {
                called.push(n.getOp());
            } else {
                ops.computeIfAbsent(n.getOp(), k -> new ArrayList<>()).add(path + n.getName());
            }
            for (AttrValue a : n.getAttrMap().values()) {
                if (a.hasFunc()) {
                    called.push(a.getFunc().getName());
                }
                a.getList().getFuncList().forEach(f -> called.push(f.getName()));
            }
        }
    }

    /** One item an op that is run, with the nodes where it is not supported. */
    List<Inspection.Item> items() {
        List<Inspection.Item> items = new ArrayList<>();
        ops.forEach((op, nodes) -> {
            Set<String> few = new LinkedHashSet<>(nodes.subList(0, Math.min(nodes.size(), 5)));
            String at = String.join(", ", few) + (nodes.size() > 5 ? " and " + (nodes.size() - 5) + " more" : "");
            boolean known = TfOps.ALL.containsKey(op);
            items.add(new Inspection.Item(
                    nodes.size() == 1 ? nodes.get(0) : nodes.size() + " nodes",
                    op,
                    known ? "" : reason(op) + ", at " + at));
        });
        return items;
    }
}
