package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.object.DataFormat;
import dev.posthorn.keras.object.Margins;
import java.util.Collections;
import java.util.List;

/**
 * Zeros around the spatial axes: {@code x[batch×s…×channels] → y[batch×before+s+after…×channels]}. Source:
 * keras/src/layers/reshaping/zero_padding2d.py.
 */
public record ZeroPadding(Margins padding, DataFormat dataFormat) implements SimpleLayer {
    public static Codec<ZeroPadding> codec(int rank) {
        List<String> format = rank == 1 ? List.of("data_format", "") : List.of("data_format");
        return Codec.of(
                "ZeroPadding" + rank + "D",
                f -> new ZeroPadding(
                        f.of(
                                "padding",
                                Margins.of(rank),
                                ZeroPadding::padding,
                                new Margins(Collections.nCopies(rank, List.of(1, 1)))),
                        f.of(format, DataFormat.TYPE, ZeroPadding::dataFormat, DataFormat.CHANNELS_LAST)));
    }

    @Override
    public String className() {
        return "ZeroPadding" + padding.sides().size() + "D";
    }

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value x) {
        int rank = x.shape().rank();
        List<Integer> low = padding.all(0, rank, dataFormat.spatial());
        List<Integer> high = padding.all(1, rank, dataFormat.spatial());
        return c.builder()
                .add(new Pad(Pad.Mode.CONSTANT, low, high), x, c.builder().constant(x.dtype(), 0));
    }
}
