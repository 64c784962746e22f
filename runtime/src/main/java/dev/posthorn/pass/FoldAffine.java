package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.BatchNorm;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.MatMul;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Folds what scales and shifts the channels of a convolution or matrix product into its weights and one bias: {@code (x·w)·s + t
 * → x·(w·s) + t}. That is a batch normalisation, with {@code s = gamma / √(variance + epsilon)}, {@code t = beta − mean·s},
 * or any chain of sums, differences, products and quotients with a constant of one element a channel. All constants must be
 * float32, and nothing else may read what lies between. Chains that do not scale are left alone.
 */
public final class FoldAffine {
    private final Uses uses;
    /** What each last node of a chain computes. */
    private final Map<Node, Affine> byLast = new HashMap<>();

    private final Set<Node> inside = new HashSet<>();

    private FoldAffine(Graph g) {
        uses = new Uses(g);
    }

    /** {@code root · scale + shift}, channel by channel. */
    private record Affine(Node root, double[] scale, double[] shift) {
        static Affine of(Node root) {
            double[] ones = new double[root.output().shape().dim(-1)];
            Arrays.fill(ones, 1);
            return new Affine(root, ones, new double[ones.length]);
        }

        /** {@code (root · scale + shift) · s + t}. */
        Affine then(double[] s, double[] t) {
            double[] newScale = new double[s.length];
            double[] newShift = new double[s.length];
            for (int c = 0; c < s.length; c++) {
                newScale[c] = scale[c] * s[c];
                newShift[c] = shift[c] * s[c] + t[c];
            }
            return new Affine(root, newScale, newShift);
        }
    }

    public static Graph apply(Graph g) {
        FoldAffine pass = new FoldAffine(g);
        g.nodes().stream().filter(FoldAffine::isLinear).forEach(pass::follow);
        if (pass.byLast.isEmpty()) {
            return g;
        }
        Builder b = new Builder();
        Map<Value, Value> map = new HashMap<>();
        for (Node n : g.nodes()) {
            if (pass.byLast.containsKey(n)) {
                map.put(n.output(), fold(b, n, pass.byLast.get(n), map));
            } else if (!pass.inside.contains(n)) {
                Rewriter.copyNode(n, b, map);
            }
        }
        return Rewriter.finish(g, b, map);
    }

    /** Finds the longest chain behind a linear node, and keeps it where it scales. */
    private void follow(Node root) {
        Affine all = Affine.of(root);
        Set<Node> chain = new HashSet<>(Set.of(root));
        Node last = root;
        boolean scales = false;
        for (Optional<Node> n = uses.only(root.output()); n.isPresent(); n = uses.only(last.output())) {
            Optional<Affine> next = append(all, last.output(), n.get());
            if (next.isEmpty()) {
                break;
            }
            all = next.get();
            last = n.get();
            chain.add(last);
            scales |= !last.op().equals(new Binary(Binary.Fn.ADD)) && !last.op().equals(new Binary(Binary.Fn.SUB));
        }
        if (scales) {
            chain.remove(last);
            byLast.put(last, all);
            inside.addAll(chain);
        }
    }

    private static boolean isLinear(Node n) {
        boolean kind = n.op() instanceof Conv || n.op() instanceof MatMul m && !m.transposeB();
        return kind
                && isConstant(n.input(1))
                && (n.op() instanceof Conv || n.input(1).shape().rank() == 2)
                && n.output().shape().isRanked()
                && n.output().shape().dim(-1) > 0;
    }

    private static boolean isConstant(Value v) {
        return v.node().op() instanceof Constant && v.dtype() == DType.FLOAT32;
    }

    /** What comes out of {@code n}, which reads y; empty where it does more than scale and shift channels. */
    private static Optional<Affine> append(Affine a, Value y, Node n) {
        if (n.op() instanceof BatchNorm norm) {
            boolean fits = n.input(0).equals(y)
                    && n.inputs().subList(1, 5).stream().allMatch(FoldAffine::isConstant)
                    && y.shape().axis(norm.axis()) == y.shape().rank() - 1;
            return fits ? Optional.of(normalised(a, n, norm.epsilon())) : Optional.empty();
        }
        if (!(n.op() instanceof Binary binary) || !n.output().shape().equals(y.shape())) {
            return Optional.empty();
        }
        boolean left = n.input(0).equals(y);
        Value other = n.input(left ? 1 : 0);
        if (!isConstant(other) || !isRow(other.shape(), y.shape().dim(-1))) {
            return Optional.empty();
        }
        int channels = a.scale.length;
        double[] c = row(other, channels);
        double[] zeros = new double[channels];
        double[] ones = new double[channels];
        Arrays.fill(ones, 1);
        return switch (binary.fn()) {
            case ADD -> Optional.of(a.then(ones, c));
            case SUB ->
                left ? Optional.of(a.then(ones, Arrays.stream(c).map(v -> -v).toArray())) : Optional.empty();
            case MUL -> Optional.of(a.then(c, zeros));
            case DIV ->
                left ? Optional.of(a.then(Arrays.stream(c).map(v -> 1 / v).toArray(), zeros)) : Optional.empty();
            default -> Optional.empty();
        };
    }

    /** Whether a constant is one number, or one a channel along the last axis. */
    private static boolean isRow(Shape s, int channels) {
        return s.size() == 1 || s.size() == channels && s.dim(-1) == channels;
    }

    private static double[] row(Value v, int channels) {
        float[] values = ((Constant) v.node().op()).value().floats();
        double[] row = new double[channels];
        for (int c = 0; c < channels; c++) {
            row[c] = values[values.length == 1 ? 0 : c];
        }
        return row;
    }

    private static Affine normalised(Affine a, Node n, double epsilon) {
        int channels = a.scale.length;
        double[] gamma = row(n.input(1), channels);
        double[] beta = row(n.input(2), channels);
        double[] mean = row(n.input(3), channels);
        double[] variance = row(n.input(4), channels);
        double[] shift = new double[channels];
        for (int c = 0; c < channels; c++) {
            gamma[c] /= Math.sqrt(variance[c] + epsilon);
            shift[c] = beta[c] - mean[c] * gamma[c];
        }
        return a.then(gamma, shift);
    }

    private static Value fold(Builder b, Node last, Affine a, Map<Value, Value> map) {
        Tensor kernel = ((Constant) a.root.input(1).node().op()).value();
        Tensor w = Tensor.lazily(
                kernel.type(), (from, into, at, n) -> scale(kernel, a.scale, from, (float[]) into, at, n));
        float[] bias = new float[a.shift.length];
        for (int c = 0; c < bias.length; c++) {
            bias[c] = (float) a.shift[c];
        }
        Op op = a.root.op();
        Value x = map.get(a.root.input(0));
        return b.named(
                last.name(),
                () -> b.plus(b.add(op, x, b.constant(w)), b.constant(Tensor.of(Shape.of(bias.length), bias))));
    }

    /** Elements of the kernel with its last axis scaled. */
    private static void scale(Tensor kernel, double[] scale, int from, float[] into, int at, int n) {
        kernel.copyTo(from, into, at, n);
        for (int i = 0, c = from % scale.length; i < n; i++) {
            into[at + i] = (float) (into[at + i] * scale[c]);
            c = c + 1 == scale.length ? 0 : c + 1;
        }
    }
}
