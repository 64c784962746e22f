package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Fused;
import dev.posthorn.ir.fn.Relu6;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.BroadcastTo;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Input;
import dev.posthorn.ir.op.Select;
import dev.posthorn.ir.op.Unary;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Computes large values again where they are read rather than store and load them: those of a few cheap functions that only
 * element-wise nodes and sums read, if that takes less memory traffic. So are, in a training step, the deviations from a
 * batch's mean and the gradients that a ReLU lets pass. What is computed again is equal bit by bit.
 */
public final class Recompute {
    /** Elements from which on a value is large. */
    private static final int LARGE = 1 << 16;
    /** Most functions that are computed again for a value. */
    private static final int CHEAP = 8;
    /** Most functions of a node. */
    private static final int LIMIT = 48;

    private static final Set<Binary.Fn> BINARY =
            EnumSet.of(Binary.Fn.ADD, Binary.Fn.SUB, Binary.Fn.MUL, Binary.Fn.MAX, Binary.Fn.MIN, Binary.Fn.AND);
    private static final Set<Unary.Fn> UNARY = EnumSet.of(Unary.Fn.NEG, Unary.Fn.SQUARE, Unary.Fn.RELU);

    /** An element-wise node whose body may change: what it reads of others, and the body over that. */
    private static final class Unit {
        List<Value> operands;
        Graph body;
        boolean changed;
    }

    private final Graph graph;
    private final Map<Node, Unit> units = new HashMap<>();
    private final Map<Value, Set<Node>> readers = new HashMap<>();
    private final Set<Value> stored = new HashSet<>();

    private final Predicate<Node> sum;

    private Recompute(Graph g, Predicate<Node> elementwise, Predicate<Node> sum) {
        graph = g;
        this.sum = sum;
        stored.addAll(g.outputs().values());
        stored.addAll(g.updates().values());
        for (Node n : g.nodes()) {
            if (isLarge(n.output(0)) && elementwise.test(n)) {
                units.put(n, unit(n));
            }
            n.inputs()
                    .forEach(v -> readers.computeIfAbsent(v, k -> new LinkedHashSet<>())
                            .add(n));
        }
    }

    /** Computes again among the nodes that {@code elementwise} accepts, and the sums that {@code sum} does. */
    public static Graph apply(Graph g, Predicate<Node> elementwise, Predicate<Node> sum) {
        Recompute pass = new Recompute(g, elementwise, sum);
        boolean any = false;
        for (Node n : g.nodes()) {
            for (int i = 0; pass.units.containsKey(n) && i < n.outputs().size(); i++) {
                any |= pass.consider(n.output(i), i);
            }
        }
        return any ? pass.rewrite() : g;
    }

    private static boolean isLarge(Value v) {
        return v.shape().isKnown() && v.shape().size() >= LARGE;
    }

    private static Unit unit(Node n) {
        Unit u = new Unit();
        u.operands = n.inputs();
        if (n.op() instanceof Fused f) {
            u.body = f.body();
            return u;
        }
        Builder b = new Builder();
        List<Value> inputs = new ArrayList<>();
        Map<Value, Value> inner = new HashMap<>();
        u.operands = new ArrayList<>();
        for (Value v : new LinkedHashSet<>(n.inputs())) {
            if (n.op() instanceof BroadcastTo && v.equals(n.input(1))) {
                inner.put(v, b.add(v.node().op()));
            } else {
                inner.put(v, b.input("operand" + inputs.size(), v.type()));
                inputs.add(inner.get(v));
                u.operands.add(v);
            }
        }
        Rewriter.copyNode(n, b, inner);
        u.body = b.graph(inputs, Map.of("y0", inner.get(n.output())), Map.of());
        return u;
    }

    /** Has a value computed by all that read it, if that is worth it. */
    private boolean consider(Value v, int index) {
        Set<Node> all = readers.getOrDefault(v, Set.of());
        if (stored.contains(v) || all.isEmpty() || !isLarge(v)) {
            return false;
        }
        Unit from = units.get(v.node());
        Set<Node> slice = slice(from.body.results().get(index));
        if (slice == null) {
            return false;
        }
        List<Value> needed = new ArrayList<>();
        for (int i = 0; i < from.operands.size(); i++) {
            if (slice.contains(from.body.inputs().get(i).node())) {
                needed.add(from.operands.get(i));
            }
        }
        int reads = -2; // that it is not written, which takes reading too
        for (Node r : all) {
            if (sum.test(r)) {
                continue; // is fused with what makes its terms
            }
            Unit to = units.get(r);
            if (to == null
                    || !r.output(0).shape().equals(v.shape())
                    || to.body.nodes().size() + slice.size() > LIMIT + to.operands.size()) {
                return false;
            }
            reads += (int) needed.stream()
                            .filter(o -> isLarge(o) && !to.operands.contains(o))
                            .count()
                    - 1;
        }
        List<Node> again = all.stream().filter(units::containsKey).toList();
        if (reads >= 0 || again.isEmpty()) {
            return false;
        }
        again.forEach(r -> into(units.get(r), v, index, from, needed));
        needed.forEach(o -> readers.get(o).addAll(again));
        again.forEach(all::remove);
        from.changed = true;
        return true;
    }

    /** The nodes of a body that a value is computed from, itself among them; null where they are many or costly. */
    private static Set<Node> slice(Value v) {
        Set<Node> all = new LinkedHashSet<>();
        List<Value> work = new ArrayList<>(List.of(v));
        int functions = 0;
        while (!work.isEmpty()) {
            Node n = work.remove(work.size() - 1).node();
            if (!all.add(n) || n.op() instanceof Input || n.op() instanceof Constant) {
                continue;
            }
            if (!isCheap(n.op()) || ++functions > CHEAP) {
                return null;
            }
            work.addAll(n.inputs());
        }
        return all;
    }

    private static boolean isCheap(Op op) {
        return op instanceof Binary b && BINARY.contains(b.fn())
                || op instanceof Unary u && UNARY.contains(u.fn())
                || op instanceof Compare
                || op instanceof Select
                || op instanceof BroadcastTo
                || op instanceof Relu6;
    }

    /** Computes v within the unit, from what {@code from} computes it of. */
    private static void into(Unit to, Value v, int index, Unit from, List<Value> needed) {
        Builder b = new Builder();
        Map<Value, Value> inner = new LinkedHashMap<>();
        List<Value> operands = new ArrayList<>(to.operands);
        operands.remove(v);
        needed.stream().filter(o -> !operands.contains(o)).forEach(operands::add);
        for (Value o : operands) {
            inner.put(o, b.input("operand" + inner.size(), o.type()));
        }
        List<Value> inputs = List.copyOf(inner.values());
        Map<Value, Value> bound = new HashMap<>();
        for (int i = 0; i < from.operands.size(); i++) {
            bound.put(from.body.inputs().get(i), inner.get(from.operands.get(i)));
        }
        Map<Value, Value> made = copy(slice(from.body.results().get(index)), from.body, b, bound);
        inner.put(v, made.get(from.body.results().get(index)));
        Map<Value, Value> again = new HashMap<>();
        for (int i = 0; i < to.operands.size(); i++) {
            again.put(to.body.inputs().get(i), inner.get(to.operands.get(i)));
        }
        Map<Value, Value> rest = copy(new HashSet<>(to.body.nodes()), to.body, b, again);
        Map<String, Value> outputs = new LinkedHashMap<>();
        to.body.results().forEach(r -> outputs.put("y" + outputs.size(), rest.get(r)));
        to.body = b.graph(inputs, outputs, Map.of());
        to.operands = operands;
        to.changed = true;
    }

    /** Copies some nodes of a body in their order. */
    private static Map<Value, Value> copy(Set<Node> some, Graph body, Builder b, Map<Value, Value> bound) {
        Map<Value, Value> map = new HashMap<>(bound);
        for (Node n : body.nodes()) {
            if (some.contains(n) && !(n.op() instanceof Input)) {
                Rewriter.copyNode(n, b, map);
            }
        }
        return map;
    }

    private Graph rewrite() {
        Builder b = new Builder();
        Map<Value, Value> map = new HashMap<>();
        for (Node n : graph.nodes()) {
            Unit u = units.get(n);
            if (u == null || !u.changed) {
                Rewriter.copyNode(n, b, map);
                continue;
            }
            Map<String, Value> outputs = new LinkedHashMap<>();
            List<Value> named = new ArrayList<>();
            for (int i = 0; i < n.outputs().size(); i++) {
                Value v = n.output(i);
                if (stored.contains(v) || !readers.getOrDefault(v, Set.of()).isEmpty()) {
                    outputs.put("y" + named.size(), u.body.results().get(i));
                    named.add(v);
                }
            }
            if (named.isEmpty()) {
                continue;
            }
            Builder body = new Builder();
            Map<Value, Value> bound = new LinkedHashMap<>();
            Set<Node> needed = needed(outputs.values());
            List<Value> operands = new ArrayList<>();
            for (int i = 0; i < u.operands.size(); i++) {
                Value in = u.body.inputs().get(i);
                if (needed.contains(in.node())) {
                    bound.put(in, body.input("operand" + operands.size(), in.type()));
                    operands.add(map.get(u.operands.get(i)));
                }
            }
            List<Value> inputs = List.copyOf(bound.values());
            Map<Value, Value> inner = copy(needed, u.body, body, bound);
            outputs.replaceAll((k, v) -> inner.get(v));
            Fused fused = new Fused(body.graph(inputs, outputs, Map.of()));
            List<Value> out = b.named(n.name(), () -> b.addAll(fused, operands));
            for (int i = 0; i < named.size(); i++) {
                map.put(named.get(i), out.get(i));
            }
        }
        return Rewriter.finish(graph, b, map);
    }

    private static Set<Node> needed(Iterable<Value> results) {
        Set<Node> all = new HashSet<>();
        List<Value> work = new ArrayList<>();
        results.forEach(work::add);
        while (!work.isEmpty()) {
            Node n = work.remove(work.size() - 1).node();
            if (all.add(n)) {
                work.addAll(n.inputs());
            }
        }
        return all;
    }
}
