package dev.posthorn.plan;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.AvgPoolGradient;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.ConvFilterGradient;
import dev.posthorn.ir.op.MaxPoolGradient;
import dev.posthorn.ir.op.ScatterAdd;
import dev.posthorn.kernel.DepthwiseFilterGradient;
import dev.posthorn.kernel.FilterGradient;
import dev.posthorn.kernel.Grid;
import dev.posthorn.kernel.PoolGradient;
import dev.posthorn.kernel.Scratch;
import dev.posthorn.kernel.WinogradFilterGradient;
import dev.posthorn.kernel.Workers;
import dev.posthorn.kernel.simd.Simd;
import dev.posthorn.model.ShapeException;
import java.util.List;

/** Gradients of convolutions by their weights, and of poolings, in float32. */
final class GradientRule implements StepRule {
    @Override
    public boolean takes(Op op, List<Value> in) {
        if (op instanceof ConvFilterGradient g) {
            return g.conv().window().rank() > 0 && StepRule.float32(in);
        }
        if (op instanceof ScatterAdd) {
            DType indices = in.get(0).dtype();
            return (indices == DType.INT32 || indices == DType.INT64)
                    && in.get(0).shape().isKnown()
                    && StepRule.float32(in.subList(1, 2))
                    && ProgramRule.constantShape(in.get(2));
        }
        if (op instanceof MaxPoolGradient g) {
            return ConvRule.spatial(g.window()) && StepRule.float32(in);
        }
        return op instanceof AvgPoolGradient g
                && ConvRule.spatial(g.window())
                && StepRule.float32(in.subList(0, 1))
                && ProgramRule.constantShape(in.get(1));
    }

    @Override
    public Step compile(Node node, Room room) {
        Slot y = room.slot(node.output());
        Shape dx = node.output().shape();
        if (node.op() instanceof MaxPoolGradient g) {
            PoolGradient kernel = new PoolGradient(Simd.best(), ConvRule.window(g.window(), dx), dx.dim(-1));
            String label = "pool gradient MAX " + g.window().size();
            return new Pooled(kernel, label, dx.dim(0), room.slot(node.input(0)), room.slot(node.input(1)), y);
        }
        if (node.op() instanceof AvgPoolGradient g) {
            PoolGradient kernel = new PoolGradient(Simd.best(), ConvRule.window(g.window(), dx), dx.dim(-1));
            String label = "pool gradient AVG " + g.window().size();
            return new Pooled(kernel, label, dx.dim(0), null, room.slot(node.input(0)), y);
        }
        if (node.op() instanceof ScatterAdd op) {
            int axis = op.axis() < 0 ? op.axis() + dx.rank() : op.axis();
            int count = node.input(0).shape().size();
            int inner = dx.size(axis + 1, dx.rank());
            return new Scattered(
                    new dev.posthorn.kernel.ScatterAdd(Simd.best(), dx.size(0, axis), dx.dim(axis), count, inner),
                    dx.dim(axis),
                    "scatter " + count + " rows of " + inner,
                    room.slot(node.input(0)),
                    room.slot(node.input(1)),
                    y);
        }
        Conv conv = ((ConvFilterGradient) node.op()).conv();
        Shape x = node.input(0).shape();
        Shape dy = node.input(1).shape();
        String label = "conv gradient " + conv.window().size() + " " + x.dim(-1) + "→" + dy.dim(-1);
        boolean spreads = conv.inputDilations().stream().anyMatch(d -> d != 1);
        if (conv.groups() == x.dim(-1) && x.dim(-1) == dy.dim(-1) && ConvRule.spatial(conv.window()) && !spreads) {
            dev.posthorn.kernel.Window window = ConvRule.window(conv.window(), x);
            DepthwiseFilterGradient kernel = new DepthwiseFilterGradient(Simd.best(), window, x.dim(0), x.dim(-1));
            Slot part = room.temporary(TensorType.f32(kernel.room()));
            return new Filter(
                    kernel::run, "depthwise " + label, room.slot(node.input(0)), room.slot(node.input(1)), y, part);
        }
        if (conv.groups() == 1 && ConvRule.spatial(conv.window()) && !spreads) {
            dev.posthorn.kernel.Window window = ConvRule.window(conv.window(), x);
            if (WinogradFilterGradient.wins(Simd.best(), window, x.dim(0), x.dim(-1), dy.dim(-1))) {
                WinogradFilterGradient kernel =
                        new WinogradFilterGradient(Simd.best(), window, x.dim(0), x.dim(-1), dy.dim(-1));
                Slot part = room.temporary(TensorType.f32(kernel.room()));
                return new Filter(
                        kernel::run,
                        label + " by Winograd",
                        room.slot(node.input(0)),
                        room.slot(node.input(1)),
                        y,
                        part);
            }
        }
        Grid grid = ConvRule.grid(conv.window(), conv.inputDilations(), x, dy);
        FilterGradient kernel = new FilterGradient(Simd.best(), grid, x.dim(0), x.dim(-1), dy.dim(-1), conv.groups());
        return filter(kernel, label, room.slot(node.input(0)), room.slot(node.input(1)), y, room);
    }

    private static Step filter(FilterGradient kernel, String label, Slot x, Slot dy, Slot dw, Room room) {
        Slot part = kernel.room() == 0 ? null : room.temporary(TensorType.f32(kernel.room()));
        return new Filter(kernel::run, label, x, dy, dw, part);
    }

    /** y[m×n] = aᵀ · b, of a[k×m] and b[k×n]: the gradient of a convolution of one tap over k places. */
    static Step columns(int m, int n, int k, Slot a, Slot b, Slot y, Room room) {
        int[] one = {1};
        Grid grid = new Grid(new int[] {k}, new int[] {k}, one, one, one, new int[] {0}, one);
        FilterGradient kernel = new FilterGradient(Simd.best(), grid, 1, m, n, 1);
        return filter(kernel, "matmul of columns " + m + "×" + n + "×" + k, a, b, y, room);
    }

    private record Scattered(dev.posthorn.kernel.ScatterAdd kernel, int n, String label, Slot indices, Slot u, Slot y)
            implements Step {
        @Override
        public void run(Frame f) {
            int wrong = kernel.run(
                    f.workers(),
                    f.scratch(),
                    f.array(indices),
                    f.at(indices),
                    f.floats(u),
                    f.at(u),
                    f.floats(y),
                    f.at(y));
            if (wrong >= 0) {
                long was = f.tensor(indices).getLong(wrong);
                throw new ShapeException(
                        "ScatterAdd: expected indices in [0, " + n + ") but was " + was + " (element " + wrong + ")");
            }
        }
    }

    /** What computes dw of x and dy, with working memory. */
    private interface FilterKernel {
        void run(
                Workers workers,
                Scratch scratch,
                float[] x,
                int xo,
                float[] dy,
                int dyo,
                float[] dw,
                int wo,
                float[] part,
                int po);
    }

    private record Filter(FilterKernel kernel, String label, Slot x, Slot dy, Slot dw, Slot part) implements Step {
        @Override
        public void run(Frame f) {
            kernel.run(
                    f.workers(),
                    f.scratch(),
                    f.floats(x),
                    f.at(x),
                    f.floats(dy),
                    f.at(dy),
                    f.floats(dw),
                    f.at(dw),
                    part == null ? null : f.floats(part),
                    part == null ? 0 : f.at(part));
        }
    }

    private record Pooled(PoolGradient kernel, String label, int batch, Slot x, Slot dy, Slot dx) implements Step {
        @Override
        public void run(Frame f) {
            kernel.run(
                    f.workers(),
                    f.scratch(),
                    batch,
                    x == null ? null : f.floats(x),
                    x == null ? 0 : f.at(x),
                    f.floats(dy),
                    f.at(dy),
                    f.floats(dx),
                    f.at(dx));
        }
    }
}
