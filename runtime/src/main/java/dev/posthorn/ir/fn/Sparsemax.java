package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.CumSum;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Sort;
import java.util.Arrays;

/**
 * {@code y[…] = max(x − τ, 0)}. With z = x sorted from large to small along {@code axis} and c its running sums, the
 * support is where {@code z > (c − 1) / r} at rank r = 1, 2, …, and {@code τ = (Σ c − 1) / |support|} over the
 * support.
 *
 * <p>This is what Keras computes. Martins and Astudillo (2016), whom it cites, take the last of these running sums,
 * not their sum, so that the result adds up to 1; Keras agrees with them only where one element is the support.
 *
 * <p>Source: keras.activations.sparsemax, in Keras 3.15.
 */
public record Sparsemax(int axis) implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        int at = x.shape().axis(axis);
        Value one = b.constant(x.dtype(), 1);
        Value sorted = b.add(new Sort(at, true), x);
        Value sums = b.add(new CumSum(at, false, false), sorted);
        Dim n = b.dim(x, at);
        Value zeroBased = b.add(new Iota(x.dtype()), n.isKnown() ? b.constant(DType.INT32, n.known()) : n.value());
        Dim[] column = new Dim[x.shape().rank()];
        Arrays.fill(column, Dim.of(1));
        column[at] = n;
        Value rank = b.reshape(b.plus(zeroBased, one), column);
        Value gap = b.minus(sorted, b.over(b.minus(sums, one), rank));
        Value support = b.compare(Compare.Fn.GT, gap, b.constant(x.dtype(), 0));
        Value size = b.reduce(Reduce.Fn.SUM, b.cast(support, x.dtype()), true, at);
        Value kept = b.select(support, sums, b.constant(x.dtype(), 0));
        Value tau = b.over(b.minus(b.reduce(Reduce.Fn.SUM, kept, true, at), one), size);
        return b.binary(Binary.Fn.MAX, b.minus(x, tau), 0);
    }
}
