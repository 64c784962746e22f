package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.object.DataFormat;
import dev.posthorn.keras.object.ValueRange;
import dev.posthorn.model.UnsupportedModelException;
import java.util.List;

/**
 * Every channel of every image stretched so that it takes the whole range of values; one of a single value stays. Source:
 * keras/src/layers/preprocessing/image_preprocessing/auto_contrast.py.
 */
public record AutoContrast(ValueRange range, DataFormat dataFormat) implements SimpleLayer {
    public static final Codec<AutoContrast> CODEC = Codec.of(
            "AutoContrast",
            f -> new AutoContrast(
                    f.of("value_range", ValueRange.TYPE, AutoContrast::range, ValueRange.BYTES),
                    f.of("data_format", DataFormat.TYPE, AutoContrast::dataFormat, DataFormat.CHANNELS_LAST)));

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value input) {
        Builder b = c.builder();
        if (!c.policy().compute().isFloating()) {
            throw new UnsupportedModelException(
                    "AutoContrast: expected a floating-point dtype but was "
                            + c.policy().name() + ", at " + c.path(),
                    List.of());
        }
        Value original = b.cast(input, c.policy().compute());
        boolean single = original.shape().rank() == 3;
        Value x = range.to(ValueRange.BYTES, b, single ? b.expandDims(original, 0) : original);
        Value low = b.reduce(Reduce.Fn.MIN, x, true, 1, 2); // whatever the data format, as Keras
        Value high = b.reduce(Reduce.Fn.MAX, x, true, 1, 2);
        Value scale = b.over(b.constant(x.dtype(), 255), b.minus(high, low));
        Value stretched = b.minus(b.times(x, scale), b.times(low, scale));
        Value y = b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, stretched, 0), 255);
        y = ValueRange.BYTES.to(range, b, single ? b.squeeze(y, 0) : y);
        return b.select(b.compare(Compare.Fn.EQ, y, y), y, original);
    }
}
