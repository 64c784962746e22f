package dev.posthorn.autograd;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.ShapeOf;
import dev.posthorn.ir.op.SumTo;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * {@code dx = Σ dy·∂y/∂x} for all x at once, from the last node to the first. Only nodes between xs and ys are visited,
 * and only derivatives that lead to an x are written. Composites without a gradient of their own are expanded; then the
 * operands are computed twice unless the graph was {@linkplain #isPrepared prepared}.
 */
public final class Gradients {
    /** The first part of the path of the nodes that a gradient makes. */
    public static final String SCOPE = "gradient";

    private final Builder b;
    private final Set<String> undefined;
    private final Map<Value, List<Value>> terms = new HashMap<>();
    private final Map<Value, Value> sums = new HashMap<>();

    private Gradients(Builder b, Set<String> undefined) {
        this.b = b;
        this.undefined = undefined;
    }

    /**
     * The derivatives by {@code xs}, any values of the builder, where {@code dys} are those by {@code ys}, each of its y's
     * type; empty where no y depends on the x. They are appended to the builder.
     */
    public static List<Optional<Value>> of(Builder b, List<Value> ys, List<Value> dys, List<Value> xs) {
        Set<String> undefined = new LinkedHashSet<>();
        List<Optional<Value>> dxs = walk(b, ys, dys, xs, Set.of(), undefined);
        if (!undefined.isEmpty()) {
            String all = String.join("; ", undefined);
            throw new UnsupportedModelException("gradient: " + all, List.copyOf(undefined));
        }
        return dxs;
    }

    /**
     * Whether the walk takes an op as it is. Where a graph is expanded unless this holds, before it is differentiated, its
     * gradient uses what it computed.
     */
    public static boolean isPrepared(Op op) {
        return op instanceof Op.Differentiable;
    }

    /** The derivatives by xs; nodes that make a value of {@code leaves} are not entered. */
    private static List<Optional<Value>> walk(
            Builder b, List<Value> ys, List<Value> dys, List<Value> xs, Set<Value> leaves, Set<String> undefined) {
        if (ys.size() != dys.size()) {
            throw new IllegalArgumentException(
                    "gradient: expected as many derivatives as results but was " + dys.size() + " and " + ys.size());
        }
        List<Node> nodes = between(ys, leaves);
        Set<Value> active = Adjoint.dependents(nodes, xs);
        Gradients g = new Gradients(b, undefined);
        for (int i = 0; i < ys.size(); i++) {
            if (active.contains(ys.get(i))) {
                g.flow(ys.get(i), dys.get(i));
            }
        }
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node n = nodes.get(i);
            if (n.values().stream().anyMatch(g.terms::containsKey)) {
                b.named(n.name().isEmpty() ? SCOPE : SCOPE + "/" + n.name(), () -> {
                    g.visit(n, active);
                    return null;
                });
            }
        }
        return xs.stream().map(g::sum).toList();
    }

    /** The nodes that ys need, in topological order. */
    private static List<Node> between(Collection<Value> ys, Set<Value> leaves) {
        Set<Node> seen = new HashSet<>();
        Deque<Value> work = new ArrayDeque<>(ys);
        while (!work.isEmpty()) {
            Value v = work.pop();
            if (!leaves.contains(v) && seen.add(v.node())) {
                work.addAll(v.node().inputs());
            }
        }
        return seen.stream().sorted(Comparator.comparingInt(Node::id)).toList();
    }

    private void visit(Node n, Set<Value> active) {
        List<Optional<Value>> dys = n.values().stream().map(this::sum).toList();
        Set<Value> wanted = n.inputs().stream().filter(active::contains).collect(Collectors.toSet());
        if (wanted.isEmpty()) {
            return;
        }
        if (n.op() instanceof Op.Differentiable op) {
            Adjoint adjoint = new Adjoint(b, n, dys, wanted, (body, ys, ds, xs) -> {
                return walk(body, ys, ds, xs, Set.of(), undefined);
            });
            op.gradient(adjoint);
            if (adjoint.isUndefined()) {
                undefined.add(n.op().name() + ": expected an op with a gradient but was one without, at "
                        + (n.name().isEmpty() ? "%" + n.id() : n.name()));
                return;
            }
            List<Optional<Value>> dxs = adjoint.results();
            for (int i = 0; i < dxs.size(); i++) {
                Value x = n.input(i);
                dxs.get(i).ifPresent(dx -> flow(x, dx));
            }
        } else {
            expanded(n, (Op.Composite) n.op(), dys, List.copyOf(wanted));
        }
    }

    private void expanded(Node n, Op.Composite op, List<Optional<Value>> dys, List<Value> wanted) {
        List<Value> out = op.expand(b, n.inputs());
        int[] flowing = IntStream.range(0, out.size())
                .filter(i -> dys.get(i).isPresent())
                .toArray();
        List<Value> ys = IntStream.of(flowing).mapToObj(out::get).toList();
        List<Value> ds = IntStream.of(flowing).mapToObj(i -> dys.get(i).get()).toList();
        List<Optional<Value>> dxs = walk(b, ys, ds, wanted, Set.copyOf(n.inputs()), undefined);
        for (int i = 0; i < wanted.size(); i++) {
            Value x = wanted.get(i);
            dxs.get(i).ifPresent(dx -> flow(x, dx));
        }
    }

    /** Adds a term to the derivative by {@code x}. */
    private void flow(Value x, Value dx) {
        if (dx.dtype() != x.dtype()) {
            throw new IllegalStateException(
                    "gradient: expected " + x.type() + " but was " + dx.type() + ", at " + x.node());
        }
        terms.computeIfAbsent(x, v -> new ArrayList<>()).add(sumTo(dx, x));
    }

    /** The derivative by {@code x}, when all that depends on x has been visited. */
    private Optional<Value> sum(Value x) {
        List<Value> all = terms.get(x);
        return all == null ? Optional.empty() : Optional.of(sums.computeIfAbsent(x, v -> SideBySide.sum(b, all)));
    }

    /** {@code dx} added up along the axes on which {@code x} was broadcast. */
    private Value sumTo(Value dx, Value x) {
        Shape from = dx.shape();
        Shape to = x.shape();
        if (!from.isKnown() || !to.isKnown()) {
            return b.add(new SumTo(), dx, b.add(new ShapeOf(), x));
        }
        if (from.equals(to)) {
            return dx;
        }
        int more = from.rank() - to.rank();
        int[] axes = IntStream.range(0, from.rank())
                .filter(a -> a < more || to.dim(a - more) == 1 && from.dim(a) != 1)
                .toArray();
        if (axes.length == more) {
            return b.reduce(Reduce.Fn.SUM, dx, false, axes);
        }
        return b.add(new Reshape(), b.reduce(Reduce.Fn.SUM, dx, true, axes), b.ints(to.dims()));
    }
}
