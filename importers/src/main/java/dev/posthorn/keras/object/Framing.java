package dev.posthorn.keras.object;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;

/**
 * Images {@code [batch×h×w×channels]} brought to the proportions of {@code height×width}. All is computed in the graph
 * from the dimensions, which fold where they are known. Source: keras.ops.image.resize on TensorFlow.
 */
public final class Framing {
    private Framing() {}

    /** The largest part in the middle that has the proportions. */
    public static Value cropped(Builder b, Value x, int height, int width) {
        Value h = size(b, x, 1);
        Value w = size(b, x, 2);
        return middle(
                b,
                middle(b, x, 1, least(b, h, scaled(b, w, height, width))),
                2,
                least(b, w, scaled(b, h, width, height)));
    }

    /** {@code n} elements from the middle of an axis. */
    public static Value middle(Builder b, Value x, int axis, Value n) {
        Value start = half(b, b.minus(size(b, x, axis), n));
        return b.gather(x, b.plus(b.add(new Iota(DType.INT32), n), start), axis);
    }

    /** With as much of {@code fill} on both sides of one axis as makes the proportions. */
    public static Value padded(Builder b, Value x, int height, int width, double fill) {
        Value h = size(b, x, 1);
        Value w = size(b, x, 2);
        Value top = half(b, b.minus(b.binary(Binary.Fn.MAX, h, scaled(b, w, height, width)), h));
        Value left = half(b, b.minus(b.binary(Binary.Fn.MAX, w, scaled(b, h, width, height)), w));
        return padded(b, padded(b, x, 1, top, fill), 2, left, fill);
    }

    private static Value padded(Builder b, Value x, int axis, Value sides, double fill) {
        Value n = size(b, x, axis);
        Value total = b.plus(n, b.plus(sides, sides));
        Value at = b.minus(b.add(new Iota(DType.INT32), total), sides);
        Value last = b.binary(Binary.Fn.SUB, n, 1);
        Value inside = b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, at, 0), last);
        Value own = b.compare(Compare.Fn.EQ, at, inside);
        for (int a = x.shape().rank() - 1; a > axis; a--) {
            own = b.expandDims(own, -1);
        }
        return b.select(own, b.gather(x, inside, axis), b.constant(x.dtype(), fill));
    }

    /** A dimension as an int32 scalar. */
    public static Value size(Builder b, Value x, int axis) {
        Dim d = b.dim(x, axis);
        return d.isKnown() ? b.constant(DType.INT32, d.known()) : d.value();
    }

    /** {@code ⌊n · to / from⌋}, divided in float32. */
    private static Value scaled(Builder b, Value n, int to, int from) {
        Value product = b.cast(b.binary(Binary.Fn.MUL, n, to), DType.FLOAT32);
        return b.cast(b.binary(Binary.Fn.DIV, product, from), DType.INT32);
    }

    private static Value least(Builder b, Value n, Value scaled) {
        return b.binary(Binary.Fn.MAX, b.binary(Binary.Fn.MIN, n, scaled), 1);
    }

    private static Value half(Builder b, Value n) {
        return b.binary(Binary.Fn.DIV, n, 2);
    }
}
