package dev.posthorn.plan;

import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Fused;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.Window;
import dev.posthorn.kernel.Conv2d;
import dev.posthorn.kernel.DepthwiseConv2d;
import dev.posthorn.kernel.Epilogue;
import dev.posthorn.kernel.simd.Simd;
import java.util.List;

/** Convolutions over one or two axes in float32 with constant weights. */
final class ConvRule implements StepRule {
    @Override
    public boolean takes(Op op, List<Value> in) {
        Op root = op instanceof Fused f ? f.ops().get(0) : op;
        return root instanceof Conv c
                && spatial(c.window())
                && c.inputDilations().stream().allMatch(d -> d == 1)
                && in.get(1).node().op() instanceof Constant
                && StepRule.float32(in);
    }

    /** Whether a window passes over one or two axes and never crops. */
    static boolean spatial(Window w) {
        return w.rank() <= 2
                && w.rank() > 0
                && w.low().stream().allMatch(p -> p >= 0)
                && w.high().stream().allMatch(p -> p >= 0);
    }

    /** The kernels' window; one axis is a picture of height 1. */
    static dev.posthorn.kernel.Window window(Window w, Shape x) {
        int last = w.rank() - 1;
        boolean flat = last == 0;
        return new dev.posthorn.kernel.Window(
                flat ? 1 : x.dim(1),
                x.dim(last + 1),
                flat ? 1 : w.size().get(0),
                w.size().get(last),
                flat ? 1 : w.strides().get(0),
                w.strides().get(last),
                flat ? 1 : w.dilations().get(0),
                w.dilations().get(last),
                flat ? 0 : w.low().get(0),
                w.low().get(last),
                flat ? 0 : w.high().get(0),
                w.high().get(last));
    }

    @Override
    public Step compile(Node node, Room room) {
        Epilogued e = Epilogued.of(node.op(), node.inputs());
        Conv op = (Conv) e.root();
        Shape x = e.x().shape();
        int cin = x.dim(-1);
        int cout = node.output().shape().dim(-1);
        float[] w = room.constant(e.w()).orElseThrow().floats();
        dev.posthorn.kernel.Window window = window(op.window(), x);
        Epilogue epilogue = e.epilogue(room);
        Slot residual = e.residual().map(room::slot).orElse(null);
        Slot from = room.slot(e.x());
        Slot to = room.slot(node.output());
        String size = op.window().size() + " " + cin + "→" + cout + Epilogued.label(epilogue, residual);
        if (op.groups() == cin && op.groups() > 1) {
            return new Depthwise(
                    new DepthwiseConv2d(Simd.best(), window, cin, cout / cin, w, 0, epilogue),
                    x.dim(0),
                    from,
                    residual,
                    to,
                    size);
        }
        return new Dense(
                new Conv2d(Simd.best(), window, cin, cout, op.groups(), w, 0, epilogue),
                x.dim(0),
                from,
                residual,
                to,
                size);
    }

    private record Dense(Conv2d kernel, int batch, Slot x, Slot residual, Slot y, String size) implements Step {
        @Override
        public void run(Frame f) {
            kernel.run(
                    f.workers(),
                    f.scratch(),
                    batch,
                    f.floats(x),
                    f.at(x),
                    f.floats(y),
                    f.at(y),
                    residual == null ? null : f.floats(residual),
                    residual == null ? 0 : f.at(residual));
        }

        @Override
        public String label() {
            return "conv " + size;
        }
    }

    private record Depthwise(DepthwiseConv2d kernel, int batch, Slot x, Slot residual, Slot y, String size)
            implements Step {
        @Override
        public void run(Frame f) {
            kernel.run(
                    f.workers(),
                    f.scratch(),
                    batch,
                    f.floats(x),
                    f.at(x),
                    f.floats(y),
                    f.at(y),
                    residual == null ? null : f.floats(residual),
                    residual == null ? 0 : f.at(residual));
        }

        @Override
        public String label() {
            return "depthwise conv " + size;
        }
    }
}
