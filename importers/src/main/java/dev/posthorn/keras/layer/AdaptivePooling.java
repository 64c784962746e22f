package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Pool;
import dev.posthorn.ir.op.Window;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.object.DataFormat;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The largest or the mean element of each part of the input, so many parts an axis: part o of m takes elements
 * {@code ⌊o·n/m⌋} to {@code ⌈(o+1)·n/m⌉}. Source: keras.ops.adaptive_average_pool on TensorFlow.
 */
public record AdaptivePooling(Pool.Fn fn, List<Integer> outputSize, DataFormat dataFormat) implements SimpleLayer {
    public static Codec<AdaptivePooling> codec(Pool.Fn fn, int rank) {
        return Codec.of(
                className(fn, rank),
                f -> new AdaptivePooling(
                        fn,
                        f.of("output_size", FieldType.ints(rank), AdaptivePooling::outputSize, null),
                        f.of("data_format", DataFormat.TYPE, AdaptivePooling::dataFormat, DataFormat.CHANNELS_LAST)));
    }

    private static String className(Pool.Fn fn, int rank) {
        return (fn == Pool.Fn.MAX ? "AdaptiveMaxPooling" : "AdaptiveAveragePooling") + rank + "D";
    }

    @Override
    public String className() {
        return className(fn, outputSize.size());
    }

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value x) {
        Value y = dataFormat.toLast(c.builder(), x);
        for (int a = 0; a < outputSize.size(); a++) {
            y = pooled(c.builder(), y, a);
        }
        return dataFormat.fromLast(c.builder(), y);
    }

    /** One axis: parts have one of two sizes, so that all places of both windows hold every part. */
    private Value pooled(Builder b, Value x, int axis) {
        int n = x.shape().dim(axis + 1);
        int m = outputSize.get(axis);
        if (n < 1) {
            throw new ShapeException(className() + ": expected known spatial dimensions but was " + x.type());
        }
        int small = (n + m - 1) / m;
        int[] places = new int[m];
        boolean any = false;
        for (int o = 0; o < m; o++) {
            int start = o * n / m;
            boolean big = ((o + 1) * n + m - 1) / m - start > small;
            places[o] = big ? start + n - small + 1 : start;
            any |= big;
        }
        List<Value> windows = new ArrayList<>(List.of(window(b, x, axis, small)));
        if (any) {
            windows.add(window(b, x, axis, small + 1));
        }
        return b.gather(b.concat(axis + 1, windows), b.ints(places), axis + 1);
    }

    private Value window(Builder b, Value x, int axis, int size) {
        List<Integer> ones = Collections.nCopies(outputSize.size(), 1);
        List<Integer> sizes = new ArrayList<>(ones);
        sizes.set(axis, size);
        return b.add(new Pool(fn, Window.valid(sizes, ones, ones)), x);
    }
}
