package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;

/** {@code x[batch×features] → y[batch×n×features]}. Source: keras/src/layers/reshaping/repeat_vector.py. */
public record RepeatVector(int n) implements SimpleLayer {
    public static final Codec<RepeatVector> CODEC =
            Codec.of("RepeatVector", f -> new RepeatVector(f.of("n", FieldType.INT, RepeatVector::n, null)));

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        return b.broadcastTo(b.expandDims(x, 1), b.dim(x, 0), Dim.of(n), b.dim(x, 1));
    }
}
