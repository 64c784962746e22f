package dev.posthorn.plan;

import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Fused;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.Window;
import dev.posthorn.kernel.Conv2d;
import dev.posthorn.kernel.ConvNd;
import dev.posthorn.kernel.DepthwiseConv2d;
import dev.posthorn.kernel.Epilogue;
import dev.posthorn.kernel.Grid;
import dev.posthorn.kernel.PackedConv;
import dev.posthorn.kernel.Scratch;
import dev.posthorn.kernel.StridedCopy;
import dev.posthorn.kernel.Winograd;
import dev.posthorn.kernel.WinogradSpread;
import dev.posthorn.kernel.WinogradTile;
import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Convolutions in float32. Constant weights are packed once, others in each run. Those over one or two axes of elements
 * that lie side by side have kernels of their own; all others, the transposed ones among them, share one.
 */
final class ConvRule implements StepRule {
    @Override
    public boolean takes(Op op, List<Value> in) {
        Op root = op instanceof Fused f ? f.ops().get(0) : op;
        return root instanceof Conv c && c.window().rank() > 0 && StepRule.float32(in);
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

    /** The kernels' grid of a window over the spatial axes of x. */
    static Grid grid(Window w, List<Integer> spread, Shape x, Shape y) {
        int rank = w.rank();
        return new Grid(
                Arrays.copyOfRange(x.dims(), 1, rank + 1),
                Arrays.copyOfRange(y.dims(), 1, rank + 1),
                ints(w.size()),
                ints(w.strides()),
                ints(w.dilations()),
                ints(w.low()),
                ints(spread));
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(i -> i).toArray();
    }

    /** What every kind of step needs. */
    private record Parts(
            Conv op,
            Shape xShape,
            Slot x,
            Slot w,
            float[] weights,
            Epilogued.Following after,
            Slot residual,
            Slot y,
            String size) {
        int batch() {
            return xShape.dim(0);
        }

        /** For steps that have the weights in an order of their own. */
        Parts packed() {
            return new Parts(op, xShape, x, w, null, after, residual, y, size);
        }
    }

    @Override
    public Step compile(Node node, Room room) {
        Epilogued e = Epilogued.of(node.op(), node.inputs());
        Conv op = (Conv) e.root();
        Shape x = e.x().shape();
        int cin = x.dim(-1);
        int cout = node.output().shape().dim(-1);
        Epilogued.Following after = e.following(room);
        Slot residual = e.residual().map(room::slot).orElse(null);
        Optional<Tensor> constant = room.constant(e.w());
        String size = op.window().size() + " " + cin + "→" + cout + Epilogued.label(after, residual);
        Parts p = new Parts(
                op,
                x,
                room.slot(e.x()),
                constant.isPresent() ? null : room.slot(e.w()),
                constant.map(Tensor::floats).orElse(null),
                after,
                residual,
                room.slot(node.output()),
                size);
        boolean depthwise = op.groups() == cin && op.groups() > 1;
        boolean spreads = op.inputDilations().stream().anyMatch(d -> d != 1);
        if (spatial(op.window()) && depthwise) {
            return spreads ? spread(p, cout, room) : depthwise(p, p.xShape, null, null, cout);
        }
        return spatial(op.window()) && !spreads
                ? dense(p, cin, cout, room)
                : general(p, node.output().shape(), room);
    }

    private static Step depthwise(Parts p, Shape x, StridedCopy spread, Slot wide, int cout) {
        int cin = x.dim(-1);
        DepthwiseConv2d kernel = new DepthwiseConv2d(
                Simd.best(), window(p.op.window(), x), cin, cout / cin, p.weights, 0, p.after.fixed());
        return new Depthwise(kernel, p, spread, wide);
    }

    /** Elements that lie apart are first laid so, with zeros between them. */
    private static Step spread(Parts p, int cout, Room room) {
        int[] dims = p.xShape.dims();
        int[] wide = dims.clone();
        for (int a = 1; a < dims.length - 1; a++) {
            wide[a] = dims[a] == 0 ? 0 : (dims[a] - 1) * p.op.inputDilations().get(a - 1) + 1;
        }
        int[] step = CopyRule.strides(Shape.of(wide));
        for (int a = 1; a < dims.length - 1; a++) {
            step[a] *= p.op.inputDilations().get(a - 1);
        }
        StridedCopy copy = new StridedCopy(dims, CopyRule.strides(p.xShape), step);
        return depthwise(p, Shape.of(wide), copy, room.temporary(TensorType.f32(wide)), cout);
    }

    private static Step dense(Parts p, int cin, int cout, Room room) {
        dev.posthorn.kernel.Window window = window(p.op.window(), p.xShape);
        PackedConv kernel = kernel(p, window, cin, cout, room);
        Slot packed = p.w == null ? null : room.temporary(TensorType.f32(kernel.packedSize()));
        return new Dense(kernel, kernel instanceof Conv2d ? "conv " : "conv by " + kernel + " ", p.packed(), packed);
    }

    private static PackedConv kernel(Parts p, dev.posthorn.kernel.Window window, int cin, int cout, Room room) {
        Simd simd = Simd.best();
        Epilogue after = p.after.fixed();
        if (p.op.groups() == 1 && WinogradSpread.wins(simd, window, p.batch(), cin, cout)) {
            return new WinogradSpread(simd, window, cin, cout, p.weights, 0, after);
        }
        int outputs =
                p.w == null ? room.winograd() : WinogradTile.SMALLEST; // large tiles' weights take long to transform
        if (p.op.groups() == 1) {
            Optional<WinogradTile> tile = WinogradTile.best(outputs, window, p.batch(), cin, cout);
            if (tile.isPresent()) {
                return new Winograd(tile.get(), simd, window, cin, cout, p.weights, 0, after);
            }
        }
        return new Conv2d(simd, window, cin, cout, p.op.groups(), p.weights, 0, after);
    }

    private static Step general(Parts p, Shape y, Room room) {
        Grid grid = grid(p.op.window(), p.op.inputDilations(), p.xShape, y);
        ConvNd kernel = new ConvNd(Simd.best(), grid, p.xShape.dim(-1), y.dim(-1), p.op.groups(), p.after.fixed());
        if (p.w != null) {
            return new General(kernel, p.packed(), room.temporary(TensorType.f32(kernel.packedSize())));
        }
        float[] packed = new float[kernel.packedSize()];
        kernel.pack(p.weights, 0, packed, 0);
        return new General(kernel, p.packed(), room.constantSlot(Tensor.of(Shape.of(packed.length), packed)));
    }

    private record Dense(PackedConv kernel, String name, Parts p, Slot packed) implements Step {
        @Override
        public void run(Frame f) {
            float[] residual = p.residual == null ? null : f.floats(p.residual);
            int ro = p.residual == null ? 0 : f.at(p.residual);
            Scratch s = f.scratch();
            kernel.run(
                    f.workers(),
                    s,
                    packed == null
                            ? kernel.weights()
                            : kernel.pack(f.workers(), s, f.floats(p.w), f.at(p.w), f.floats(packed), f.at(packed)),
                    p.after.in(f),
                    p.batch(),
                    f.floats(p.x),
                    f.at(p.x),
                    f.floats(p.y),
                    f.at(p.y),
                    residual,
                    ro);
        }

        @Override
        public String label() {
            return name + p.size + (packed == null ? "" : ", packs");
        }
    }

    private record General(ConvNd kernel, Parts p, Slot packed) implements Step {
        @Override
        public void run(Frame f) {
            if (p.w != null) {
                kernel.pack(f.floats(p.w), f.at(p.w), f.floats(packed), f.at(packed));
            }
            kernel.run(
                    f.workers(),
                    f.scratch(),
                    p.after.in(f),
                    p.batch(),
                    f.floats(p.x),
                    f.at(p.x),
                    f.floats(packed),
                    f.at(packed),
                    f.floats(p.y),
                    f.at(p.y),
                    p.residual == null ? null : f.floats(p.residual),
                    p.residual == null ? 0 : f.at(p.residual));
        }

        @Override
        public String label() {
            return "conv by gathering " + p.size;
        }
    }

    private record Depthwise(DepthwiseConv2d kernel, Parts p, StridedCopy spread, Slot wide) implements Step {
        @Override
        public void run(Frame f) {
            Slot x = p.x;
            if (spread != null) {
                x = wide;
                Arrays.fill(f.floats(x), f.at(x), f.at(x) + Planner.elements(x.type()), 0);
                spread.run(f.workers(), f.scratch(), f.floats(p.x), f.at(p.x), f.floats(x), f.at(x));
            }
            float[] residual = p.residual == null ? null : f.floats(p.residual);
            int ro = p.residual == null ? 0 : f.at(p.residual);
            kernel.run(
                    f.workers(),
                    f.scratch(),
                    p.w == null ? p.weights : f.floats(p.w),
                    p.w == null ? 0 : f.at(p.w),
                    p.after.in(f),
                    p.batch(),
                    f.floats(x),
                    f.at(x),
                    f.floats(p.y),
                    f.at(p.y),
                    residual,
                    ro);
        }

        @Override
        public String label() {
            return "depthwise conv " + p.size;
        }
    }
}
