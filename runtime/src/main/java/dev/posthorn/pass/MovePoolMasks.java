package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.MaxPoolGradient;
import dev.posthorn.ir.op.Pool;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Select;
import dev.posthorn.ir.op.Window;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What follows the gradient of a largest-element pooling is done before it, to fewer elements. An element that was largest
 * under its window is what the pooling gave, so {@code x > 0 ? gradient(x, dy) : 0} is {@code gradient(x, pool(x) > 0 ? dy :
 * 0)}: the way back through a ReLU and a pooling behind it. And as every dy is given to one element, the sum of the gradient
 * over all places is that of dy.
 */
public final class MovePoolMasks {
    /** A pooling of the graph. */
    private record Pooling(Value x, Window window) {}

    private final Graph graph;
    private final Uses uses;
    private final Map<Pooling, Value> poolings = new HashMap<>();
    private final Builder b = new Builder();
    private final Map<Value, Value> map = new HashMap<>();

    private MovePoolMasks(Graph graph) {
        this.graph = graph;
        this.uses = new Uses(graph);
    }

    public static Graph apply(Graph g) {
        boolean any = g.nodes().stream().anyMatch(n -> n.op() instanceof MaxPoolGradient);
        return any ? new MovePoolMasks(g).apply() : g;
    }

    private Graph apply() {
        for (Node n : graph.nodes()) {
            Rewriter.copyNode(n, b, map);
            if (n.op() instanceof Pool p && p.fn() == Pool.Fn.MAX) {
                poolings.putIfAbsent(new Pooling(n.input(0), p.window()), map.get(n.output()));
            }
            b.named(n.name(), () -> masked(n).or(() -> summed(n))).ifPresent(v -> map.put(n.output(), v));
        }
        return Rewriter.finish(graph, b, map);
    }

    private Optional<Value> masked(Node n) {
        if (!(n.op() instanceof Select) || !(n.input(1).node().op() instanceof MaxPoolGradient g)) {
            return Optional.empty();
        }
        Node gradient = n.input(1).node();
        Value x = gradient.input(0);
        Node mask = n.input(0).node();
        Value pooled = poolings.get(new Pooling(x, g.window()));
        boolean fits = pooled != null
                && mask.op().equals(new Compare(Compare.Fn.GT))
                && mask.input(0).equals(x)
                && isZero(mask.input(1))
                && isZero(n.input(2))
                && uses.only(gradient.output()).isPresent();
        if (!fits) {
            return Optional.empty();
        }
        Value zero = map.get(n.input(2));
        Value passes = b.add(mask.op(), pooled, map.get(mask.input(1)));
        return Optional.of(b.add(g, map.get(x), b.select(passes, map.get(gradient.input(1)), zero)));
    }

    private static boolean isZero(Value v) {
        return v.node().op() instanceof Constant c
                && c.value().size() == 1
                && c.value().getDouble(0) == 0;
    }

    private Optional<Value> summed(Node n) {
        if (!(n.op() instanceof Reduce r) || r.fn() != Reduce.Fn.SUM) {
            return Optional.empty();
        }
        Node from = map.get(n.input(0)).node();
        boolean fits = from.op() instanceof MaxPoolGradient g
                && givesAll(g.window())
                && IntStream.rangeClosed(1, g.window().rank()).allMatch(r.axes()::contains);
        return fits ? Optional.of(b.add(r, from.input(1))) : Optional.empty();
    }

    /** Whether every window sees an element, and gives to one alone. */
    private static boolean givesAll(Window w) {
        return w.rank() < 3
                && IntStream.range(0, w.rank())
                        .allMatch(a -> w.dilations().get(a) == 1
                                && inside(w.low().get(a), w.size().get(a))
                                && inside(w.high().get(a), w.size().get(a)));
    }

    private static boolean inside(int padding, int size) {
        return padding >= 0 && padding < size;
    }
}
