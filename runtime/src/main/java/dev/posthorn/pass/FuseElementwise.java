package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Fused;
import dev.posthorn.ir.op.BroadcastTo;
import dev.posthorn.ir.op.Constant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Makes one {@link Fused} node of ops that work element by element on results of one shape, wherever one reads another:
 * also of several results, as in an optimizer's step. A node goes to the first of those that read it, so that what only a
 * later one needs is not kept meanwhile. Never is a group's operand made of its own results.
 */
public final class FuseElementwise {
    /** Most ops of a group: more would not leave their values in cache. */
    private static final int LIMIT = 48;

    /** Most operands that are looked at for one joining: so that the time is in proportion to the graph. */
    private static final int MOST_READ = 20_000;

    /** A node by itself, or a group. */
    private static final class Unit {
        final List<Node> nodes = new ArrayList<>();
        boolean elementwise;
        /** Whether its nodes are another's now. */
        boolean joined;
        /** The last search that came by. */
        int seen;
        /** The position of its last node. */
        int last;

        List<Unit> before;
    }

    private final Graph graph;
    private final Map<Node, Unit> units = new HashMap<>();
    private final Map<Node, Integer> position = new HashMap<>();
    private final Map<Value, List<Node>> readers = new HashMap<>();
    private final Set<Value> results = new HashSet<>();
    private int round;

    private FuseElementwise(Graph graph, Predicate<Node> elementwise) {
        this.graph = graph;
        results.addAll(graph.outputs().values());
        results.addAll(graph.updates().values());
        for (Node n : graph.nodes()) {
            Unit u = new Unit();
            u.nodes.add(n);
            u.elementwise = n.outputs().size() == 1 && elementwise.test(n);
            units.put(n, u);
            u.last = position.size();
            position.put(n, position.size());
            n.inputs()
                    .forEach(v ->
                            readers.computeIfAbsent(v, k -> new ArrayList<>()).add(n));
        }
    }

    /** Fuses the nodes that {@code elementwise} accepts. */
    public static Graph apply(Graph g, Predicate<Node> elementwise) {
        FuseElementwise pass = new FuseElementwise(g, elementwise);
        for (int i = g.nodes().size() - 1; i >= 0; i--) {
            Node n = g.nodes().get(i);
            if (pass.units.get(n).elementwise) {
                pass.join(n);
            }
        }
        return pass.rewrite();
    }

    private void join(Node n) {
        List<Unit> candidates = readers.getOrDefault(n.output(), List.of()).stream()
                .sorted(Comparator.comparing(position::get))
                .map(units::get)
                .distinct()
                .filter(u -> u.elementwise
                        && u.nodes.get(0).output().shape().equals(n.output().shape()))
                .toList();
        Unit own = units.get(n);
        for (Unit u : candidates) {
            if (u != own && own.nodes.size() + u.nodes.size() <= LIMIT && !wouldLoop(own, u)) {
                own.nodes.addAll(u.nodes);
                own.last = Math.max(own.last, u.last);
                own.before = null;
                u.joined = true;
                u.nodes.forEach(m -> units.put(m, own));
            }
        }
    }

    /**
     * Whether something outside of both lies between them. Only nodes behind the first of both can: those before it are
     * not grouped yet. Where too much lies there to look through, it says that something does.
     */
    private boolean wouldLoop(Unit a, Unit b) {
        round++;
        int from = Math.min(position.get(a.nodes.get(0)), position.get(b.nodes.get(0)));
        int left = MOST_READ;
        Deque<Unit> work = new ArrayDeque<>(List.of(a, b));
        while (!work.isEmpty()) {
            Unit u = work.pop();
            boolean end = u == a || u == b;
            List<Unit> before = before(u);
            left -= before.size();
            if (left < 0) {
                return true;
            }
            for (Unit v : before) {
                if (v == a || v == b) {
                    if (!end) {
                        return true;
                    }
                } else if (v.last > from && v.seen != round) {
                    v.seen = round;
                    work.push(v);
                }
            }
        }
        return false;
    }

    /** The units that a unit reads; kept until one of them, or it, is joined with another. */
    private List<Unit> before(Unit u) {
        if (u.before == null || anyJoined(u.before)) {
            Set<Unit> all = new LinkedHashSet<>();
            operands(u).forEach(v -> all.add(units.get(v.node())));
            u.before = List.copyOf(all);
        }
        return u.before;
    }

    private static boolean anyJoined(List<Unit> all) {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).joined) {
                return true;
            }
        }
        return false;
    }

    /** What a unit reads of others. */
    private Set<Value> operands(Unit u) {
        Set<Value> all = new LinkedHashSet<>();
        for (Node n : u.nodes) {
            for (Value v : n.inputs()) {
                if (units.get(v.node()) != u) {
                    all.add(v);
                }
            }
        }
        return all;
    }

    /** Copies unit by unit, each after those whose values it reads. */
    private Graph rewrite() {
        Map<Unit, Integer> waiting = new HashMap<>();
        Map<Unit, List<Unit>> next = new HashMap<>();
        PriorityQueue<Unit> ready = new PriorityQueue<>(Comparator.comparingInt(u -> u.last));
        for (Unit u : new LinkedHashSet<>(units.values())) {
            List<Unit> before = before(u);
            before.forEach(b -> next.computeIfAbsent(b, k -> new ArrayList<>()).add(u));
            waiting.put(u, before.size());
            if (before.isEmpty()) {
                ready.add(u);
            }
        }
        Builder b = new Builder();
        Map<Value, Value> map = new HashMap<>();
        while (!ready.isEmpty()) {
            Unit u = ready.poll();
            if (u.nodes.size() > 1) {
                fuse(u, b, map);
            } else {
                Rewriter.copyNode(u.nodes.get(0), b, map);
            }
            for (Unit v : next.getOrDefault(u, List.of())) {
                if (waiting.merge(v, -1, Integer::sum) == 0) {
                    ready.add(v);
                }
            }
        }
        return Rewriter.finish(graph, b, map);
    }

    private void fuse(Unit u, Builder b, Map<Value, Value> map) {
        List<Node> nodes =
                u.nodes.stream().sorted(Comparator.comparing(position::get)).toList();
        Builder body = new Builder();
        Map<Value, Value> inner = new HashMap<>();
        List<Value> inputs = new ArrayList<>();
        List<Value> operands = new ArrayList<>();
        Set<Value> shapes = new HashSet<>();
        nodes.stream().filter(n -> n.op() instanceof BroadcastTo).forEach(n -> shapes.add(n.input(1)));
        for (Value v : operands(u)) {
            if (shapes.contains(v) && v.node().op() instanceof Constant) {
                inner.put(v, body.add(v.node().op()));
            } else {
                inner.put(v, body.input("operand" + inputs.size(), v.type()));
                inputs.add(inner.get(v));
                operands.add(map.get(v));
            }
        }
        nodes.forEach(n -> Rewriter.copyNode(n, body, inner));
        Map<String, Value> outputs = new LinkedHashMap<>();
        List<Value> made = new ArrayList<>();
        for (Node n : nodes) {
            Value v = n.output();
            boolean read = results.contains(v)
                    || readers.getOrDefault(v, List.of()).stream().anyMatch(r -> units.get(r) != u);
            if (read) {
                outputs.put("y" + made.size(), inner.get(v));
                made.add(v);
            }
        }
        Fused fused = new Fused(body.graph(inputs, outputs, Map.of()));
        List<Value> out = b.named(nodes.get(nodes.size() - 1).name(), () -> b.addAll(fused, operands));
        for (int i = 0; i < made.size(); i++) {
            map.put(made.get(i), out.get(i));
        }
    }
}
