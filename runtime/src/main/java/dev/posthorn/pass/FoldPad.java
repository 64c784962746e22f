package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.ClippedRelu;
import dev.posthorn.ir.fn.Relu6;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.ConvFilterGradient;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.Pool;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.ir.op.Window;
import java.util.ArrayList;
import java.util.List;

/**
 * Zeros put around what a window then passes over become the padding of the window: of convolutions, of their gradients by
 * weights, and of maxima over what is never negative, whose padding never counts.
 */
public final class FoldPad {
    private FoldPad() {}

    public static Graph apply(Graph g) {
        return Rewriter.apply(g, FoldPad::fold);
    }

    private static List<Value> fold(Builder b, Op op, List<Value> in) {
        if (in.isEmpty() || !isZeros(in.get(0).node())) {
            return null;
        }
        Node pad = in.get(0).node();
        Op wider = null;
        if (op instanceof Conv c) {
            wider = padded(c, (Pad) pad.op());
        } else if (op instanceof ConvFilterGradient g && padded(g.conv(), (Pad) pad.op()) != null) {
            wider = new ConvFilterGradient(padded(g.conv(), (Pad) pad.op()));
        } else if (op instanceof Pool p && isMaximum(p, pad)) {
            wider = new Pool(p.fn(), padded(p.window(), (Pad) pad.op()));
        }
        if (wider == null) {
            return null;
        }
        List<Value> operands = new ArrayList<>(in);
        operands.set(0, pad.input(0));
        return b.addAll(wider, operands);
    }

    /** Whether a node puts zeros around spatial axes. */
    private static boolean isZeros(Node n) {
        return n.op() instanceof Pad p
                && p.mode() == Pad.Mode.CONSTANT
                && n.input(1).node().op() instanceof Constant c
                && c.value().dtype().isFloating()
                && c.value().getDouble(0) == 0
                && p.low().size() > 2
                && isNone(p, 0)
                && isNone(p, p.low().size() - 1);
    }

    private static boolean isNone(Pad p, int axis) {
        return p.low().get(axis) == 0 && p.high().get(axis) == 0;
    }

    private static Conv padded(Conv c, Pad p) {
        boolean spreads = c.window().open() || c.inputDilations().stream().anyMatch(d -> d != 1);
        return spreads ? null : new Conv(padded(c.window(), p), c.inputDilations(), c.groups());
    }

    private static Window padded(Window w, Pad p) {
        List<Integer> low = new ArrayList<>();
        List<Integer> high = new ArrayList<>();
        for (int a = 0; a < w.rank(); a++) {
            low.add(w.low().get(a) + p.low().get(a + 1));
            high.add(w.high().get(a) + p.high().get(a + 1));
        }
        return new Window(w.size(), w.strides(), w.dilations(), low, high);
    }

    /** Whether a pool over these zeros gives the largest element under each window, and there always is one. */
    private static boolean isMaximum(Pool p, Node pad) {
        Op before = pad.input(0).node().op();
        boolean positive = !p.window().open()
                && (before.equals(new Unary(Unary.Fn.RELU))
                        || before instanceof Relu6
                        || before instanceof ClippedRelu r && r.negativeSlope() == 0 && r.threshold() >= 0);
        Window wider = padded(p.window(), (Pad) pad.op());
        for (int a = 0; a < wider.rank(); a++) {
            boolean reaches = wider.dilations().get(a) == 1
                    && p.window().low().get(a) >= 0
                    && p.window().high().get(a) >= 0
                    && wider.low().get(a) < wider.size().get(a)
                    && wider.high().get(a) < wider.size().get(a)
                    && pad.input(0).shape().dim(a + 1) > 0;
            positive &= reaches;
        }
        return positive && p.fn() == Pool.Fn.MAX;
    }
}
