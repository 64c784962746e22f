package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
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
 */
public record Softmax(Axes axis) implements ElementwiseLayer {
    public static final Codec<Softmax> CODEC =
            Codec.of("Softmax", f -> new Softmax(f.of("axis", Axes.TYPE, Softmax::axis, Axes.LAST)));

    @Override
    public Op op() {
        return new dev.posthorn.ir.fn.Softmax(axis.list());
    }

    @Override
    public Value call(Call c, Value x) {
        return of(c.builder(), x, AttentionMask.tensor(c, "mask", 1).or(c::mask), axis.list());
    }

    /** The softmax over the elements where the mask, which broadcasts to x, is true. */
    static Value of(Builder b, Value x, Optional<Value> mask, List<Integer> axes) {
        Op softmax = new dev.posthorn.ir.fn.Softmax(axes);
        if (mask.isEmpty()) {
            return b.add(softmax, x);
        }
        Value keep = mask.get().dtype() == DType.BOOL
                ? mask.get()
                : b.compare(Compare.Fn.GT, b.cast(mask.get(), DType.FLOAT32), b.constant(DType.FLOAT32, 0.5));
        Value low = b.constant(x.dtype(), x.dtype() == DType.FLOAT16 ? -3e4 : -1e9);
        return b.select(keep, b.add(softmax, b.select(keep, x, low)), b.constant(x.dtype(), 0));
    }
}
