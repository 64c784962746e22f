package dev.posthorn.keras.object;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import java.util.Optional;
import java.util.stream.IntStream;

/** Mean and variance of a batch along one axis, {@code [n]} each, in float32 at least. */
public record Moments(Value mean, Value variance) {
    /** Over all elements, or over those where the mask, which has one axis less, is true. Source: keras.ops.moments. */
    public static Moments of(Builder b, Value input, int axis, Optional<Value> mask) {
        Value x = input.dtype() == DType.FLOAT64 ? input : b.cast(input, DType.FLOAT32);
        int[] others =
                IntStream.range(0, x.shape().rank()).filter(a -> a != axis).toArray();
        if (mask.isEmpty()) {
            Value mean = b.reduce(Reduce.Fn.MEAN, x, true, others);
            Value variance = b.reduce(Reduce.Fn.MEAN, b.unary(Unary.Fn.SQUARE, b.minus(x, mean)), false, others);
            return new Moments(b.reshape(mean, -1), variance);
        }
        Value keep = b.broadcastTo(b.expandDims(b.cast(mask.get(), DType.BOOL), -1), b.dims(x));
        Value zero = b.constant(x.dtype(), 0);
        Value count = b.binary(Binary.Fn.ADD, b.reduce(Reduce.Fn.SUM, b.cast(keep, x.dtype()), true, others), 1e-7);
        Value mean = b.over(b.reduce(Reduce.Fn.SUM, b.select(keep, x, zero), true, others), count);
        Value square = b.unary(Unary.Fn.SQUARE, b.select(keep, b.minus(x, mean), zero));
        Value variance = b.over(b.reduce(Reduce.Fn.SUM, square, true, others), count);
        return new Moments(b.reshape(mean, -1), b.reshape(variance, -1));
    }
}
