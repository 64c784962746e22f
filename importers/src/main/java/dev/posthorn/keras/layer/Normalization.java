package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Axes;
import dev.posthorn.keras.object.Numbers;
import java.util.Arrays;
import java.util.List;

/**
 * {@code y = (x − mean) / max(√variance, 1e-7)}, or with {@code invert} the way back; both vary along the axes, and are
 * weights that were adapted to data unless the configuration gives them. Source:
 * keras/src/layers/preprocessing/normalization.py.
 */
public record Normalization(Axes axis, boolean invert, Object mean, Object variance) implements SimpleLayer {
    private static final Axes NONE = new Axes(List.of(), false);

    public static final Codec<Normalization> CODEC = Codec.of(
            "Normalization",
            f -> new Normalization(
                    f.of("axis", Axes.TYPE.orNull(), Normalization::axis, Axes.LAST),
                    f.of("invert", FieldType.BOOL, Normalization::invert, false),
                    f.of("mean", FieldType.ANY, Normalization::mean),
                    f.of("variance", FieldType.ANY, Normalization::variance)));

    public Normalization {
        if ((mean == null) != (variance == null)) {
            throw new IllegalArgumentException(
                    "expected both mean and variance or none but was " + mean + " and " + variance);
        }
    }

    /** The axes along which mean and variance vary, ascending. */
    private int[] kept(Shape x) {
        return (axis == null ? NONE : axis)
                .list().stream().mapToInt(x::axis).sorted().toArray();
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        if (mean != null) {
            return List.of();
        }
        Shape x = inputs.get(0).shape();
        int[] dims = Arrays.stream(kept(x)).map(x::dim).toArray();
        return List.of(
                Weight.frozen("mean", dims),
                Weight.frozen("variance", dims),
                new Weight("count", Shape.SCALAR, DType.INT64, false, true));
    }

    @Override
    public Value call(Call c, Value input) {
        Builder b = c.builder();
        Value x = b.cast(input, c.policy().compute());
        Value m = aligned(b, mean == null ? c.weight("mean") : b.constant(Numbers.tensor(mean, x.dtype())), x);
        Value v = aligned(
                b, variance == null ? c.weight("variance") : b.constant(Numbers.tensor(variance, x.dtype())), x);
        Value deviation = b.binary(Binary.Fn.MAX, b.unary(Unary.Fn.SQRT, v), 1e-7);
        return invert ? b.plus(m, b.times(x, deviation)) : b.over(b.minus(x, m), deviation);
    }

    /** A statistic whose dimensions are those of the last of the kept axes, stretched to stand at them. */
    private Value aligned(Builder b, Value statistic, Value x) {
        int[] axes = kept(x.shape());
        int[] dims = new int[x.shape().rank()];
        Arrays.fill(dims, 1);
        int n = statistic.shape().rank();
        for (int i = 1; i <= n; i++) {
            dims[axes[axes.length - i]] = statistic.shape().dim(-i);
        }
        return b.reshape(statistic, dims);
    }
}
