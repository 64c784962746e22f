package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.BatchNorm;
import dev.posthorn.ir.fn.Gelu;
import dev.posthorn.ir.fn.LayerNorm;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.Unary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * GELU and layer normalisation over the last axis, in float32, which imported graphs write out in many ways, become the ops that
 * kernels run whole. A region of arithmetic between one value x and one value y is such a function where it gives the same for
 * numbers that are put in ({@link Region}): however it is written.
 */
public final class RecoverFunctions {
    private static final int DEPTH = 8;
    private static final Set<Unary.Fn> BENDS = Set.of(Unary.Fn.ERF, Unary.Fn.ERFC, Unary.Fn.TANH);
    private static final Set<Unary.Fn> ROOTS = Set.of(Unary.Fn.SQRT, Unary.Fn.RSQRT);

    private final Graph graph;
    private final Uses uses;
    private final Map<Node, Found> found = new HashMap<>();

    private RecoverFunctions(Graph graph) {
        this.graph = graph;
        this.uses = new Uses(graph);
    }

    /** The op that a node's value is, and of what. */
    private record Found(Op op, List<Value> in) {}

    public static Graph apply(Graph g) {
        boolean any = g.nodes().stream().anyMatch(n -> isSeed(n) || n.op() instanceof BatchNorm);
        return any ? new RecoverFunctions(g).apply() : g;
    }

    private static boolean isSeed(Node n) {
        return n.op() instanceof Unary u && (BENDS.contains(u.fn()) || ROOTS.contains(u.fn()));
    }

    private Graph apply() {
        for (Node n : graph.nodes()) {
            if (isSeed(n) && n.output().dtype() == DType.FLOAT32) {
                boolean bends = BENDS.contains(((Unary) n.op()).fn());
                find(n, bends);
            } else if (n.op() instanceof Reshape) {
                rows(n).ifPresent(f -> found.put(n, f));
            }
        }
        if (found.isEmpty()) {
            return graph;
        }
        Builder b = new Builder();
        Map<Value, Value> map = new HashMap<>();
        for (Node n : graph.nodes()) {
            Found f = found.get(n);
            if (f == null) {
                Rewriter.copyNode(n, b, map);
            } else {
                List<Value> in = f.in.stream().map(map::get).toList();
                map.put(n.output(), b.named(n.name(), () -> write(b, f.op, in)));
            }
        }
        return Rewriter.finish(graph, b, map);
    }

    /** The op; weights of it are vectors. */
    private static Value write(Builder b, Op op, List<Value> in) {
        List<Value> all = new ArrayList<>(in.subList(0, 1));
        in.subList(1, in.size()).forEach(w -> all.add(b.reshape(w, w.shape().size())));
        return b.addAll(op, all).get(0);
    }

    /** The largest region around a seed that is a function that is known. */
    private void find(Node seed, boolean bends) {
        List<Value> starts = before(seed.input(0));
        List<Node> ends = behind(seed);
        for (int i = ends.size() - 1; i >= 0; i--) {
            Node end = ends.get(i);
            for (Value x : starts) {
                if (!x.type().equals(end.output().type()) || found.containsKey(end)) {
                    continue;
                }
                Optional<Region> region = Region.between(x, end, !bends).filter(this::isClosed);
                Optional<Found> f = region.flatMap(r -> bends ? gelu(r) : norm(r, seed));
                if (f.isPresent()) {
                    found.put(end, f.get());
                    return;
                }
            }
        }
    }

    /** Whether nothing else reads what lies between: as the gradient of a training does. */
    private boolean isClosed(Region r) {
        Set<Node> inside = Set.copyOf(r.nodes());
        return r.nodes().subList(0, r.nodes().size() - 1).stream()
                .allMatch(n -> !uses.isResult(n.output()) && inside.containsAll(uses.readers(n.output())));
    }

    /** What a value is made of, the nearest first. */
    private static List<Value> before(Value v) {
        Set<Value> all = new LinkedHashSet<>(List.of(v));
        List<Value> next = List.of(v);
        for (int d = 0; d < DEPTH && !next.isEmpty(); d++) {
            List<Value> of = new ArrayList<>();
            for (Value n : next) {
                n.node().inputs().stream()
                        .filter(i -> Region.takes(n.node().op()) && !(i.node().op() instanceof Constant))
                        .filter(all::add)
                        .forEach(of::add);
            }
            next = of;
        }
        return List.copyOf(all);
    }

    /** What is made of a node by arithmetic, the farthest last. */
    private List<Node> behind(Node seed) {
        Set<Node> all = new LinkedHashSet<>();
        List<Node> next = List.of(seed);
        for (int d = 0; d < DEPTH && !next.isEmpty(); d++) {
            List<Node> readers = new ArrayList<>();
            for (Node n : next) {
                uses.readers(n.output()).stream()
                        .filter(r -> r.op() instanceof Binary || r.op() instanceof Unary)
                        .filter(r -> Region.takes(r.op()))
                        .forEach(r -> {
                            all.remove(r);
                            all.add(r);
                            readers.add(r);
                        });
            }
            next = readers.stream().distinct().toList();
        }
        return List.copyOf(all);
    }

    private static Optional<Found> gelu(Region r) {
        return List.of(new Gelu(false), new Gelu(true)).stream()
                .filter(r::is)
                .map(op -> new Found(op, List.of(r.x())))
                .findFirst();
    }

    /** The number that is added below the root, and up to two vectors. */
    private static Optional<Found> norm(Region r, Node root) {
        Node sum = root.input(0).node();
        boolean added = sum.op().equals(new Binary(Binary.Fn.ADD));
        Optional<Double> epsilon = !added
                ? Optional.empty()
                : sum.inputs().stream()
                        .filter(v ->
                                v.node().op() instanceof Constant && v.shape().size() == 1)
                        .map(v -> ((Constant) v.node().op()).value().getDouble(0))
                        .findFirst();
        if (epsilon.isEmpty()) {
            return Optional.empty();
        }
        List<Value> w = r.vectors();
        List<List<Value>> orders =
                w.size() == 2 ? List.of(w, List.of(w.get(1), w.get(0))) : w.size() < 2 ? List.of(w) : List.of();
        for (List<Value> order : orders) {
            for (boolean scale : List.of(true, false)) {
                boolean center = order.size() - (scale ? 1 : 0) == 1;
                LayerNorm op = new LayerNorm(List.of(-1), epsilon.get(), scale, center, false);
                if (order.size() == (scale ? 1 : 0) + (center ? 1 : 0) && r.is(op, order)) {
                    List<Value> in = new ArrayList<>(List.of(r.x()));
                    in.addAll(order);
                    return Optional.of(new Found(op, in));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Keras 2's form: rows as channels of a batch normalisation that takes the statistics of what it normalises, between two
     * changes of shape.
     */
    private Optional<Found> rows(Node back) {
        if (!(back.input(0).node().op() instanceof BatchNorm norm) || norm.axis() != 1) {
            return Optional.empty();
        }
        Node n = back.input(0).node();
        Value x = n.input(0);
        boolean shaped = x.node().op() instanceof Reshape
                && x.shape().isKnown()
                && x.shape().rank() == 4
                && x.shape().dim(0) == 1
                && x.shape().dim(3) == 1
                && x.node().input(0).type().equals(back.output().type())
                && back.output().shape().dim(-1) == x.shape().dim(2);
        if (!shaped || !all(n.input(1), 1) || !all(n.input(2), 0) || !isMean(n.input(3), x) || !isVariance(n, x)) {
            return Optional.empty();
        }
        LayerNorm op = new LayerNorm(List.of(-1), norm.epsilon(), false, false, false);
        return Optional.of(new Found(op, List.of(x.node().input(0))));
    }

    private static boolean all(Value v, double number) {
        if (!(v.node().op() instanceof Constant c)) {
            return false;
        }
        for (int i = 0; i < c.value().size(); i++) {
            if (c.value().getDouble(i) != number) {
                return false;
            }
        }
        return true;
    }

    private static boolean isMean(Value v, Value of) {
        Value m = v.node().op() instanceof Reshape ? v.node().input(0) : v;
        return m.node().op() instanceof Reduce r
                && r.fn() == Reduce.Fn.MEAN
                && r.axes().equals(List.of(0, 2, 3))
                && m.node().input(0).equals(of);
    }

    private static boolean isVariance(Node norm, Value x) {
        Node mean = norm.input(4).node();
        return mean.op() instanceof Reduce
                && isMean(norm.input(4), mean.input(0))
                && mean.input(0).node().op().equals(new Unary(Unary.Fn.SQUARE))
                && mean.input(0).node().input(0).node().op().equals(new Binary(Binary.Fn.SUB))
                && mean.input(0).node().input(0).node().input(0).equals(x)
                && isMean(mean.input(0).node().input(0).node().input(1), x);
    }
}
