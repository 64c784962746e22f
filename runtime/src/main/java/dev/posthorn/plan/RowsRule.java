package dev.posthorn.plan;

import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.BatchNorm;
import dev.posthorn.ir.fn.LayerNorm;
import dev.posthorn.ir.fn.Softmax;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.kernel.Rows;
import dev.posthorn.kernel.simd.Simd;
import java.util.List;
import java.util.stream.IntStream;

/** Softmax and normalisations over the last axes of float32, with constant weights. */
final class RowsRule implements StepRule {
    @Override
    public boolean takes(Op op, List<Value> in) {
        if (!StepRule.float32(in) || in.get(0).shape().rank() == 0) {
            return false;
        }
        Shape x = in.get(0).shape();
        boolean constant = in.stream().skip(1).allMatch(v -> v.node().op() instanceof Constant);
        return op instanceof Softmax s && trailing(s.axes(), x)
                || op instanceof LayerNorm n && !n.rms() && trailing(n.axes(), x) && constant
                || op instanceof BatchNorm b && x.axis(b.axis()) == x.rank() - 1 && constant;
    }

    private static boolean trailing(List<Integer> axes, Shape x) {
        List<Integer> sorted = axes.stream().map(x::axis).sorted().toList();
        return IntStream.range(0, sorted.size()).allMatch(i -> sorted.get(i) == x.rank() - sorted.size() + i);
    }

    @Override
    public Step compile(Node node, Room room) {
        Shape x = node.input(0).shape();
        Slot from = room.slot(node.input(0));
        Slot to = room.slot(node.output());
        if (node.op() instanceof Softmax s) {
            int n = x.size(x.rank() - s.axes().size(), x.rank());
            return new Normalised("softmax", count(x, n), n, from, to, null, null, 0);
        }
        if (node.op() instanceof LayerNorm op) {
            int n = x.size(x.rank() - op.axes().size(), x.rank());
            float[] gamma =
                    op.scale() ? room.constant(node.input(1)).orElseThrow().floats() : null;
            float[] beta = op.center()
                    ? room.constant(node.inputs().get(node.inputs().size() - 1))
                            .orElseThrow()
                            .floats()
                    : null;
            return new Normalised("layer norm", count(x, n), n, from, to, gamma, beta, op.epsilon());
        }
        return batchNorm((BatchNorm) node.op(), node, room);
    }

    private static int count(Shape x, int n) {
        return n == 0 ? 0 : x.size() / n;
    }

    private static Step batchNorm(BatchNorm op, Node node, Room room) {
        float[][] w = new float[5][];
        for (int i = 1; i < 5; i++) {
            w[i] = room.constant(node.input(i)).orElseThrow().floats();
        }
        int n = w[1].length;
        float[] scale = new float[n];
        float[] shift = new float[n];
        for (int c = 0; c < n; c++) {
            double s = w[1][c] / Math.sqrt(w[4][c] + op.epsilon());
            scale[c] = (float) s;
            shift[c] = (float) (w[2][c] - w[3][c] * s);
        }
        Shape x = node.input(0).shape();
        return new Normalised(
                "batch norm", count(x, n), n, room.slot(node.input(0)), room.slot(node.output()), scale, shift, 0);
    }

    private record Normalised(
            String kind, int rows, int n, Slot x, Slot y, float[] scale, float[] shift, double epsilon)
            implements Step {
        @Override
        public void run(Frame f) {
            Simd simd = Simd.best();
            float[] from = f.floats(x);
            float[] to = f.floats(y);
            switch (kind) {
                case "softmax" -> Rows.softmax(f.workers(), f.scratch(), simd, from, f.at(x), to, f.at(y), rows, n);
                case "layer norm" ->
                    Rows.layerNorm(
                            f.workers(), f.scratch(), simd, epsilon, scale, shift, from, f.at(x), to, f.at(y), rows, n);
                default ->
                    Rows.scaleShift(f.workers(), f.scratch(), simd, scale, shift, from, f.at(x), to, f.at(y), rows, n);
            }
        }

        @Override
        public String label() {
            return kind + " " + rows + "×" + n;
        }
    }
}
