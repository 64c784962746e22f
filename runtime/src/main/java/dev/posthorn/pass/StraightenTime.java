package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Gru;
import dev.posthorn.ir.fn.Lstm;
import dev.posthorn.ir.fn.SimpleRnn;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.Reverse;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.ir.op.Transpose;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A rule that takes away what stood around a loop over time and is not needed around a layer: two transpositions, as those of
 * time and batch before and after the loop, are one or none, also where steps are reversed between them; so are two reversals
 * and a change of shape that is taken back. What runs over reversed steps, its mask with them, runs backwards instead.
 */
final class StraightenTime {
    private static final Reverse TIME = new Reverse(List.of(1));

    private StraightenTime() {}

    /** The values instead of {@code op} applied to {@code in}; null where it stays. */
    static List<Value> rule(Builder b, Op op, List<Value> in) {
        if (in.isEmpty()) {
            return null;
        }
        Value x = in.get(0);
        if (op instanceof Transpose outer) {
            return transposed(b, outer, x);
        }
        if (op instanceof Reverse) {
            return op.equals(x.node().op()) ? List.of(x.node().input(0)) : null;
        }
        if (op instanceof Reshape) {
            return reshaped(x, new Reshape().type(new Operands(in)).shape(), b);
        }
        if (op instanceof Slice s) {
            return isAll(s, x) ? List.of(x) : null;
        }
        return backwards(b, op, in);
    }

    private static List<Value> transposed(Builder b, Transpose outer, Value x) {
        if (x.node().op() instanceof Transpose inner) {
            return List.of(transposed(b, outer, inner, x.node().input(0)));
        }
        if (x.node().op() instanceof Reverse r && x.node().input(0).node().op() instanceof Transpose inner) {
            List<Integer> axes = IntStream.range(0, outer.perm().size())
                    .filter(i -> r.axes().contains(outer.perm().get(i)))
                    .boxed()
                    .toList();
            Value of = x.node().input(0).node().input(0);
            return List.of(b.add(new Reverse(axes), transposed(b, outer, inner, of)));
        }
        return null;
    }

    private static Value transposed(Builder b, Transpose outer, Transpose inner, Value x) {
        return b.transpose(
                x, outer.perm().stream().mapToInt(a -> inner.perm().get(a)).toArray());
    }

    /** A shape that is taken back, also where steps are reversed between, as that of a mask with one more axis. */
    private static List<Value> reshaped(Value x, Shape to, Builder b) {
        if (isOf(x, to)) {
            return List.of(x);
        }
        if (x.node().op() instanceof Reshape && isOf(x.node().input(0), to)) {
            return List.of(x.node().input(0));
        }
        if (x.node().op() instanceof Reverse r && x.node().input(0).node().op() instanceof Reshape) {
            Value of = x.node().input(0).node().input(0);
            boolean sameAxes = isOf(of, to) && x.shape().isKnown() && x.shape().equals(to.insert(to.rank(), 1));
            return sameAxes && r.axes().stream().allMatch(a -> a < to.rank()) ? List.of(b.add(r, of)) : null;
        }
        return null;
    }

    private static boolean isOf(Value x, Shape shape) {
        return shape.isKnown() && x.shape().equals(shape);
    }

    /** Whether a slice takes all there is. */
    private static boolean isAll(Slice s, Value x) {
        return x.shape().isKnown()
                && IntStream.range(0, x.shape().rank())
                        .allMatch(a -> s.strides().get(a) == 1
                                && s.start(a, x.shape().dim(a)) == 0
                                && end(s.ends().get(a), x.shape().dim(a))
                                        >= x.shape().dim(a));
    }

    private static int end(int to, int n) {
        return to < 0 ? to + n : to;
    }

    private static List<Value> backwards(Builder b, Op op, List<Value> in) {
        boolean reversed = TIME.equals(in.get(0).node().op());
        Op backwards = reversed ? backwards(op) : null;
        int mask = isMasked(op) ? in.size() - 1 : -1;
        if (backwards == null || mask >= 0 && !TIME.equals(in.get(mask).node().op())) {
            return null;
        }
        List<Value> straight = new ArrayList<>(in);
        straight.set(0, in.get(0).node().input(0));
        if (mask >= 0) {
            straight.set(mask, in.get(mask).node().input(0));
        }
        List<Value> results = new ArrayList<>(b.addAll(backwards, straight));
        results.set(0, b.add(TIME, results.get(0)));
        return results;
    }

    /** The same layer from the last step to the first; null for any other op. */
    private static Op backwards(Op op) {
        if (op instanceof Lstm l) {
            return new Lstm(l.activation(), l.recurrentActivation(), !l.reverse(), l.masked(), l.zeroOutputForMask());
        }
        if (op instanceof Gru g) {
            return new Gru(
                    g.activation(),
                    g.recurrentActivation(),
                    g.resetAfter(),
                    !g.reverse(),
                    g.masked(),
                    g.zeroOutputForMask());
        }
        return op instanceof SimpleRnn s
                ? new SimpleRnn(s.activation(), !s.reverse(), s.masked(), s.zeroOutputForMask())
                : null;
    }

    private static boolean isMasked(Op op) {
        return op instanceof Lstm l && l.masked()
                || op instanceof Gru g && g.masked()
                || op instanceof SimpleRnn s && s.masked();
    }
}
