package dev.posthorn.ir.op;

import dev.posthorn.ir.Shape;
import dev.posthorn.model.ShapeException;
import java.util.List;

/** Flat positions of elements, for the loops of the reference. */
public final class Index {
    private Index() {}

    /** The axis itself, which must be one of {@code s} counted from the start. */
    public static int axis(int axis, Shape s) {
        if (axis < 0 || axis >= s.rank()) {
            throw new ShapeException("expected an axis in [0, " + s.rank() + ") but was " + axis + " of " + s);
        }
        return axis;
    }

    /** Checks that these are axes of {@code s} counted from the start, in ascending order. */
    public static void ascending(List<Integer> axes, Shape s) {
        int before = -1;
        for (int a : axes) {
            if (a <= before || a >= s.rank()) {
                throw new ShapeException(
                        "expected ascending axes in [0, " + s.rank() + ") but was " + axes + " of " + s);
            }
            before = a;
        }
    }

    /** Row-major strides of a known shape. */
    public static int[] strides(Shape s) {
        int[] strides = new int[s.rank()];
        int n = 1;
        for (int i = s.rank() - 1; i >= 0; i--) {
            strides[i] = n;
            n *= s.dim(i);
        }
        return strides;
    }

    /** For every element of {@code out} in order, the position of its operand in a tensor of shape {@code s}. */
    public static int[] broadcast(Shape s, Shape out) {
        int[] own = strides(s);
        int[] step = new int[out.rank()];
        for (int a = 1; a <= s.rank(); a++) {
            step[out.rank() - a] = s.dim(-a) == 1 ? 0 : own[s.rank() - a];
        }
        return walk(out, step, 0);
    }

    /** The positions {@code start + Σ index[a]·step[a]} for every index of {@code out} in row-major order. */
    public static int[] walk(Shape out, int[] step, int start) {
        int[] at = new int[out.size()];
        int[] index = new int[out.rank()];
        int position = start;
        for (int i = 0; i < at.length; i++) {
            at[i] = position;
            for (int a = index.length - 1; a >= 0; a--) {
                position += step[a];
                if (++index[a] < out.dim(a)) {
                    break;
                }
                position -= step[a] * index[a];
                index[a] = 0;
            }
        }
        return at;
    }
}
