package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Fused;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.BroadcastTo;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Sums in the pass that computes what they sum up: a sum over large values that are computed element by element becomes a
 * further result of their {@link Fused} node, and what only sums read is never stored.
 */
public final class FuseSums {
    /** Elements from which on it is worth it. */
    private static final int LARGE = 1 << 14;

    private FuseSums() {}

    /** {@code Σ c·x = c·Σ x} where c is the same along the axes that are summed up, and {@code Σ −x = −Σ x}: before fusing. */
    public static List<Value> factor(Builder b, Op op, List<Value> in) {
        if (!(op instanceof Reduce r)
                || r.fn() != Reduce.Fn.SUM
                || !in.get(0).shape().isKnown()
                || in.get(0).shape().size() < LARGE) {
            return null;
        }
        Node n = in.get(0).node();
        if (n.op().equals(new Unary(Unary.Fn.NEG))) {
            return List.of(b.unary(Unary.Fn.NEG, b.add(op, n.input(0))));
        }
        for (int k = 0; k < 2 && n.op().equals(new Binary(Binary.Fn.MUL)); k++) {
            Value factor = n.input(k);
            Value c = factor.node().op() instanceof BroadcastTo ? factor.node().input(0) : factor;
            Value x = n.input(1 - k);
            if (x.shape().equals(in.get(0).shape()) && repeats(c.shape(), r, x.shape())) {
                Value scaled = b.times(b.add(new Reduce(r.fn(), r.axes(), true), x), c);
                int[] dims = scaled.shape().dims();
                int[] kept = IntStream.range(0, dims.length)
                        .filter(a -> r.keepDims() || !r.axes().contains(a))
                        .map(a -> dims[a])
                        .toArray();
                return List.of(r.keepDims() ? scaled : b.reshape(scaled, kept));
            }
        }
        return null;
    }

    /** Whether values of shape c that stretch over x are the same along all axes that are summed up. */
    private static boolean repeats(Shape c, Reduce r, Shape x) {
        int more = x.rank() - c.rank();
        return c.isKnown() && more >= 0 && r.axes().stream().allMatch(a -> a < more || c.dim(a - more) == 1);
    }

    /** Fuses the sums that {@code sum} accepts with the element-wise nodes that {@code elementwise} accepts. */
    public static Graph apply(Graph g, Predicate<Node> elementwise, Predicate<Node> sum) {
        Map<Node, List<Node>> sums = new LinkedHashMap<>();
        Map<Value, Integer> others = new HashMap<>();
        g.outputs().values().forEach(v -> others.merge(v, 1, Integer::sum));
        g.updates().values().forEach(v -> others.merge(v, 1, Integer::sum));
        for (Node n : g.nodes()) {
            boolean fits = n.op() instanceof Reduce
                    && n.input(0).shape().isKnown()
                    && n.input(0).shape().size() >= LARGE
                    && sum.test(n)
                    && !(n.input(0).node().op() instanceof BroadcastTo)
                    && elementwise.test(n.input(0).node());
            if (fits) {
                sums.computeIfAbsent(n.input(0).node(), k -> new ArrayList<>()).add(n);
            } else {
                n.inputs().forEach(v -> others.merge(v, 1, Integer::sum));
            }
        }
        Set<Node> inside = new HashSet<>();
        sums.values().forEach(inside::addAll);
        Builder b = new Builder();
        Map<Value, Value> map = new HashMap<>();
        for (Node n : g.nodes()) {
            if (sums.containsKey(n)) {
                fuse(n, sums.get(n), others.keySet(), b, map);
            } else if (!inside.contains(n)) {
                Rewriter.copyNode(n, b, map);
            }
        }
        return Rewriter.finish(g, b, map);
    }

    private static void fuse(Node n, List<Node> sums, Set<Value> read, Builder b, Map<Value, Value> map) {
        Builder body = new Builder();
        List<Value> inputs = new ArrayList<>();
        for (Value v : n.inputs()) {
            inputs.add(body.input("operand" + inputs.size(), v.type()));
        }
        List<Value> made =
                n.op() instanceof Fused f ? Rewriter.inline(f.body(), body, inputs) : body.addAll(n.op(), inputs);
        Map<Value, Value> inner = new HashMap<>();
        Map<String, Value> outputs = new LinkedHashMap<>();
        List<Value> named = new ArrayList<>();
        for (int i = 0; i < made.size(); i++) {
            inner.put(n.output(i), made.get(i));
            if (read.contains(n.output(i))) {
                outputs.put("y" + named.size(), made.get(i));
                named.add(n.output(i));
            }
        }
        for (Node s : sums) {
            outputs.put("y" + named.size(), body.add(s.op(), inner.get(s.input(0))));
            named.add(s.output());
        }
        Fused fused = new Fused(body.graph(inputs, outputs, Map.of()));
        List<Value> operands = n.inputs().stream().map(map::get).toList();
        List<Value> out = b.named(n.name(), () -> b.addAll(fused, operands));
        for (int i = 0; i < named.size(); i++) {
            map.put(named.get(i), out.get(i));
        }
    }
}
