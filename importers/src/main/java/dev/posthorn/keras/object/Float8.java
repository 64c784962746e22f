package dev.posthorn.keras.object;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.SearchSorted;
import dev.posthorn.ir.op.Unary;

/** Numbers of float8_e4m3fn: 4 bits of significand, at least 2⁻⁹ apart, at most 448. */
final class Float8 {
    private Float8() {}

    /** x rounded to what float8_e4m3fn holds, under a scale. */
    static Value rounded(Builder b, Value x, Value scale) {
        Value y = b.over(x, scale);
        y = b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, y, -448), 448);
        double[] borders = new double[14];
        double[] steps = new double[15];
        for (int i = 0; i < 15; i++) {
            steps[i] = Math.scalb(1.0, i - 9);
            if (i < 14) {
                borders[i] = Math.scalb(1.0, i - 5);
            }
        }
        Value ascending = b.constant(Tensor.of(Shape.of(14), borders).cast(x.dtype()));
        Value place = b.add(new SearchSorted(true, DType.INT32), ascending, b.unary(Unary.Fn.ABS, y));
        Value step = b.gather(b.constant(Tensor.of(Shape.of(15), steps).cast(x.dtype())), place, 0);
        return b.times(b.times(b.unary(Unary.Fn.ROUND, b.over(y, step)), step), scale);
    }
}
