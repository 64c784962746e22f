package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.object.DataFormat;
import dev.posthorn.keras.object.Margins;
import dev.posthorn.model.ShapeException;
import java.util.Collections;
import java.util.List;

/**
 * Elements taken off the ends of the spatial axes: {@code x[batch×s…×channels] → y[batch×s−before−after…×channels]}.
 * Something must be left. Source: keras/src/layers/reshaping/cropping2d.py.
 */
public record Cropping(Margins cropping, DataFormat dataFormat) implements SimpleLayer {
    public static Codec<Cropping> codec(int rank) {
        String format = rank == 1 ? "" : "data_format";
        return Codec.of(
                "Cropping" + rank + "D",
                f -> new Cropping(
                        f.of(
                                "cropping",
                                Margins.of(rank),
                                Cropping::cropping,
                                new Margins(Collections.nCopies(rank, List.of(1, 1)))),
                        f.of(format, DataFormat.TYPE, Cropping::dataFormat, DataFormat.CHANNELS_LAST)));
    }

    @Override
    public String className() {
        return "Cropping" + cropping.sides().size() + "D";
    }

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value x) {
        int rank = x.shape().rank();
        List<Integer> before = cropping.all(0, rank, dataFormat.spatial());
        List<Integer> after = cropping.all(1, rank, dataFormat.spatial());
        for (int a = 0; a < rank; a++) {
            if (x.shape().dim(a) != Shape.UNKNOWN
                    && before.get(a) + after.get(a) >= Math.max(x.shape().dim(a), 1)) {
                throw new ShapeException(className() + ": expected something left of " + x.type() + " but was cropping "
                        + cropping.sides());
            }
        }
        List<Integer> ends = after.stream().map(n -> n == 0 ? Slice.END : -n).toList();
        return c.builder().add(new Slice(before, ends, Collections.nCopies(rank, 1)), x);
    }
}
