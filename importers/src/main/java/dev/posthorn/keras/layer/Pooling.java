package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Pool;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.object.DataFormat;
import dev.posthorn.keras.object.Padding;
import java.util.Collections;
import java.util.List;

/**
 * The largest or the mean element under a window: {@code x[batch×s…×channels] → y[batch×o…×channels]}. Source:
 * keras/src/layers/pooling/base_pooling.py.
 */
public record Pooling(Pool.Fn fn, List<Integer> poolSize, List<Integer> strides, Padding padding, DataFormat dataFormat)
        implements SimpleLayer {
    public static Codec<Pooling> codec(Pool.Fn fn, int rank) {
        FieldType<List<Integer>> ints = FieldType.ints(rank);
        return Codec.of(
                className(fn, rank),
                f -> new Pooling(
                        fn,
                        f.of("pool_size", ints, Pooling::poolSize, Collections.nCopies(rank, 2)),
                        f.of("strides", ints.orNull(), Pooling::strides),
                        f.of("padding", Padding.TYPE, Pooling::padding, Padding.VALID),
                        f.of("data_format", DataFormat.TYPE, Pooling::dataFormat, DataFormat.CHANNELS_LAST)));
    }

    public Pooling {
        strides = strides == null ? poolSize : strides;
    }

    private static String className(Pool.Fn fn, int rank) {
        return (fn == Pool.Fn.MAX ? "MaxPooling" : "AveragePooling") + rank + "D";
    }

    @Override
    public String className() {
        return className(fn, poolSize.size());
    }

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        Value last = dataFormat.toLast(b, x);
        List<Integer> ones = Collections.nCopies(poolSize.size(), 1);
        return dataFormat.fromLast(b, b.add(new Pool(fn, padding.window(last, poolSize, strides, ones)), last));
    }
}
