package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Iota;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Dimensions and places along axes as values, known or not. */
public final class Extents {
    private Extents() {}

    /** A dimension as an int32 scalar. */
    public static Value scalar(Builder b, Dim d) {
        return d.isKnown() ? b.constant(DType.INT32, d.known()) : d.value();
    }

    /** The product of dimensions. */
    public static Dim product(Builder b, Dim... dims) {
        Dim p = Dim.of(1);
        for (Dim d : dims) {
            p = p.isKnown() && d.isKnown()
                    ? Dim.of(Math.multiplyExact(p.known(), d.known()))
                    : new Dim(Shape.UNKNOWN, b.times(scalar(b, p), scalar(b, d)));
        }
        return p;
    }

    /** 0, 1, … along an axis of x, of length 1 along the others. */
    public static Value positions(Builder b, Value x, int axis) {
        int at = x.shape().axis(axis);
        Value iota = b.add(new Iota(DType.INT32), scalar(b, b.dim(x, at)));
        Dim[] dims = new Dim[x.shape().rank()];
        Arrays.fill(dims, Dim.of(1));
        dims[at] = b.dim(x, at);
        return b.reshape(iota, dims);
    }

    /** x with two of its axes exchanged. */
    public static Value swapAxes(Builder b, Value x, int axis1, int axis2) {
        int i = x.shape().axis(axis1);
        int j = x.shape().axis(axis2);
        return b.transpose(
                x,
                IntStream.range(0, x.shape().rank())
                        .map(k -> k == i ? j : k == j ? i : k)
                        .toArray());
    }
}
