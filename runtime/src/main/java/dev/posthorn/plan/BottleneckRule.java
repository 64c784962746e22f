package dev.posthorn.plan;

import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Fused;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.Input;
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

/** What {@link FuseBottleneck} fused: several convolutions over an image that is passed over band by band. */
final class BottleneckRule implements StepRule {
    @Override
    public boolean takes(Op op, List<Value> in) {
        return op instanceof Fused f
                && f.ops().size() > 1
                && f.ops().stream().allMatch(BottleneckRule::isConv)
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
            if (!(n.op() instanceof Input)) {
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
        return new Bands(
                new Bottleneck(Simd.best(), window, channels, expand, depthwise, project),
                d.x().shape().dim(0),
                label.toString(),
                room.slot(node.input(0)),
                residual,
                room.slot(node.output()));
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

    private record Bands(Bottleneck kernel, int batch, String label, Slot x, Slot residual, Slot y) implements Step {
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
    }
}
