package dev.posthorn.ir.op;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
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
}
