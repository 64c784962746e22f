package dev.posthorn.plan;

import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Fused;
import dev.posthorn.ir.fn.Gru;
import dev.posthorn.ir.fn.Lstm;
import dev.posthorn.ir.fn.SimpleRnn;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.ConvFilterGradient;
import dev.posthorn.ir.op.MatMul;

/** How many floating-point operations a node's products take: two a term, whatever padding spares. */
final class Work {
    private Work() {}

    static double flops(Node n) {
        if (n.op() instanceof Fused f && f.ops().stream().anyMatch(Fused.class::isInstance)) {
            return f.body().nodes().stream().mapToDouble(Work::flops).sum();
        }
        Op op = n.op() instanceof Fused f ? f.ops().get(0) : n.op();
        if (op instanceof Conv) {
            Shape w = n.input(1).shape();
            return 2.0 * n.output().shape().size() * w.size(0, w.rank() - 1);
        }
        if (op instanceof ConvFilterGradient) {
            Shape w = n.output().shape();
            return 2.0 * n.input(1).shape().size() * w.size(0, w.rank() - 1);
        }
        if (op instanceof MatMul m) {
            return 2.0 * n.output().shape().size() * n.input(0).shape().dim(m.transposeA() ? -2 : -1);
        }
        if (op instanceof Lstm || op instanceof Gru || op instanceof SimpleRnn) {
            double weights = 0;
            for (Value v : n.inputs().subList(1, 3)) {
                weights += v.shape().size();
            }
            return 2 * weights * n.input(0).shape().size(0, 2);
        }
        return 0;
    }
}
