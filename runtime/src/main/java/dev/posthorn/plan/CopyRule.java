package dev.posthorn.plan;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.BroadcastTo;
import dev.posthorn.ir.op.Concat;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.Reverse;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.ir.op.Transpose;
import dev.posthorn.kernel.StridedCopy;
import java.util.ArrayList;
import java.util.List;

/** The ops that only move elements, of every type of fixed size: each is one or more strided copies. */
final class CopyRule implements StepRule {
    @Override
    public boolean takes(Op op, List<Value> in) {
        boolean moves = op instanceof BroadcastTo && in.get(1).node().op() instanceof Constant
                || op instanceof Concat
                || op instanceof Reverse
                || op instanceof Slice
                || op instanceof Transpose
                || op instanceof Pad p && p.mode() == Pad.Mode.CONSTANT;
        return moves
                && in.stream()
                        .allMatch(v -> v.shape().isKnown()
                                && v.dtype().bytes() > 0
                                && v.dtype().kind() != DType.Kind.COMPLEX);
    }

    @Override
    public Step compile(Node node, Room room) {
        List<Part> parts = new ArrayList<>();
        Slot fill = null;
        Slot y = room.slot(node.output());
        Shape shape = node.output().shape();
        int[] out = strides(shape);
        if (node.op() instanceof Concat c) {
            int at = 0;
            for (Value v : node.inputs()) {
                parts.add(new Part(
                        room.slot(v),
                        0,
                        at * out[c.axis()],
                        new StridedCopy(v.shape().dims(), strides(v.shape()), out)));
                at += v.shape().dim(c.axis());
            }
        } else if (node.op() instanceof Pad p) {
            Shape x = node.input(0).shape();
            int start = 0;
            for (int a = 0; a < out.length; a++) {
                start += p.low().get(a) * out[a];
            }
            fill = room.slot(node.input(1));
            parts.add(new Part(room.slot(node.input(0)), 0, start, new StridedCopy(x.dims(), strides(x), out)));
        } else {
            int[] step = new int[out.length];
            int start = walk(node.op(), node.input(0).shape(), shape, step);
            parts.add(new Part(room.slot(node.input(0)), start, 0, new StridedCopy(shape.dims(), step, out)));
        }
        return new Copies(parts, fill, y, node.op().name());
    }

    /** The steps with which the operand is walked in the order of the result; returns where the walk starts. */
    private static int walk(Op op, Shape x, Shape y, int[] step) {
        int[] own = strides(x);
        int start = 0;
        for (int a = 0; a < step.length; a++) {
            if (op instanceof Transpose t) {
                step[a] = own[t.perm().get(a)];
            } else if (op instanceof BroadcastTo) {
                int axis = a - (y.rank() - x.rank());
                step[a] = axis < 0 || x.dim(axis) == 1 ? 0 : own[axis];
            } else if (op instanceof Slice s) {
                start += s.start(a, x.dim(a)) * own[a];
                step[a] = own[a] * s.strides().get(a);
            } else {
                boolean reversed = ((Reverse) op).axes().contains(a);
                start += reversed ? (x.dim(a) - 1) * own[a] : 0;
                step[a] = reversed ? -own[a] : own[a];
            }
        }
        return start;
    }

    static int[] strides(Shape s) {
        int[] strides = new int[s.rank()];
        int n = 1;
        for (int a = s.rank() - 1; a >= 0; a--) {
            strides[a] = n;
            n *= s.dim(a);
        }
        return strides;
    }

    private record Part(Slot x, int from, int to, StridedCopy copy) {}

    private record Copies(List<Part> parts, Slot fill, Slot y, String label) implements Step {
        @Override
        public void run(Frame f) {
            if (fill != null) {
                fill(f);
            }
            for (int i = 0; i < parts.size(); i++) {
                Part p = parts.get(i);
                p.copy.run(f.workers(), f.scratch(), f.array(p.x), f.at(p.x) + p.from, f.array(y), f.at(y) + p.to);
            }
        }

        /** Spreads the first element over the whole result by doubling. */
        private void fill(Frame f) {
            int n = y.type().shape().size();
            if (n == 0) {
                return;
            }
            Object to = f.array(y);
            int at = f.at(y);
            System.arraycopy(f.array(fill), f.at(fill), to, at, 1);
            for (int done = 1; done < n; done *= 2) {
                System.arraycopy(to, at, to, at + done, Math.min(done, n - done));
            }
        }
    }
}
