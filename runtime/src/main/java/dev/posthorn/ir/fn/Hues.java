package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import java.util.List;

/** Colours of images whose channels are last. Source: tensorflow/core/kernels/image/colorspace_op.h. */
public final class Hues {
    private Hues() {}

    /** How bright each pixel is, in one channel. */
    public static Value gray(Builder b, Value x) {
        if (x.shape().dim(-1) == 1) {
            return x;
        }
        Value floating = x.dtype().isFloating() ? x : b.cast(x, DType.FLOAT32);
        Value weights = b.cast(b.constant(Tensor.of(Shape.of(3), 0.2989f, 0.587f, 0.114f)), floating.dtype());
        return b.cast(b.reduce(Reduce.Fn.SUM, b.times(floating, weights), true, -1), x.dtype());
    }

    /** Red, green, blue as hue, saturation, value. */
    public static Value toHsv(Builder b, Value x) {
        List<Value> rgb = b.split(x, -1, 1, 1, 1);
        Value r = rgb.get(0);
        Value g = rgb.get(1);
        Value blue = rgb.get(2);
        Value zero = b.constant(x.dtype(), 0);
        Value v = b.reduce(Reduce.Fn.MAX, x, true, -1);
        Value range = b.minus(v, b.reduce(Reduce.Fn.MIN, x, true, -1));
        Value s = DivideNoNan.of(b, range, v);
        Value sixth = DivideNoNan.of(b, b.constant(x.dtype(), 1.0 / 6), range);
        Value atGreen = b.binary(Binary.Fn.ADD, b.times(sixth, b.minus(blue, r)), 2.0 / 6);
        Value atBlue = b.binary(Binary.Fn.ADD, b.times(sixth, b.minus(r, g)), 4.0 / 6);
        Value h = b.select(
                b.compare(Compare.Fn.EQ, r, v),
                b.times(sixth, b.minus(g, blue)),
                b.select(b.compare(Compare.Fn.EQ, g, v), atGreen, atBlue));
        h = b.select(b.compare(Compare.Fn.GT, range, zero), h, zero);
        h = b.select(b.compare(Compare.Fn.LT, h, zero), b.binary(Binary.Fn.ADD, h, 1), h);
        return b.concat(-1, List.of(h, s, v));
    }

    /** The other way round. */
    public static Value toRgb(Builder b, Value x) {
        List<Value> hsv = b.split(x, -1, 1, 1, 1);
        Value h = b.binary(Binary.Fn.MUL, hsv.get(0), 6);
        Value r = b.binary(Binary.Fn.SUB, distance(b, h, 3), 1);
        Value g = b.minus(b.constant(x.dtype(), 2), distance(b, h, 2));
        Value blue = b.minus(b.constant(x.dtype(), 2), distance(b, h, 4));
        Value hue = b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, b.concat(-1, List.of(r, g, blue)), 0), 1);
        Value white = b.minus(b.constant(x.dtype(), 1), hsv.get(1));
        return b.times(b.plus(white, b.times(hsv.get(1), hue)), hsv.get(2));
    }

    private static Value distance(Builder b, Value x, double from) {
        return b.unary(Unary.Fn.ABS, b.binary(Binary.Fn.SUB, x, from));
    }
}
