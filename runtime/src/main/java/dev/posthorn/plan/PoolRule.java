package dev.posthorn.plan;

import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Pool;
import dev.posthorn.kernel.Pool2d;
import dev.posthorn.kernel.Window;
import dev.posthorn.kernel.simd.Simd;
import java.util.List;

/** Pooling over one or two axes in float32. */
final class PoolRule implements StepRule {
    @Override
    public boolean takes(Op op, List<Value> in) {
        return op instanceof Pool p && ConvRule.spatial(p.window()) && StepRule.float32(in);
    }

    @Override
    public Step compile(Node node, Room room) {
        Pool op = (Pool) node.op();
        Shape x = node.input(0).shape();
        Window window = ConvRule.window(op.window(), x);
        Pool2d kernel = op.fn() == Pool.Fn.MAX
                ? Pool2d.max(Simd.best(), window, x.dim(-1))
                : Pool2d.mean(Simd.best(), window, x.dim(-1));
        return new Pooled(
                kernel,
                x.dim(0),
                "pool " + op.fn() + " " + op.window().size(),
                room.slot(node.input(0)),
                room.slot(node.output()));
    }

    private record Pooled(Pool2d kernel, int batch, String label, Slot x, Slot y) implements Step {
        @Override
        public void run(Frame f) {
            kernel.run(f.workers(), f.scratch(), batch, f.floats(x), f.at(x), f.floats(y), f.at(y));
        }
    }
}
