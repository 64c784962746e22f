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
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Folds a batch normalisation into the convolution or matrix product before it: {@code w' = w·s},
 * {@code b' = (b − mean)·s + beta}, {@code s = gamma / √(variance + epsilon)}. All of these must be float32 constants, and
 * nothing else may read what lies between.
 */
public final class FoldBatchNorm {
    private FoldBatchNorm() {}

    /** The linear op under a normalisation, and its bias where it has one. */
    private record Linear(Node node, float[] bias) {}

    public static Graph apply(Graph g) {
        Uses uses = new Uses(g);
        Builder b = new Builder();
        Map<Value, Value> map = new HashMap<>();
        for (Node n : g.nodes()) {
            Optional<Linear> linear = n.op() instanceof BatchNorm ? linear(n, uses) : Optional.empty();
            if (linear.isPresent()) {
                map.put(n.output(), fold(b, n, linear.get(), map));
            } else {
                Rewriter.copyNode(n, b, map);
            }
        }
        return Rewriter.finish(g, b, map);
    }

    private static Optional<Linear> linear(Node n, Uses uses) {
        boolean constant = n.inputs().subList(1, 5).stream().allMatch(FoldBatchNorm::isConstant);
        Value x = n.input(0);
        int axis = ((BatchNorm) n.op()).axis();
        if (!constant
                || x.shape().axis(axis) != x.shape().rank() - 1
                || uses.only(x).isEmpty()) {
            return Optional.empty();
        }
        Node before = x.node();
        if (isLinear(before)) {
            return Optional.of(new Linear(before, null));
        }
        boolean biased = before.op().equals(new Binary(Binary.Fn.ADD))
                && isConstant(before.input(1))
                && before.input(1).shape().rank() == 1
                && isLinear(before.input(0).node())
                && before.input(0).shape().equals(x.shape())
                && uses.only(before.input(0)).isPresent();
        return biased
                ? Optional.of(new Linear(
                        before.input(0).node(),
                        broadcast(value(before.input(1)), x.shape().dim(-1))))
                : Optional.empty();
    }

    private static boolean isLinear(Node n) {
        boolean kind = n.op() instanceof Conv || n.op() instanceof MatMul m && !m.transposeB();
        return kind
                && isConstant(n.input(1))
                && (n.op() instanceof Conv || n.input(1).shape().rank() == 2);
    }

    private static boolean isConstant(Value v) {
        return v.node().op() instanceof Constant && v.dtype() == DType.FLOAT32;
    }

    private static Tensor value(Value v) {
        return ((Constant) v.node().op()).value();
    }

    private static float[] broadcast(Tensor bias, int channels) {
        float[] b = new float[channels];
        for (int c = 0; c < channels; c++) {
            b[c] = bias.floats()[bias.size() == 1 ? 0 : c];
        }
        return b;
    }

    private static Value fold(Builder b, Node norm, Linear linear, Map<Value, Value> map) {
        float[] gamma = value(norm.input(1)).floats();
        float[] beta = value(norm.input(2)).floats();
        float[] mean = value(norm.input(3)).floats();
        float[] variance = value(norm.input(4)).floats();
        int channels = gamma.length;
        double[] scale = new double[channels];
        float[] shift = new float[channels];
        for (int c = 0; c < channels; c++) {
            scale[c] = gamma[c] / Math.sqrt(variance[c] + ((BatchNorm) norm.op()).epsilon());
            shift[c] = (float) (((linear.bias == null ? 0 : linear.bias[c]) - mean[c]) * scale[c] + beta[c]);
        }
        Tensor kernel = value(linear.node.input(1));
        Tensor w =
                Tensor.lazily(kernel.type(), (from, into, at, n) -> scale(kernel, scale, from, (float[]) into, at, n));
        Op op = linear.node.op();
        Value x = map.get(linear.node.input(0));
        return b.named(
                norm.name(),
                () -> b.plus(b.add(op, x, b.constant(w)), b.constant(Tensor.of(Shape.of(channels), shift))));
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
