package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Elements added around x: {@code low[a]} before and {@code high[a]} after axis a. CONSTANT takes the scalar operand
 * {@code value}; REFLECT mirrors without, SYMMETRIC with the border element. Source: TF PadV2, MirrorPad.
 */
public record Pad(Mode mode, List<Integer> low, List<Integer> high) implements Op.Single {
    /** Where the added elements come from. */
    public enum Mode {
        CONSTANT,
        REFLECT,
        SYMMETRIC
    }

    public Pad {
        low = List.copyOf(low);
        high = List.copyOf(high);
    }

    @Override
    public TensorType type(Operands in) {
        in.count(2).sameDType();
        Shape x = in.shape(0);
        if (!Shape.SCALAR.accepts(in.shape(1)) && in.shape(1).isRanked()) {
            throw new ShapeException("expected a scalar to pad with but was " + in.type(1));
        }
        if (x.rank() != low.size() || x.rank() != high.size()) {
            throw new ShapeException("expected paddings for each axis of " + x + " but was " + low + " and " + high);
        }
        int[] y = x.dims();
        for (int a = 0; a < y.length; a++) {
            int most = mode == Mode.CONSTANT ? Integer.MAX_VALUE : y[a] - (mode == Mode.REFLECT ? 1 : 0);
            if (low.get(a) < 0
                    || high.get(a) < 0
                    || y[a] != Shape.UNKNOWN && Math.max(low.get(a), high.get(a)) > most) {
                throw new ShapeException("expected paddings that fit " + x + " but was " + low + " and " + high);
            }
            y[a] = y[a] == Shape.UNKNOWN ? Shape.UNKNOWN : y[a] + low.get(a) + high.get(a);
        }
        return in.type(0).withShape(Shape.of(y));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        Tensor y = Tensor.zeros(out);
        int[] o = new int[out.shape().rank()];
        for (int i = 0, n = y.size(); i < n; i++) {
            Conv.unravel(i, out.shape(), o);
            int at = 0;
            for (int a = 0; a < o.length && at >= 0; a++) {
                int d = x.shape().dim(a);
                int p = o[a] - low.get(a);
                if (mode != Mode.CONSTANT && d > 0) {
                    int edge = mode == Mode.REFLECT ? 0 : 1;
                    p = p < 0 ? -p - edge : p >= d ? 2 * d - 2 - p + edge : p;
                }
                at = p >= 0 && p < d ? at * d + p : -1;
            }
            Copy.element(at < 0 ? in.get(1) : x, Math.max(at, 0), y, i);
        }
        return y;
    }

    /** Mirrored elements flow back to where they came from, axis by axis; what lies around a constant, to that constant. */
    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        g.to(0, () -> mode == Mode.CONSTANT ? inner(b, g.dy()) : folded(b, g.dy(), g.in(0)));
        int[] all = IntStream.range(0, low.size()).toArray();
        g.to(
                1,
                () -> mode == Mode.CONSTANT
                        ? b.minus(
                                b.reduce(Reduce.Fn.SUM, g.dy(), false, all),
                                b.reduce(Reduce.Fn.SUM, inner(b, g.dy()), false, all))
                        : b.constant(g.dy().dtype(), 0));
    }

    private Value inner(Builder b, Value dy) {
        List<Integer> ends = high.stream().map(h -> h == 0 ? Slice.END : -h).toList();
        return b.add(new Slice(low, ends, Collections.nCopies(low.size(), 1)), dy);
    }

    private Value folded(Builder b, Value dy, Value in) {
        Value d = dy;
        Shape x = in.shape();
        int edge = mode == Mode.REFLECT ? 1 : 0;
        for (int a = 0; a < low.size(); a++) {
            int before = low.get(a);
            int after = high.get(a);
            if (before + after == 0) {
                continue;
            }
            int n = x.dim(a);
            if (n == Shape.UNKNOWN) {
                d = scattered(b, d, in, a);
                continue;
            }
            Value left = b.reverse(b.slice(d, a, 0, before), a);
            Value right = b.reverse(b.slice(d, a, before + n, before + n + after), a);
            d = b.plus(
                    b.slice(d, a, before, before + n),
                    b.plus(placed(b, left, a, edge, n), placed(b, right, a, n - after - edge, n)));
        }
        return d;
    }

    /** dy added up where it came from, on an axis whose length is only known when the graph runs. */
    private Value scattered(Builder b, Value dy, Value in, int axis) {
        Pad along = new Pad(mode, List.of(low.get(axis)), List.of(high.get(axis)));
        Dim[] dims = b.dims(dy);
        dims[axis] = b.dim(in, axis);
        Value places = b.add(along, b.add(new Iota(DType.INT32), dims[axis].value()), b.constant(DType.INT32, 0));
        return b.add(new ScatterAdd(axis), places, dy, b.shape(dims));
    }

    /** x at place {@code at} of an axis of n elements, zeros around it. */
    private static Value placed(Builder b, Value x, int axis, int at, int n) {
        List<Integer> low = new ArrayList<>(Collections.nCopies(x.shape().rank(), 0));
        List<Integer> high = new ArrayList<>(low);
        low.set(axis, at);
        high.set(axis, n - at - x.shape().dim(axis));
        return b.add(new Pad(Mode.CONSTANT, low, high), x, b.constant(x.dtype(), 0));
    }
}
