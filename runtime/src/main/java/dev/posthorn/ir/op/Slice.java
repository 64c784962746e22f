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

/**
 * Every {@code strides[a]}-th element from {@code starts[a]} (inclusive) to {@code ends[a]} (exclusive) of each axis.
 * Negative starts and ends count from the end of the axis; {@link #END} is the end itself; strides are positive.
 * Source: TF StridedSlice.
 */
public record Slice(List<Integer> starts, List<Integer> ends, List<Integer> strides) implements Op.Single {
    /** As an end: all the rest of the axis. */
    public static final int END = Integer.MAX_VALUE;

    public Slice {
        starts = List.copyOf(starts);
        ends = List.copyOf(ends);
        strides = List.copyOf(strides);
    }

    @Override
    public TensorType type(Operands in) {
        Shape x = in.count(1).shape(0);
        if (x.rank() != starts.size() || strides.stream().anyMatch(s -> s < 1)) {
            throw new ShapeException("expected a slice of " + x + " but was " + this);
        }
        int[] y = x.dims();
        for (int a = 0; a < y.length; a++) {
            y[a] = size(a, y[a]);
        }
        return in.type(0).withShape(Shape.of(y));
    }

    private int size(int axis, int n) {
        int from = starts.get(axis);
        int to = ends.get(axis);
        int stride = strides.get(axis);
        return n == Shape.UNKNOWN ? Shape.UNKNOWN : -Math.floorDiv(-Math.max(0, clamp(to, n) - clamp(from, n)), stride);
    }

    private static int clamp(int i, int n) {
        return Math.min(Math.max(i < 0 ? i + n : i, 0), n);
    }

    /** The first position taken on an axis of {@code n} elements. */
    public int start(int axis, int n) {
        return clamp(starts.get(axis), n);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Shape x = in.get(0).shape();
        int[] own = Index.strides(x);
        int[] step = new int[own.length];
        int start = 0;
        for (int a = 0; a < own.length; a++) {
            start += start(a, x.dim(a)) * own[a];
            step[a] = own[a] * strides.get(a);
        }
        return Copy.gather(in.get(0), out, Index.walk(out.shape(), step, start));
    }

    /** {@code dx} is dy at the places taken, zeros elsewhere. */
    @Override
    public void gradient(Adjoint g) {
        g.to(0, () -> placed(g.builder(), g.dy(), g.in(0)));
    }

    private Value placed(Builder b, Value dy, Value in) {
        Value d = dy;
        Shape x = in.shape();
        List<Integer> low = new ArrayList<>();
        List<Integer> high = new ArrayList<>();
        for (int a = 0; a < starts.size(); a++) {
            int n = x.dim(a);
            if (n == Shape.UNKNOWN) {
                boolean fits = starts.get(a) >= 0 && strides.get(a) == 1 && (ends.get(a) < 0 || ends.get(a) == END);
                if (!fits) {
                    d = scattered(b, d, in, a);
                }
                low.add(fits ? starts.get(a) : 0);
                high.add(!fits || ends.get(a) == END ? 0 : -ends.get(a));
                continue;
            }
            int m = d.shape().dim(a);
            int from = m == 0 ? 0 : start(a, n);
            d = strides.get(a) == 1 || m == 0 ? d : spread(b, d, a, Math.min(m * strides.get(a), n - from));
            low.add(from);
            high.add(n - from - d.shape().dim(a));
        }
        boolean whole = low.stream().allMatch(i -> i == 0) && high.stream().allMatch(i -> i == 0);
        return whole ? d : b.add(new Pad(Pad.Mode.CONSTANT, low, high), d, b.constant(d.dtype(), 0));
    }

    /** dy at the places taken of an axis whose length is only known when the graph runs. */
    private Value scattered(Builder b, Value dy, Value in, int axis) {
        Slice along = new Slice(List.of(starts.get(axis)), List.of(ends.get(axis)), List.of(strides.get(axis)));
        Dim[] dims = b.dims(dy);
        dims[axis] = b.dim(in, axis);
        Value places = b.add(along, b.add(new Iota(DType.INT32), dims[axis].value()));
        return b.add(new ScatterAdd(axis), places, dy, b.shape(dims));
    }

    /** The elements of an axis with {@code stride - 1} zeros after each, cut to {@code n}. */
    private Value spread(Builder b, Value x, int axis, int n) {
        int stride = strides.get(axis);
        Value column = b.expandDims(x, axis + 1);
        List<Integer> none = Collections.nCopies(column.shape().rank(), 0);
        List<Integer> after = new ArrayList<>(none);
        after.set(axis + 1, stride - 1);
        Value padded = b.add(new Pad(Pad.Mode.CONSTANT, none, after), column, b.constant(x.dtype(), 0));
        Dim[] dims = b.dims(x);
        dims[axis] = Dim.of(x.shape().dim(axis) * stride);
        return b.slice(b.reshape(padded, dims), axis, 0, n);
    }
}
