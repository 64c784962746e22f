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
import dev.posthorn.ir.op.Conv;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes one {@link Fused} node of a convolution of one tap and the product x[b, i, j, c] · s[b, 1, 1, c] that alone it reads,
 * where its weights are fewer than the pixels: x·(s·w) = (x·s)·w. The body's nodes are the product and the convolution.
 */
public final class FuseScale {
    /** How many pixels there are for each column of the weights, at least. */
    private static final int TIMES = 2;

    private FuseScale() {}

    /** Fuses wherever it finds them, in float32 with constant weights. */
    public static Graph apply(Graph g) {
        Uses uses = new Uses(g);
        Map<Node, Node> products = new HashMap<>();
        for (Node n : g.nodes()) {
            if (FuseBottleneck.isPointwise(n) && isOne(n.op())) {
                product(n, uses).ifPresent(p -> products.put(n, p));
            }
        }
        if (products.isEmpty()) {
            return g;
        }
        Set<Node> inside = new HashSet<>(products.values());
        Builder b = new Builder();
        Map<Value, Value> map = new HashMap<>();
        for (Node n : g.nodes()) {
            if (products.containsKey(n)) {
                map.put(n.output(), fuse(b, products.get(n), n, map));
            } else if (!inside.contains(n)) {
                Rewriter.copyNode(n, b, map);
            }
        }
        return Rewriter.finish(g, b, map);
    }

    /** Whether a convolution is alone, or with its epilogue. */
    private static boolean isOne(Op op) {
        return !(op instanceof Fused f)
                || f.ops().stream().skip(1).noneMatch(o -> o instanceof Conv || o instanceof Fused);
    }

    private static Optional<Node> product(Node conv, Uses uses) {
        Value v = conv.input(0);
        Shape y = v.shape();
        boolean fits = v.node().op().equals(new Binary(Binary.Fn.MUL))
                && uses.only(v).isPresent()
                && y.dim(1) * y.dim(2) >= TIMES * conv.output().shape().dim(-1)
                && v.node().input(scaled(v.node())).shape().equals(y)
                && factor(v.node()).shape().equals(Shape.of(y.dim(0), 1, 1, y.dim(3)));
        return fits ? Optional.of(v.node()) : Optional.empty();
    }

    /** Which operand of a product is the large one. */
    private static int scaled(Node product) {
        return small(product.input(0)).shape().equals(product.output().shape()) ? 0 : 1;
    }

    private static Value factor(Node product) {
        return small(product.input(1 - scaled(product)));
    }

    private static Value small(Value v) {
        return v.node().op() instanceof BroadcastTo ? v.node().input(0) : v;
    }

    private static Value fuse(Builder b, Node product, Node conv, Map<Value, Value> map) {
        Builder body = new Builder();
        List<Value> inputs = new ArrayList<>();
        List<Value> operands = new ArrayList<>();
        for (Value v : List.of(product.input(scaled(product)), factor(product))) {
            inputs.add(body.input("operand" + inputs.size(), v.type()));
            operands.add(map.get(v));
        }
        Map<Value, Value> inner = new HashMap<>();
        inner.put(product.output(), body.add(product.op(), inputs.get(0), inputs.get(1)));
        for (Value v : conv.inputs().subList(1, conv.inputs().size())) {
            Value in = body.input("operand" + inputs.size(), v.type());
            inner.put(v, in);
            inputs.add(in);
            operands.add(map.get(v));
        }
        Rewriter.copyNode(conv, body, inner);
        Graph cut = body.graph(inputs, Map.of("y", inner.get(conv.output())), Map.of());
        return b.named(conv.name(), () -> b.add(new Fused(cut), operands.toArray(Value[]::new)));
    }
}
