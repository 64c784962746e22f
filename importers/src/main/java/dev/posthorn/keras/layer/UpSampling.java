package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Sampling;
import dev.posthorn.ir.fn.UpSample;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.object.DataFormat;
import dev.posthorn.keras.object.Interpolation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Spatial axes stretched by whole factors: {@code x[batch×s…×channels] → y[batch×s·size…×channels]}. Elements are
 * repeated; over two axes other interpolations may be asked for. Source: keras/src/layers/reshaping/up_sampling2d.py.
 */
public record UpSampling(List<Integer> size, DataFormat dataFormat, Sampling interpolation) implements SimpleLayer {
    private static final FieldType<List<Integer>> ONE = FieldType.of(
            "an integer", o -> List.of(((Number) (o instanceof List<?> l ? l.get(0) : o)).intValue()), l -> l.get(0));

    public static Codec<UpSampling> codec(int rank) {
        return Codec.of(
                "UpSampling" + rank + "D",
                f -> new UpSampling(
                        f.of(
                                "size",
                                rank == 1 ? ONE : FieldType.ints(rank),
                                UpSampling::size,
                                Collections.nCopies(rank, 2)),
                        f.of(
                                rank == 1 ? "" : "data_format",
                                DataFormat.TYPE,
                                UpSampling::dataFormat,
                                DataFormat.CHANNELS_LAST),
                        f.of(
                                rank == 2 ? "interpolation" : "",
                                Interpolation.TYPE,
                                UpSampling::interpolation,
                                Sampling.NEAREST)));
    }

    public UpSampling {
        if (size.stream().anyMatch(n -> n <= 0)) {
            throw new IllegalArgumentException("expected a positive size but was " + size);
        }
    }

    @Override
    public String className() {
        return "UpSampling" + size.size() + "D";
    }

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        Value y = dataFormat.toLast(b, x);
        if (size.size() == 2) {
            y = b.add(new UpSample(interpolation, size.get(0), size.get(1)), y);
        } else {
            for (int a = 0; a < size.size(); a++) {
                y = repeat(b, y, a + 1, size.get(a));
            }
        }
        return dataFormat.fromLast(b, y);
    }

    /** Every slice along {@code axis} {@code n} times. */
    private static Value repeat(Builder b, Value x, int axis, int n) {
        List<Dim> stretched = new ArrayList<>(List.of(b.dims(x)));
        stretched.add(axis + 1, Dim.of(n));
        Value y = b.broadcastTo(b.expandDims(x, axis + 1), stretched.toArray(Dim[]::new));
        Dim[] merged = b.dims(x);
        merged[axis] = Dim.of(merged[axis].isKnown() ? merged[axis].known() * n : -1);
        return b.reshape(y, merged);
    }
}
