package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import java.util.Arrays;
import java.util.List;

/**
 * {@code x[…], gamma[axes], beta[axes] → y[…] = x·i + (beta − mean·i)}, {@code i = gamma / √(var + epsilon)}, mean and
 * variance along {@code axes}. gamma is an operand where {@code scale}, beta where {@code center}; their dimensions are
 * those of the axes in ascending order. With {@code rms}, which Keras deprecates, {@code y = x·i} and there is no beta.
 *
 * <p>16-bit floating-point operands are computed in float32. Source: keras.ops.layer_normalization.
 */
public record LayerNorm(List<Integer> axes, double epsilon, boolean scale, boolean center, boolean rms)
        implements Op.Composite {
    public LayerNorm {
        axes = List.copyOf(axes);
    }

    @Override
    public List<Value> expand(Builder b, List<Value> in) {
        new Operands(in).count(1 + (scale ? 1 : 0) + (center ? 1 : 0));
        Value x = widened(b, in.get(0));
        int[] along = axes.stream().mapToInt(a -> x.shape().axis(a)).sorted().toArray();
        Value mean = b.reduce(Reduce.Fn.MEAN, x, true, along);
        Value variance = b.reduce(Reduce.Fn.MEAN, b.unary(Unary.Fn.SQUARE, b.minus(x, mean)), true, along);
        Value i = b.unary(Unary.Fn.RSQRT, b.binary(Binary.Fn.ADD, variance, epsilon));
        i = scale ? b.times(i, aligned(b, in.get(1), x, along)) : i;
        Value y = b.times(x, i);
        if (!rms) {
            Value shift = b.times(b.unary(Unary.Fn.NEG, mean), i);
            y = b.plus(y, center ? b.plus(shift, aligned(b, in.get(in.size() - 1), x, along)) : shift);
        }
        return List.of(b.cast(y, in.get(0).dtype()));
    }

    /** {@code x} in float32, where it is narrower. */
    static Value widened(Builder b, Value x) {
        return x.dtype() == DType.FLOAT64 ? x : b.cast(x, DType.FLOAT32);
    }

    /**
     * A weight whose dimensions are those of {@code axes}, in the type of x and stretched to stand at these axes of it.
     */
    static Value aligned(Builder b, Value weight, Value x, int... axes) {
        Value w = b.cast(weight, x.dtype());
        int rank = x.shape().rank();
        if (axes.length == 1 && axes[0] == rank - 1) {
            return w;
        }
        Dim[] dims = new Dim[rank];
        Arrays.fill(dims, Dim.of(1));
        for (int k = 0; k < axes.length; k++) {
            dims[axes[k]] = b.dim(w, k);
        }
        return b.reshape(w, dims);
    }
}
