package dev.posthorn.plan;

import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Fused;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.kernel.ScaledPointwise;
import dev.posthorn.kernel.simd.Simd;
import dev.posthorn.pass.FuseScale;
import java.util.ArrayList;
import java.util.List;

/** What {@link FuseScale} fused: a convolution of one tap over channels that are scaled, in each image otherwise. */
final class ScaleRule implements StepRule {
    @Override
    public boolean takes(Op op, List<Value> in) {
        return op instanceof Fused f
                && f.ops().size() == 2
                && f.ops().get(0).equals(new Binary(Binary.Fn.MUL))
                && root(f.ops().get(1)) instanceof Conv
                && StepRule.float32(in);
    }

    private static Op root(Op op) {
        return op instanceof Fused f ? f.ops().get(0) : op;
    }

    @Override
    public Step compile(Node node, Room room) {
        List<Value> in = new ArrayList<>(node.inputs());
        Value s = in.remove(1);
        Epilogued e = Epilogued.of(((Fused) node.op()).ops().get(1), in);
        Value x = e.x();
        int cin = x.shape().dim(-1);
        int cout = node.output().shape().dim(-1);
        Epilogued.Following after = e.following(room);
        Slot residual = e.residual().map(room::slot).orElse(null);
        ScaledPointwise kernel = new ScaledPointwise(
                Simd.best(),
                x.shape().dim(1) * x.shape().dim(2),
                cin,
                cout,
                room.constant(e.w()).orElseThrow().floats(),
                after.fixed());
        return new Scaled(
                kernel,
                x.shape().dim(0),
                "conv [1, 1] of scaled " + cin + "→" + cout + Epilogued.label(after, residual),
                room.slot(x),
                room.slot(s),
                room.temporary(TensorType.f32(kernel.room())),
                residual,
                room.slot(node.output()));
    }

    private record Scaled(
            ScaledPointwise kernel, int batch, String label, Slot x, Slot s, Slot part, Slot residual, Slot y)
            implements Step {
        @Override
        public void run(Frame f) {
            kernel.run(
                    f.workers(),
                    f.scratch(),
                    batch,
                    f.floats(x),
                    f.at(x),
                    f.floats(s),
                    f.at(s),
                    f.floats(part),
                    f.at(part),
                    f.floats(y),
                    f.at(y),
                    residual == null ? null : f.floats(residual),
                    residual == null ? 0 : f.at(residual));
        }
    }
}
