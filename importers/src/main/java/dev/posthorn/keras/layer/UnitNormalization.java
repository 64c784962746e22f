package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.object.Axes;

/** {@code y = x / √Σx²}, the sum along the axes. Source: keras/src/layers/normalization/unit_normalization.py. */
public record UnitNormalization(Axes axis) implements SimpleLayer {
    public static final Codec<UnitNormalization> CODEC = Codec.of(
            "UnitNormalization",
            f -> new UnitNormalization(f.of("axis", Axes.TYPE, UnitNormalization::axis, Axes.LAST)));

    @Override
    public Value call(Call c, Value x) {
        return normalized(c.builder(), x, 1e-12, axis.array());
    }

    /** {@code x · min(1 / √Σx², 1 / epsilon)}. Source: keras.ops.normalize. */
    static Value normalized(Builder b, Value x, double epsilon, int... axes) {
        Value square = b.reduce(Reduce.Fn.SUM, b.unary(Unary.Fn.SQUARE, x), true, axes);
        return b.times(x, b.binary(Binary.Fn.MIN, b.unary(Unary.Fn.RSQRT, square), 1 / epsilon));
    }
}
