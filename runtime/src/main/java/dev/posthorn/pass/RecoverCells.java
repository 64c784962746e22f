package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Gru;
import dev.posthorn.ir.fn.Lstm;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Input;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.ir.op.Reverse;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.ir.op.Transpose;
import dev.posthorn.ir.op.Unary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * A {@link Scan} whose step is that of a long short-term memory or of a gated recurrent unit becomes {@link Lstm} or
 * {@link Gru}, which kernels run whole. The step is compared with the op's own, value by value; one that is any other stays
 * as it is. Sums of the input's and the state's part may be in any order.
 */
public final class RecoverCells {
    private static final Op TANH = new Unary(Unary.Fn.TANH);
    private static final Op SIGMOID = new Unary(Unary.Fn.SIGMOID);
    private static final Reverse TIME = new Reverse(List.of(1));

    private final Builder b;
    private final Scan scan;
    private final List<Value> in;
    private final Graph body;
    private final Map<Value, Value> moved = new HashMap<>();

    private RecoverCells(Builder b, Scan scan, List<Value> in) {
        this.b = b;
        this.scan = scan;
        this.in = in;
        this.body = scan.body();
    }

    public static Graph apply(Graph g) {
        Graph recovered = Rewriter.apply(g, RecoverCells::rule);
        boolean any = recovered.nodes().stream().anyMatch(n -> n.op() instanceof Lstm || n.op() instanceof Gru);
        return any ? Rewriter.apply(recovered, RecoverCells::once) : recovered;
    }

    /**
     * Two transpositions, as those of time and batch before and after a loop, are one or none, also where steps are reversed
     * between them; so are two reversals. What runs over reversed steps runs backwards instead. Null for any other op.
     */
    private static List<Value> once(Builder b, Op op, List<Value> in) {
        if (op instanceof Transpose outer && in.get(0).node().op() instanceof Reverse r) {
            Value between = in.get(0).node().input(0);
            int[] axes = IntStream.range(0, outer.perm().size())
                    .filter(i -> r.axes().contains(outer.perm().get(i)))
                    .toArray();
            return between.node().op() instanceof Transpose inner
                    ? List.of(b.add(
                            new Reverse(IntStream.of(axes).boxed().toList()), transposed(b, outer, inner, between)))
                    : null;
        }
        if (op instanceof Reverse outer && in.get(0).node().op() instanceof Reverse inner) {
            return outer.equals(inner) ? List.of(in.get(0).node().input(0)) : null;
        }
        if (op instanceof Transpose outer && in.get(0).node().op() instanceof Transpose inner) {
            return List.of(transposed(b, outer, inner, in.get(0)));
        }
        Op backwards = backwards(op);
        if (backwards == null || !TIME.equals(in.get(0).node().op())) {
            return null;
        }
        List<Value> straight = new ArrayList<>(in);
        straight.set(0, in.get(0).node().input(0));
        List<Value> results = new ArrayList<>(b.addAll(backwards, straight));
        results.set(0, b.add(TIME, results.get(0)));
        return results;
    }

    private static Value transposed(Builder b, Transpose outer, Transpose inner, Value of) {
        int[] perm = outer.perm().stream().mapToInt(a -> inner.perm().get(a)).toArray();
        Value x = of.node().input(0);
        boolean same = IntStream.range(0, perm.length).allMatch(a -> perm[a] == a);
        return same ? x : b.transpose(x, perm);
    }

    /** The same layer from the last step to the first; null where a mask goes with its steps, and for any other op. */
    private static Op backwards(Op op) {
        if (op instanceof Lstm l && !l.masked()) {
            return new Lstm(l.activation(), l.recurrentActivation(), !l.reverse(), false, l.zeroOutputForMask());
        }
        return op instanceof Gru g && !g.masked()
                ? new Gru(
                        g.activation(),
                        g.recurrentActivation(),
                        g.resetAfter(),
                        !g.reverse(),
                        false,
                        g.zeroOutputForMask())
                : null;
    }

    /** The results of a loop that is a recurrent layer of constant weights; null for any other op. */
    static List<Value> rule(Builder b, Op op, List<Value> in) {
        boolean may = op instanceof Scan s
                && (s.carries() == 1 || s.carries() == 2)
                && in.subList(s.carries() + s.scanned(), in.size()).stream()
                        .allMatch(v -> v.node().op() instanceof Constant);
        return may ? new RecoverCells(b, (Scan) op, in).recovered().orElse(null) : null;
    }

    private Optional<List<Value>> recovered() {
        for (int h = 0; h < scan.carries(); h++) {
            int state = h;
            TensorType type = body.inputs().get(h).type();
            boolean matrix = type.shape().isKnown() && type.shape().rank() == 2 && type.dtype() == DType.FLOAT32;
            boolean stacksState = body.results().stream()
                    .skip(scan.carries())
                    .allMatch(body.results().get(h)::equals);
            if (matrix && stacksState) {
                Optional<List<Value>> found = scan.carries() == 2 ? lstm(state) : gru();
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<List<Value>> lstm(int h) {
        Lstm op = new Lstm(TANH, SIGMOID, scan.reverse(), false, false);
        TensorType type = body.inputs().get(h).type();
        int u = type.shape().dim(1);
        Builder p = new Builder();
        Value z = p.input("z", type.withShape(type.shape().with(1, 4 * u)));
        Value c = p.input("c", type);
        List<Value> next = op.gates(p, z, c, u);
        Likeness like = new Likeness(Map.of(c, body.inputs().get(1 - h)));
        if (!like.holds(next.get(0), body.results().get(h))
                || !like.holds(next.get(1), body.results().get(1 - h))) {
            return Optional.empty();
        }
        List<Value> terms = new ArrayList<>();
        terms(like.of(z), terms);
        Optional<Value> x = product(terms, this::isElement);
        Optional<Value> state = product(terms, body.inputs().get(h)::equals);
        List<Value> rest = terms.stream()
                .filter(t -> !t.equals(x.orElse(null)) && !t.equals(state.orElse(null)))
                .toList();
        if (x.isEmpty() || state.isEmpty() || rest.size() > 1 || !rest.stream().allMatch(t -> isBias(t, 4 * u))) {
            return Optional.empty();
        }
        Value bias = rest.isEmpty() ? zeros(type.dtype(), 4 * u) : outside(rest.get(0));
        List<Value> out = b.addAll(
                op,
                List.of(
                        batchFirst(x.get().node().input(0)),
                        outside(x.get().node().input(1)),
                        outside(state.get().node().input(1)),
                        bias,
                        in.get(h),
                        in.get(1 - h)));
        return Optional.of(results(out, h));
    }

    private Optional<List<Value>> gru() {
        Gru op = new Gru(TANH, SIGMOID, true, scan.reverse(), false, false);
        TensorType type = body.inputs().get(0).type();
        int u = type.shape().dim(1);
        Builder p = new Builder();
        Value projected = p.input("x", type.withShape(type.shape().with(1, 3 * u)));
        Value h = p.input("h", type);
        Value recurrent = p.input("u", type.withShape(Shape.of(u, 3 * u)));
        Value inner = p.input("b", type.withShape(Shape.of(3 * u)));
        Value next = op.step(p, projected, h, List.of(recurrent, inner));
        Likeness like = new Likeness(Map.of(h, body.inputs().get(0)));
        if (!like.holds(next, body.results().get(0))) {
            return Optional.empty();
        }
        List<Value> terms = new ArrayList<>();
        terms(like.of(projected), terms);
        Optional<Value> x = product(terms, this::isElement);
        List<Value> rest = terms.stream().filter(t -> !t.equals(x.orElse(null))).toList();
        boolean known = isFixed(like.of(recurrent)) && isFixed(like.of(inner));
        if (x.isEmpty() || !known || rest.size() > 1 || !rest.stream().allMatch(t -> isBias(t, 3 * u))) {
            return Optional.empty();
        }
        Value bias = rest.isEmpty() ? zeros(type.dtype(), 3 * u) : outside(rest.get(0));
        List<Value> out = b.addAll(
                op,
                List.of(
                        batchFirst(x.get().node().input(0)),
                        outside(x.get().node().input(1)),
                        outside(like.of(recurrent)),
                        bias,
                        outside(like.of(inner)),
                        in.get(0)));
        return Optional.of(results(out, 0));
    }

    /** The last states, then the stacked outputs, time first. */
    private List<Value> results(List<Value> out, int h) {
        List<Value> all = new ArrayList<>();
        for (int i = 0; i < scan.carries(); i++) {
            all.add(i == h ? out.get(1) : out.get(2));
        }
        while (all.size() < body.results().size()) {
            all.add(b.transpose(out.get(0), 1, 0, 2));
        }
        return all;
    }

    private static void terms(Value sum, List<Value> terms) {
        if (sum.node().op() instanceof Binary add && add.fn() == Binary.Fn.ADD) {
            sum.node().inputs().forEach(v -> terms(v, terms));
        } else {
            terms.add(sum);
        }
    }

    /** The only term that is a product of such a value with a matrix that is the same in every step. */
    private Optional<Value> product(List<Value> terms, Predicate<Value> of) {
        List<Value> found = terms.stream()
                .filter(t -> t.node().op().equals(new MatMul(false, false))
                        && of.test(t.node().input(0))
                        && isFixed(t.node().input(1)))
                .toList();
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    private boolean isElement(Value v) {
        int at = body.inputs().indexOf(v);
        return at >= scan.carries()
                && at < scan.carries() + scan.scanned()
                && v.shape().isRanked()
                && v.shape().rank() == 2;
    }

    private boolean isBias(Value v, int n) {
        return isFixed(v) && v.shape().equals(Shape.of(n));
    }

    /** Whether a value of the step is the same in all of them. */
    private boolean isFixed(Value v) {
        return v.node().op() instanceof Input
                ? body.inputs().indexOf(v) >= scan.carries() + scan.scanned()
                : v.node().inputs().stream().allMatch(this::isFixed);
    }

    /** A value that is the same in every step, outside of the loop. */
    private Value outside(Value v) {
        Value there = moved.get(v);
        if (there == null) {
            there = v.node().op() instanceof Input
                    ? in.get(body.inputs().indexOf(v))
                    : v.node().op() instanceof Constant c
                            ? b.constant(c.value())
                            : b.addAll(
                                            v.node().op(),
                                            v.node().inputs().stream()
                                                    .map(this::outside)
                                                    .toList())
                                    .get(v.index());
            moved.put(v, there);
        }
        return there;
    }

    private Value batchFirst(Value element) {
        return b.transpose(in.get(body.inputs().indexOf(element)), 1, 0, 2);
    }

    private Value zeros(DType dtype, int n) {
        return b.broadcastTo(b.constant(dtype, 0), Dim.of(n));
    }
}
