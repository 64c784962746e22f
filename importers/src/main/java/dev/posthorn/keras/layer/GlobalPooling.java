package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.object.DataFormat;
import java.util.stream.IntStream;

/**
 * The largest or the mean element over all spatial axes: {@code x[batch×s…×channels] → y[batch×channels]}. The mean over
 * one axis leaves masked elements out. Source: keras/src/layers/pooling/base_global_pooling.py.
 */
public record GlobalPooling(Reduce.Fn fn, int rank, DataFormat dataFormat, boolean keepDims) implements SimpleLayer {
    public static Codec<GlobalPooling> codec(Reduce.Fn fn, int rank) {
        return Codec.of(
                className(fn, rank),
                f -> new GlobalPooling(
                        fn,
                        rank,
                        f.of("data_format", DataFormat.TYPE, GlobalPooling::dataFormat, DataFormat.CHANNELS_LAST),
                        f.of("keepdims", FieldType.BOOL, GlobalPooling::keepDims, false)));
    }

    private static String className(Reduce.Fn fn, int rank) {
        return (fn == Reduce.Fn.MAX ? "GlobalMaxPooling" : "GlobalAveragePooling") + rank + "D";
    }

    @Override
    public String className() {
        return className(fn, rank);
    }

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        int from = dataFormat.spatial();
        int[] axes = IntStream.range(from, from + rank).toArray();
        if (fn == Reduce.Fn.MEAN && rank == 1 && c.mask().isPresent()) {
            Value mask =
                    b.expandDims(b.cast(c.mask().get(), DType.BOOL), dataFormat == DataFormat.CHANNELS_LAST ? 2 : 1);
            Value sum = b.reduce(Reduce.Fn.SUM, b.select(mask, x, b.constant(x.dtype(), 0)), keepDims, axes);
            return b.over(sum, b.reduce(Reduce.Fn.SUM, b.cast(mask, x.dtype()), keepDims, axes));
        }
        return b.reduce(fn, x, keepDims, axes);
    }
}
