package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.BatchNorm;
import dev.posthorn.ir.fn.Elu;
import dev.posthorn.ir.fn.LeakyRelu;
import dev.posthorn.ir.fn.LogSoftmax;
import dev.posthorn.ir.fn.Relu6;
import dev.posthorn.ir.fn.Selu;
import dev.posthorn.ir.fn.Softmax;
import dev.posthorn.ir.fn.Softsign;
import java.util.List;

/** Composites that TensorFlow has as one op. */
final class CompositeRules {
    static final List<Rule<?>> ALL = List.of(
            Rule.one(Softmax.class, (op, n, in, w) -> activation("Softmax", "softmax", n, in, w)),
            Rule.one(LogSoftmax.class, (op, n, in, w) -> activation("LogSoftmax", "logsoftmax", n, in, w)),
            Rule.one(Elu.class, (op, n, in, w) -> activation("Elu", "activations", n, in, w)),
            Rule.one(Selu.class, (op, n, in, w) -> activation("Selu", "activations", n, in, w)),
            Rule.one(Softsign.class, (op, n, in, w) -> activation("Softsign", "activations", n, in, w)),
            Rule.one(Relu6.class, (op, n, in, w) -> activation("Relu6", "activations", n, in, w)),
            Rule.one(
                    LeakyRelu.class,
                    (op, n, in, w) -> w.add(
                            "LeakyRelu",
                            "activations",
                            in,
                            Attrs.of(n.output().dtype()).real("alpha", (float) op.alpha()))),
            Rule.one(
                    BatchNorm.class,
                    (op, n, in, w) -> w.add(
                            "FusedBatchNormV3",
                            "y",
                            in,
                            Attrs.of(DType.FLOAT32)
                                    .type("U", DType.FLOAT32)
                                    .real("epsilon", (float) op.epsilon())
                                    .bool("is_training", false))));

    private CompositeRules() {}

    private static String activation(String op, String output, Node n, List<String> in, FunctionWriter w) {
        return w.add(op, output, in, Attrs.of(n.output().dtype()));
    }

    /** The graph of primitives and of those composites that stay whole. */
    static Graph apply(Graph g) {
        return Rewriter.apply(
                g, (b, op, in) -> op instanceof Op.Composite c && !whole(op, in) ? c.expand(b, in) : null);
    }

    private static boolean whole(Op op, List<Value> in) {
        int rank = in.get(0).shape().isRanked() ? in.get(0).shape().rank() : -1;
        if (op instanceof Softmax s) {
            return last(s.axes(), rank);
        } else if (op instanceof LogSoftmax s) {
            return last(s.axes(), rank);
        } else if (op instanceof Elu e) {
            return e.alpha() == 1;
        } else if (op instanceof BatchNorm n) {
            return rank == 4
                    && (n.axis() == -1 || n.axis() == 3)
                    && in.stream().allMatch(v -> v.dtype() == DType.FLOAT32);
        }
        return op instanceof Selu || op instanceof Softsign || op instanceof Relu6 || op instanceof LeakyRelu;
    }

    private static boolean last(List<Integer> axes, int rank) {
        return rank > 0 && (axes.equals(List.of(-1)) || axes.equals(List.of(rank - 1)));
    }
}
