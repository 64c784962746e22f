package dev.posthorn.tensorflow;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Inspection;
import dev.posthorn.model.Signature;
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
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Which ops a model runs, and which of them are not supported: found before anything is read. */
final class Support {
    private static final Set<String> PASSING = Set.of("Identity", "PlaceholderWithDefault", "Snapshot");

    private final Map<String, List<String>> ops;

    private Support(Map<String, List<String>> ops) {
        this.ops = ops;
    }

    /** The support of what these signatures run. */
    static Support of(Body graph, Functions functions, Collection<Entry> entries) {
        Map<String, Set<String>> all = new LinkedHashMap<>();
        entries.forEach(e -> ops(graph, functions, e.roots(), e.given())
                .forEach((op, nodes) ->
                        all.computeIfAbsent(op, k -> new LinkedHashSet<>()).addAll(nodes)));
        Map<String, List<String>> ops = new LinkedHashMap<>();
        all.forEach((op, nodes) -> ops.put(op, List.copyOf(nodes)));
        return new Support(ops);
    }

    /**
     * Fails with everything that is not supported of the signature that is called where none is named; where there is no such
     * signature, of all of them, unless one could be called. What others lack they say when they are asked for.
     */
    static void check(Body graph, Functions functions, List<Entry> entries, String where) {
        List<Entry> named = entries.stream()
                .filter(e -> e.signature().name().equals(Signature.DEFAULT))
                .toList();
        List<Entry> all = named.isEmpty() ? entries : named;
        if (!all.isEmpty()
                && all.stream().noneMatch(e -> of(graph, functions, List.of(e)).isComplete())) {
            of(graph, functions, all).check(where);
        }
    }

    /** The nodes that go on with a sequence of random numbers. */
    List<String> drawing() {
        return ops.entrySet().stream()
                .filter(e -> TfOps.draws(e.getKey()))
                .flatMap(e -> e.getValue().stream())
                .toList();
    }

    private boolean isComplete() {
        return TfOps.ALL.keySet().containsAll(ops.keySet());
    }

    /** Fails with everything that is not supported. */
    void check(String where) {
        List<String> reasons = problems();
        if (!reasons.isEmpty()) {
            throw new UnsupportedModelException(
                    "model: expected supported ops but was " + reasons.size() + " that are not: "
                            + String.join("; ", reasons) + ", at " + where,
                    reasons);
        }
    }

    /** Whether any of these ops is run. */
    boolean runs(Collection<String> any) {
        return any.stream().anyMatch(ops::containsKey);
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
    private static Map<String, List<String>> ops(
            Body graph, Functions functions, Collection<String> roots, Set<String> given) {
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
            called(n, body, given).forEach(called::push);
        }
    }

    /** The functions that a node may run: of a choice that is made already, the one that is taken. */
    private static List<String> called(NodeDef n, Body body, Set<String> given) {
        boolean chooses = n.getOp().equals("If") || n.getOp().equals("StatelessIf");
        if (chooses && n.getInputCount() > 0) {
            Optional<Tensor> condition = known(n.getInput(0), body, given);
            if (condition.isPresent()
                    && condition.get().dtype() == DType.BOOL
                    && condition.get().size() == 1) {
                String taken = condition.get().getLong(0) != 0 ? "then_branch" : "else_branch";
                return List.of(new Attributes(n, Map.of(), n.getName()).function(taken));
            }
        }
        List<String> functions = new ArrayList<>();
        for (AttrValue a : n.getAttrMap().values()) {
            if (a.hasFunc()) {
                functions.add(a.getFunc().getName());
            }
            a.getList().getFuncList().forEach(f -> functions.add(f.getName()));
        }
        return functions;
    }

    /** The constant that a reference leads to through nodes that only pass it on. */
    private static Optional<Tensor> known(String reference, Body body, Set<String> given) {
        String at = Body.Ref.of(reference).node();
        for (int steps = 0; steps < 100 && body.contains(at) && !given.contains(at); steps++) {
            NodeDef n = body.node(at);
            if (n.getOp().equals("Const")) {
                return Optional.of(new Attributes(n, Map.of(), at).tensor("value"));
            }
            if (!PASSING.contains(n.getOp()) || n.getInputCount() == 0) {
                return Optional.empty();
            }
            at = Body.Ref.of(n.getInput(0)).node();
        }
        return Optional.empty();
    }

    /** What is not supported: a line an op, with its nodes. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        ops.forEach((op, nodes) -> {
            if (!TfOps.ALL.containsKey(op)) {
                String more = nodes.size() > 5 ? " and " + (nodes.size() - 5) + " more" : "";
                problems.add(reason(op) + ", at " + nodes.stream().limit(5).collect(Collectors.joining(", ")) + more);
            }
        });
        return problems;
    }

    /** One item a node that is run. */
    List<Inspection.Item> items() {
        List<Inspection.Item> items = new ArrayList<>();
        ops.forEach((op, nodes) ->
                nodes.forEach(n -> items.add(new Inspection.Item(n, op, TfOps.ALL.containsKey(op) ? "" : reason(op)))));
        return items;
    }
}
