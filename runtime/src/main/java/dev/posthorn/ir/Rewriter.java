package dev.posthorn.ir;

import dev.posthorn.ir.op.Input;
import dev.posthorn.ir.op.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Copies graphs through a builder. Expansion, folding, fusion and legalisation are tables of rules for the copying. */
public final class Rewriter {
    private Rewriter() {}

    /** Replaces an op while a graph is built. */
    @FunctionalInterface
    public interface Rule {
        /**
         * The values to use instead of {@code op} applied to {@code in}, made in {@code b}; null where the rule says
         * nothing.
         */
        List<Value> apply(Builder b, Op op, List<Value> in);
    }

    /** Expands every composite that the target cannot run itself. */
    public static Rule expandUnless(Predicate<Op> supported) {
        return (b, op, in) -> op instanceof Op.Composite c && !supported.test(op) ? c.expand(b, in) : null;
    }

    /**
     * The graph with every rule applied to every node, also to nodes that rules make, and to the graphs inside of ops.
     */
    public static Graph apply(Graph g, Rule... rules) {
        Rule bodies = (b, op, in) -> {
            Op inner = op.mapBodies(body -> apply(body, rules));
            return inner == op ? null : b.addPlain(inner, in);
        };
        Rule[] all = new Rule[rules.length + 1];
        System.arraycopy(rules, 0, all, 0, rules.length);
        all[rules.length] = bodies;
        Builder b = new Builder(List.of(all));
        return finish(g, b, copy(g, b, Map.of()));
    }

    /**
     * Copies the nodes of {@code g} into {@code b}; inputs and variables in {@code bound} are replaced by what it says.
     */
    public static Map<Value, Value> copy(Graph g, Builder b, Map<Value, Value> bound) {
        Map<Value, Value> map = new HashMap<>(bound);
        for (Node n : g.nodes()) {
            boolean leaf = n.op() instanceof Input || n.op() instanceof Variable;
            if (leaf && map.containsKey(n.output())) {
                continue;
            }
            copyNode(n, b, map);
        }
        return map;
    }

    /** The graph with {@code f} applied to the graphs that its primitives hold. */
    public static Graph inside(Graph g, UnaryOperator<Graph> f) {
        Builder b = new Builder();
        Map<Value, Value> map = new HashMap<>();
        for (Node n : g.nodes()) {
            Op op = n.op() instanceof Op.Primitive ? n.op().mapBodies(f) : n.op();
            Node with = op == n.op() ? n : new Node(n.id(), n.name(), op, n.inputs(), n.outputs());
            copyNode(with, b, map);
            for (int i = 0; with != n && i < n.outputs().size(); i++) {
                map.put(n.output(i), map.get(with.output(i)));
            }
        }
        return finish(g, b, map);
    }

    /** Copies one node into {@code b}; {@code map} holds what its inputs became and receives its outputs. */
    public static void copyNode(Node n, Builder b, Map<Value, Value> map) {
        List<Value> in = n.inputs().stream().map(map::get).toList();
        List<Value> out = b.named(n.name(), () -> b.addLike(n, in));
        for (int i = 0; i < out.size(); i++) {
            map.put(n.output(i), out.get(i));
        }
    }

    /**
     * The graph with its variables as further inputs, in the order of {@link Graph#variables}: so that it can be a body.
     */
    public static Graph lift(Graph g) {
        Builder b = new Builder();
        Map<Value, Value> bound = new LinkedHashMap<>();
        g.inputs().forEach(v -> bound.put(v, b.input(((Input) v.node().op()).id(), v.type())));
        g.nodes().stream()
                .filter(n -> n.op() instanceof Variable)
                .map(Node::output)
                .forEach(v -> bound.put(v, b.input(((Variable) v.node().op()).key(), v.type())));
        List<Value> inputs = new ArrayList<>(bound.values());
        Graph lifted = finish(g, b, copy(g, b, bound));
        return new Graph(lifted.nodes(), inputs, lifted.outputs(), lifted.updates());
    }

    /** Inlines {@code g} into {@code b} with these arguments; returns the results in order. */
    public static List<Value> inline(Graph g, Builder b, List<Value> arguments) {
        Map<Value, Value> bound = new HashMap<>();
        for (int i = 0; i < arguments.size(); i++) {
            bound.put(g.inputs().get(i), arguments.get(i));
        }
        Map<Value, Value> map = copy(g, b, bound);
        return g.results().stream().map(map::get).toList();
    }

    /** The graph in {@code b} whose interface is that of {@code g}, its values mapped by {@code map}. */
    public static Graph finish(Graph g, Builder b, Map<Value, Value> map) {
        Map<String, Value> outputs = new LinkedHashMap<>();
        g.outputs().forEach((name, v) -> outputs.put(name, map.get(v)));
        Map<String, Value> updates = new LinkedHashMap<>();
        g.updates().forEach((name, v) -> updates.put(name, map.get(v)));
        return b.graph(g.inputs().stream().map(map::get).toList(), outputs, updates);
    }
}
