package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.StopGradient;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * The arithmetic by which one value becomes another of its type: smooth functions of it and of constants, and means along its
 * last axis. As such functions are analytic, two that give the same for numbers drawn at random are the same.
 *
 * @param x where it begins
 * @param nodes what lies between, in order; the last gives the value
 */
record Region(Value x, List<Node> nodes) {
    private static final int MOST = 24;
    private static final int ROWS = 4;
    private static final double CLOSE = 2e-5;
    private static final Set<Binary.Fn> BINARY =
            Set.of(Binary.Fn.ADD, Binary.Fn.SUB, Binary.Fn.MUL, Binary.Fn.DIV, Binary.Fn.POW);
    private static final Set<Unary.Fn> UNARY = Set.of(
            Unary.Fn.NEG,
            Unary.Fn.SQUARE,
            Unary.Fn.RECIPROCAL,
            Unary.Fn.SQRT,
            Unary.Fn.RSQRT,
            Unary.Fn.ERF,
            Unary.Fn.ERFC,
            Unary.Fn.TANH);

    /** Whether a region may hold such an op. */
    static boolean takes(Op op) {
        return op instanceof Binary b && BINARY.contains(b.fn())
                || op instanceof Unary u && UNARY.contains(u.fn())
                || op instanceof StopGradient
                || op instanceof Reduce r && r.fn() == Reduce.Fn.MEAN && r.keepDims();
    }

    /** The region from x to what {@code end} gives, where nothing else than x and constants goes into it. */
    static Optional<Region> between(Value x, Node end, boolean means) {
        if (!x.shape().isKnown()
                || x.shape().rank() < (means ? 2 : 1)
                || x.node().equals(end)) {
            return Optional.empty();
        }
        Map<Node, Boolean> seen = new LinkedHashMap<>();
        return collect(x, end, means, seen) && seen.size() > 1
                ? Optional.of(new Region(x, List.copyOf(seen.keySet())))
                : Optional.empty();
    }

    private static boolean collect(Value x, Node n, boolean means, Map<Node, Boolean> seen) {
        if (seen.containsKey(n)) {
            return true;
        }
        boolean mean = n.op() instanceof Reduce;
        if (!takes(n.op()) || seen.size() >= MOST || mean && !(means && isLast((Reduce) n.op(), n.input(0)))) {
            return false;
        }
        for (Value v : n.inputs()) {
            boolean constant = v.node().op() instanceof Constant;
            boolean fits = !constant || v.shape().size() == 1 || means && isVector(v, x);
            if (!fits || !constant && !v.equals(x) && !collect(x, v.node(), means, seen)) {
                return false;
            }
        }
        seen.put(n, true);
        return true;
    }

    private static boolean isLast(Reduce r, Value of) {
        return r.axes().size() == 1
                && of.shape().axis(r.axes().get(0)) == of.shape().rank() - 1;
    }

    /** Whether a constant goes along the last axis alone. */
    private static boolean isVector(Value v, Value x) {
        Shape s = v.shape();
        return s.rank() > 0
                && s.dim(-1) == x.shape().dim(-1)
                && s.size() == s.dim(-1)
                && s.rank() <= x.shape().rank();
    }

    /** The constants along the last axis, each once. */
    List<Value> vectors() {
        return nodes.stream()
                .flatMap(n -> n.inputs().stream())
                .filter(v -> v.node().op() instanceof Constant && v.shape().size() > 1)
                .distinct()
                .toList();
    }

    /** Whether it gives what an op of x alone gives. */
    boolean is(Op op) {
        return is(op, List.of());
    }

    /** Whether it gives what an op of x and of these constants gives. */
    boolean is(Op op, List<Value> weights) {
        Builder b = new Builder();
        int[] dims = x.shape().dims();
        Arrays.fill(dims, 0, Math.max(0, dims.length - 1), 1);
        if (dims.length > 1) {
            dims[dims.length - 2] = ROWS;
        }
        boolean means = nodes.stream().anyMatch(n -> n.op() instanceof Reduce);
        dims[dims.length - 1] = means ? dims[dims.length - 1] : 8 * ROWS;
        TensorType type = new TensorType(x.dtype(), Shape.of(dims));
        Value in = b.input("x", type);
        Map<Value, Value> map = new HashMap<>(Map.of(x, in));
        Value y = null;
        for (Node n : nodes) {
            List<Value> all = new ArrayList<>();
            for (Value v : n.inputs()) {
                all.add(
                        map.containsKey(v)
                                ? map.get(v)
                                : b.constant(((Constant) v.node().op()).value()));
            }
            y = b.addAll(n.op(), all).get(0);
            map.put(n.output(), y);
        }
        List<Value> of = new ArrayList<>(List.of(in));
        for (Value w : weights) {
            of.add(b.reshape(
                    b.constant(((Constant) w.node().op()).value()), w.shape().size()));
        }
        Value z = b.addAll(op, of).get(0);
        if (!y.type().equals(z.type())) {
            return false;
        }
        Map<String, Value> both = new LinkedHashMap<>(Map.of("y", y));
        both.put("z", z);
        Graph g = b.graph(List.of(in), both, Map.of());
        Map<String, Tensor> out =
                Evaluation.of(g).run(List.of(numbers(type, means)), k -> null).outputs();
        return close(out.get("y"), out.get("z"));
    }

    /** Numbers of several sizes, row by row: small ones show what is added below a root. */
    private static Tensor numbers(TensorType type, boolean means) {
        Random random = new Random(1);
        Tensor t = Tensor.zeros(type);
        int n = type.shape().dim(-1);
        for (int i = 0; i < t.size(); i++) {
            double size = means ? new double[] {1, 0.01, 3, 0.001}[i / n % ROWS] : 3;
            t.floats()[i] = (float) (size * random.nextGaussian());
        }
        return t;
    }

    private static boolean close(Tensor a, Tensor b) {
        for (int i = 0; i < a.size(); i++) {
            double d = Math.abs(a.getDouble(i) - b.getDouble(i));
            if (!(d <= CLOSE * (1 + Math.abs(b.getDouble(i))))) {
                return false;
            }
        }
        return true;
    }
}
