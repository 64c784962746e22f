package dev.posthorn.plan;

import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.kernel.simd.Simd;
import java.util.List;
import java.util.Map;

/** Sums, means and extremes of float32 along axes that stand side by side. */
final class ReduceRule implements StepRule {
    private static final Map<Reduce.Fn, dev.posthorn.kernel.Reduce.Fn> FN = Map.of(
            Reduce.Fn.SUM, dev.posthorn.kernel.Reduce.Fn.SUM,
            Reduce.Fn.MEAN, dev.posthorn.kernel.Reduce.Fn.MEAN,
            Reduce.Fn.MAX, dev.posthorn.kernel.Reduce.Fn.MAX,
            Reduce.Fn.MIN, dev.posthorn.kernel.Reduce.Fn.MIN);

    @Override
    public boolean takes(Op op, List<Value> in) {
        return op instanceof Reduce r
                && FN.containsKey(r.fn())
                && !r.axes().isEmpty()
                && r.axes().get(r.axes().size() - 1) - r.axes().get(0)
                        == r.axes().size() - 1
                && StepRule.float32(in);
    }

    @Override
    public Step compile(Node node, Room room) {
        Reduce op = (Reduce) node.op();
        Shape x = node.input(0).shape();
        int first = op.axes().get(0);
        int end = first + op.axes().size();
        int outer = x.size(0, first);
        int n = x.size(first, end);
        int inner = x.size(end, x.rank());
        return new Along(
                new dev.posthorn.kernel.Reduce(Simd.best(), FN.get(op.fn()), outer, n, inner),
                "reduce " + op.fn() + " " + outer + "×" + n + "×" + inner,
                room.slot(node.input(0)),
                room.slot(node.output()));
    }

    private record Along(dev.posthorn.kernel.Reduce kernel, String label, Slot x, Slot y) implements Step {
        @Override
        public void run(Frame f) {
            kernel.run(f.workers(), f.scratch(), f.floats(x), f.at(x), f.floats(y), f.at(y));
        }
    }
}
