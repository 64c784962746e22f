package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.object.AttentionMask;
import dev.posthorn.keras.object.Axes;
import dev.posthorn.keras.object.ElementwiseLayer;
import java.util.List;
import java.util.Optional;

/**
 * {@code y[…] = exp(x) / Σ exp(x)} along the axes, over the elements that the mask leaves; the others give zero. Source:
 * keras/src/layers/activations/softmax.py.
 *
 * @param keras2 whether the others give something where the mask leaves none, as before Keras 3
 */
public record Softmax(Axes axis, boolean keras2) implements ElementwiseLayer {
    public static final Codec<Softmax> CODEC = Codec.of(
            "Softmax",
            f -> new Softmax(
                    f.of("axis", Axes.TYPE, Softmax::axis, Axes.LAST),
                    f.implied(
                            "results other than 0 where all is masked",
                            Softmax::keras2,
                            f.dialect() != Dialect.KERAS3)));

    @Override
    public Op op() {
        return new dev.posthorn.ir.fn.Softmax(axis.list());
    }

    @Override
    public Value call(Call c, Value x) {
        return of(c.builder(), x, AttentionMask.tensor(c, "mask", 1).or(c::mask), axis.list(), keras2);
    }

    /**
     * The softmax over the elements where the mask, which broadcasts to x, is true.
     *
     * @param keras2 whether the others are only made very small, as before Keras 3, so that they count where all are
     */
    static Value of(Builder b, Value x, Optional<Value> mask, List<Integer> axes, boolean keras2) {
        Op softmax = new dev.posthorn.ir.fn.Softmax(axes);
        if (mask.isEmpty()) {
            return b.add(softmax, x);
        }
        if (keras2) {
            Value out = b.minus(b.constant(x.dtype(), 1), b.cast(mask.get(), x.dtype()));
            return b.add(softmax, b.plus(x, b.binary(Binary.Fn.MUL, out, x.dtype() == DType.FLOAT16 ? -32752 : -1e9)));
        }
        Value keep = mask.get().dtype() == DType.BOOL
                ? mask.get()
                : b.compare(Compare.Fn.GT, b.cast(mask.get(), DType.FLOAT32), b.constant(DType.FLOAT32, 0.5));
        Value low = b.constant(x.dtype(), x.dtype() == DType.FLOAT16 ? -3e4 : -1e9);
        return b.select(keep, b.add(softmax, b.select(keep, x, low)), b.constant(x.dtype(), 0));
    }
}
