package dev.posthorn.plan;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Attention;
import dev.posthorn.kernel.Attention.Sizes;
import dev.posthorn.kernel.simd.Simd;
import java.util.List;

/** Attention of several heads in float32. */
final class AttentionRule implements StepRule {
    @Override
    public boolean takes(Op op, List<Value> in) {
        if (!(op instanceof Attention a) || !StepRule.float32(in.subList(0, 3))) {
            return false;
        }
        DType mask = a.mask() == Attention.Mask.SELECT ? DType.BOOL : DType.FLOAT32;
        return a.mask() == Attention.Mask.NONE
                || in.get(3).shape().isKnown()
                        && in.get(3).dtype() == mask
                        && in.get(3).shape().rank() <= 4;
    }

    @Override
    public Step compile(Node node, Room room) {
        Attention op = (Attention) node.op();
        Shape q = node.input(0).shape();
        Shape v = node.input(2).shape();
        Sizes sizes = new Sizes(q.dim(0), q.dim(1), v.dim(1), q.dim(2), q.dim(3), v.dim(3));
        boolean masked = op.mask() != Attention.Mask.NONE;
        dev.posthorn.kernel.Attention.Mask mask = masked
                ? new dev.posthorn.kernel.Attention.Mask(
                        op.mask() == Attention.Mask.SELECT,
                        (float) op.low(),
                        ElementwiseRule.steps(
                                node.input(3).shape(), Shape.of(sizes.b(), sizes.h(), sizes.t(), sizes.s())))
                : null;
        return new Heads(
                new dev.posthorn.kernel.Attention(Simd.best(), sizes, (float) op.scale(), mask),
                "attention " + sizes.b() + "×" + sizes.h() + "×" + sizes.t() + "×" + sizes.s() + "×" + sizes.n()
                        + (masked ? " + mask" : ""),
                room.slot(node.input(0)),
                room.slot(node.input(1)),
                room.slot(node.input(2)),
                masked ? room.slot(node.input(3)) : null,
                room.slot(node.output()));
    }

    private record Heads(dev.posthorn.kernel.Attention kernel, String label, Slot q, Slot k, Slot v, Slot mask, Slot y)
            implements Step {
        @Override
        public void run(Frame f) {
            kernel.run(
                    f.workers(),
                    f.scratch(),
                    f.floats(q),
                    f.at(q),
                    f.floats(k),
                    f.at(k),
                    f.floats(v),
                    f.at(v),
                    mask == null ? null : f.array(mask),
                    mask == null ? 0 : f.at(mask),
                    f.floats(y),
                    f.at(y));
        }
    }
}
