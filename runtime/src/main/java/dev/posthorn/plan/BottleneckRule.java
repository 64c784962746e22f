package dev.posthorn.plan;

import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Fused;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.kernel.Bottleneck;
import dev.posthorn.kernel.DepthwiseConv2d;
import dev.posthorn.kernel.PackedB;
import dev.posthorn.kernel.Window;
import dev.posthorn.kernel.simd.Simd;
import dev.posthorn.pass.FuseBottleneck;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@link FuseBottleneck} fused: several convolutions over an image that is passed over band by band, or one, and a mean. */
final class BottleneckRule implements StepRule {
    @Override
    public boolean takes(Op op, List<Value> in) {
        return op instanceof Fused f
                && f.ops().size() > 1
                && isConv(f.ops().get(0))
                && f.ops().stream().allMatch(o -> isConv(o) || FuseBottleneck.isMean(o))
                && StepRule.float32(in);
    }

    private static boolean isConv(Op op) {
        return op instanceof Conv || op instanceof Fused f && f.ops().get(0) instanceof Conv;
    }

    @Override
    public Step compile(Node node, Room room) {
        Fused fused = (Fused) node.op();
        Map<Value, Value> outer = new HashMap<>();
        for (int i = 0; i < node.inputs().size(); i++) {
            outer.put(fused.body().inputs().get(i), node.input(i));
        }
        List<Epilogued> convs = new ArrayList<>();
        for (Node n : fused.body().nodes()) {
            if (isConv(n.op())) {
                convs.add(Epilogued.of(
                        n.op(),
                        n.inputs().stream().map(v -> outer.getOrDefault(v, v)).toList()));
            }
        }
        int middle = ((Conv) convs.get(0).root()).groups() > 1 ? 0 : 1;
        Epilogued last = convs.get(convs.size() - 1);
        Epilogued d = convs.get(middle);
        int channels = d.x().shape().dim(-1);
        Window window = ConvRule.window(((Conv) d.root()).window(), d.x().shape());
        DepthwiseConv2d depthwise = new DepthwiseConv2d(
                Simd.best(),
                window,
                channels,
                1,
                weights(d, room),
                0,
                d.following(room).fixed());
        Optional<Bottleneck.Pointwise> expand =
                middle == 0 ? Optional.empty() : Optional.of(pointwise(convs.get(0), room));
        Optional<Bottleneck.Pointwise> project = last == d ? Optional.empty() : Optional.of(pointwise(last, room));
        Slot residual = last.residual().map(room::slot).orElse(null);
        StringBuilder label = new StringBuilder("convs");
        for (Epilogued e : convs) {
            label.append(e == convs.get(0) ? " " : ", ")
                    .append(((Conv) e.root()).window().size())
                    .append(" →")
                    .append(e.w().shape().dim(-1))
                    .append(Epilogued.label(e.following(room), e == last ? residual : null));
        }
        int batch = d.x().shape().dim(0);
        List<Value> results = node.values();
        Optional<Slot> mean = results.size() > 1 ? Optional.of(room.slot(results.get(1))) : Optional.empty();
        return new Bands(
                new Bottleneck(Simd.best(), window, channels, expand, depthwise, project),
                convs.size() == 1,
                depthwise,
                batch,
                label + (mean.isPresent() ? ", mean" : ""),
                room.slot(node.input(0)),
                residual,
                room.slot(results.get(0)),
                mean.orElse(null),
                mean.isPresent()
                        ? room.temporary(TensorType.f32(
                                Math.multiplyExact(batch, depthwise.means().room())))
                        : null);
    }

    private static float[] weights(Epilogued e, Room room) {
        return room.constant(e.w()).orElseThrow().floats();
    }

    private static Bottleneck.Pointwise pointwise(Epilogued e, Room room) {
        int k = e.w().shape().dim(-2);
        int n = e.w().shape().dim(-1);
        return new Bottleneck.Pointwise(
                PackedB.of(Simd.best(), k, n, weights(e, room), 0, n),
                e.following(room).fixed());
    }

    private record Bands(
            Bottleneck kernel,
            boolean single,
            DepthwiseConv2d depthwise,
            int batch,
            String label,
            Slot x,
            Slot residual,
            Slot y,
            Slot mean,
            Slot part)
            implements Step {
        @Override
        public void run(Frame f) {
            float[] add = residual == null ? null : f.floats(residual);
            int ro = residual == null ? 0 : f.at(residual);
            float[] sums = part == null ? null : f.floats(part);
            int so = part == null ? 0 : f.at(part);
            float[] in = f.floats(x);
            float[] out = f.floats(y);
            if (single) {
                depthwise.run(
                        f.workers(),
                        f.scratch(),
                        depthwise.weights(),
                        0,
                        depthwise.epilogue(),
                        batch,
                        in,
                        f.at(x),
                        out,
                        f.at(y),
                        add,
                        ro,
                        sums,
                        so);
            } else {
                kernel.run(f.workers(), f.scratch(), batch, in, f.at(x), out, f.at(y), add, ro, sums, so);
            }
            if (mean != null) {
                depthwise.means().finish(batch, sums, so, f.floats(mean), f.at(mean));
            }
        }
    }
}
