package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Attention;
import dev.posthorn.ir.fn.Softmax;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.ir.op.Select;
import dev.posthorn.ir.op.Transpose;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes {@link Attention} of the products and the softmax that it stands for, where nothing else reads what lies between: with
 * heads between time and features, which transpositions bring to the front; or with any number of leading axes that need
 * none, which count as rows of a batch.
 */
public final class FuseAttention {
    private static final List<Integer> HEADS = List.of(0, 2, 1, 3);
    private static final List<Integer> HEADS_LAST = List.of(0, 2, 3, 1);

    private final Graph graph;
    private final Uses uses;

    private FuseAttention(Graph graph) {
        this.graph = graph;
        this.uses = new Uses(graph);
    }

    /** Fuses wherever it finds it, in float32 and with known shapes. */
    public static Graph apply(Graph g) {
        boolean any = g.nodes().stream().anyMatch(n -> n.op() instanceof Softmax);
        return any ? new FuseAttention(g).apply() : g;
    }

    /** What was found: the values that the node reads, the nodes that it replaces, whether the heads are an axis between. */
    private static final class Found {
        final Set<Node> inside = new HashSet<>();
        boolean heads;
        Value q;
        Value k;
        Value v;
        Value mask;
        double scale = 1;
        double low;
        boolean selects;
    }

    private Graph apply() {
        Map<Node, Found> byLast = new HashMap<>();
        for (Node n : graph.nodes()) {
            Optional<Found> found = n.op() instanceof MatMul ? find(n) : Optional.empty();
            found.ifPresent(f -> {
                Optional<Node> back = uses.only(n.output()).filter(r -> f.heads && permutes(r, HEADS));
                back.ifPresent(r -> f.inside.add(n));
                byLast.put(back.orElse(n), f);
            });
        }
        Set<Node> inside = new HashSet<>();
        byLast.values().forEach(f -> inside.addAll(f.inside));
        Builder b = new Builder();
        Map<Value, Value> map = new HashMap<>();
        for (Node n : graph.nodes()) {
            Found f = byLast.get(n);
            if (f != null) {
                map.put(n.output(), b.named(n.name(), () -> fuse(b, n, f, map)));
            } else if (!inside.contains(n)) {
                Rewriter.copyNode(n, b, map);
            }
        }
        return Rewriter.finish(graph, b, map);
    }

    /** From the product with the values backwards. */
    private Optional<Found> find(Node last) {
        Found f = new Found();
        Optional<Node> softmax = inside(last.input(0), f).filter(n -> n.op() instanceof Softmax s && isLast(s, n));
        if (((MatMul) last.op()).transposeA() || softmax.isEmpty()) {
            return Optional.empty();
        }
        Optional<Node> at = masked(inside(softmax.get().input(0), f), f);
        at = scaled(at, f);
        if (at.isEmpty() || !(at.get().op() instanceof MatMul dots) || dots.transposeA()) {
            return Optional.empty();
        }
        Node product = at.get();
        return operands(product, last, f) && isFloat(last) ? Optional.of(f) : Optional.empty();
    }

    private static boolean isFloat(Node last) {
        return last.output().dtype() == DType.FLOAT32 && last.output().shape().isKnown();
    }

    private static boolean isLast(Softmax s, Node n) {
        int rank = n.output().shape().rank();
        return s.axes().size() == 1 && n.output().shape().axis(s.axes().get(0)) == rank - 1;
    }

    /** The node of a value that nothing else reads, which then is part of what is replaced. */
    private Optional<Node> inside(Value v, Found f) {
        if (uses.only(v).isEmpty()) {
            return Optional.empty();
        }
        f.inside.add(v.node());
        return Optional.of(v.node());
    }

    /** Steps over a mask that is selected by or added, of no more elements along an axis than the products have. */
    private Optional<Node> masked(Optional<Node> at, Found f) {
        if (at.isEmpty()) {
            return at;
        }
        Node n = at.get();
        if (n.op() instanceof Select && number(n.input(2)).isPresent() && same(n.input(1), n)) {
            f.mask = n.input(0);
            f.selects = true;
            f.low = number(n.input(2)).get();
            return inside(n.input(1), f);
        }
        if (isBinary(n, Binary.Fn.ADD)) {
            int products = n.input(0).node().op() instanceof MatMul
                            || isScale(n.input(0).node())
                    ? 0
                    : 1;
            if (same(n.input(products), n)) {
                f.mask = n.input(1 - products);
                return inside(n.input(products), f);
            }
        }
        return at;
    }

    private static boolean same(Value v, Node n) {
        return v.shape().equals(n.output().shape());
    }

    /** Steps over a factor of all products. */
    private Optional<Node> scaled(Optional<Node> at, Found f) {
        if (at.isEmpty() || !isScale(at.get())) {
            return at;
        }
        Node n = at.get();
        double factor = number(n.input(1)).get();
        f.scale = isBinary(n, Binary.Fn.MUL) ? factor : 1 / factor;
        return inside(n.input(0), f);
    }

    private static boolean isScale(Node n) {
        return (isBinary(n, Binary.Fn.MUL) || isBinary(n, Binary.Fn.DIV))
                && number(n.input(1)).isPresent()
                && same(n.input(0), n);
    }

    private static boolean isBinary(Node n, Binary.Fn fn) {
        return n.op() instanceof Binary b && b.fn() == fn;
    }

    private static Optional<Double> number(Value v) {
        return v.node().op() instanceof Constant c && c.value().size() == 1
                ? Optional.of(c.value().getDouble(0))
                : Optional.empty();
    }

    /** Finds q, k and v before the transpositions, all of them of one kind. */
    private boolean operands(Node dots, Node last, Found f) {
        Value q = dots.input(0);
        Value k = dots.input(1);
        Value v = last.input(1);
        boolean byRows = ((MatMul) dots.op()).transposeB();
        boolean valuesByRows = !((MatMul) last.op()).transposeB();
        Shape batch = q.shape().slice(0, q.shape().rank() - 2);
        for (Value x : List.of(k, v)) {
            if (!x.shape().isKnown()
                    || !x.shape().slice(0, x.shape().rank() - 2).equals(batch)) {
                return false;
            }
        }
        if (!q.shape().isKnown() || q.shape().size() == 0 || v.shape().size() == 0 || !valuesByRows) {
            return false;
        }
        f.heads = permutes(q.node(), HEADS)
                && permutes(k.node(), byRows ? HEADS : HEADS_LAST)
                && permutes(v.node(), HEADS);
        f.q = f.heads ? q.node().input(0) : q;
        f.v = f.heads ? v.node().input(0) : v;
        boolean turned = !byRows && swapsLast(k.node());
        f.k = f.heads || turned ? k.node().input(0) : k;
        for (Value x : f.heads ? List.of(q, k, v) : turned ? List.of(k) : List.<Value>of()) {
            if (uses.only(x).isPresent()) {
                f.inside.add(x.node());
            }
        }
        return f.heads || byRows || turned;
    }

    private static boolean permutes(Node n, List<Integer> perm) {
        return n.op() instanceof Transpose t && t.perm().equals(perm);
    }

    private static boolean swapsLast(Node n) {
        if (!(n.op() instanceof Transpose t)) {
            return false;
        }
        int rank = t.perm().size();
        for (int a = 0; a < rank - 2; a++) {
            if (t.perm().get(a) != a) {
                return false;
            }
        }
        return t.perm().get(rank - 1) == rank - 2;
    }

    private static Value fuse(Builder b, Node last, Found f, Map<Value, Value> map) {
        Attention.Mask mask =
                f.mask == null ? Attention.Mask.NONE : f.selects ? Attention.Mask.SELECT : Attention.Mask.ADD;
        Op op = new Attention(f.scale, mask, f.low);
        List<Value> in = new ArrayList<>();
        for (Value x : List.of(f.q, f.k, f.v)) {
            in.add(f.heads ? map.get(x) : rows(b, map.get(x)));
        }
        if (f.mask != null) {
            in.add(f.heads ? map.get(f.mask) : mask(b, map.get(f.mask), f.q.shape()));
        }
        Value y = b.addAll(op, in).get(0);
        if (f.heads) {
            return last.op() instanceof Transpose ? y : b.transpose(y, 0, 2, 1, 3);
        }
        return b.reshape(y, last.output().shape().dims());
    }

    /** {@code […×t×n]} as {@code [b×t×1×n]}. */
    private static Value rows(Builder b, Value x) {
        Shape s = x.shape();
        return b.reshape(x, s.size(0, s.rank() - 2), s.dim(-2), 1, s.dim(-1));
    }

    /** A mask of products of leading axes as one of {@code [b×1×t×s]}. */
    private static Value mask(Builder b, Value mask, Shape q) {
        Shape s = mask.shape();
        int leading = s.rank() <= 2 ? 1 : s.size(0, s.rank() - 2);
        int t = s.rank() >= 2 ? s.dim(-2) : 1;
        int last = s.rank() >= 1 ? s.dim(-1) : 1;
        int rows = q.size(0, q.rank() - 2);
        if (leading != 1 && leading != rows) {
            int[] whole = q.with(q.rank() - 2, t).with(q.rank() - 1, last).dims();
            Dim[] dims = Arrays.stream(whole).mapToObj(Dim::of).toArray(Dim[]::new);
            return b.reshape(b.broadcastTo(mask, dims), rows, 1, t, last);
        }
        return b.reshape(mask, leading, 1, t, last);
    }
}
