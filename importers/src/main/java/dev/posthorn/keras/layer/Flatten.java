package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.object.DataFormat;

/**
 * All elements of each element of the batch in one row, channels last: {@code x[batch×…] → y[batch×n]}. Source:
 * keras/src/layers/reshaping/flatten.py.
 */
public record Flatten(DataFormat dataFormat) implements SimpleLayer {
    public static final Codec<Flatten> CODEC = Codec.of(
            "Flatten",
            f -> new Flatten(f.of("data_format", DataFormat.TYPE, Flatten::dataFormat, DataFormat.CHANNELS_LAST)));

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        Shape row = x.shape().slice(1, x.shape().rank());
        Dim n = Dim.of(row.isKnown() ? row.size() : -1);
        return b.reshape(dataFormat.toLast(b, x), b.dim(x, 0), n);
    }
}
