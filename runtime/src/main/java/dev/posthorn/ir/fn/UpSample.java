package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Value;
import java.util.List;

/**
 * Images enlarged by whole factors: {@code x[b×h×w×c] → y[b×h·rows×w·columns×c]}. NEAREST repeats every pixel, the
 * other methods are those of {@link Resize}. Source: keras.layers.UpSampling2D.
 */
public record UpSample(Sampling method, int rows, int columns) implements Op.Composite {
    @Override
    public List<Value> expand(Builder b, List<Value> in) {
        new Operands(in).count(1);
        Value x = in.get(0);
        Dim[] d = b.dims(x);
        Dim height = times(b, d[1], rows);
        Dim width = times(b, d[2], columns);
        if (method != Sampling.NEAREST) {
            return List.of(method.resample(b, x, height, width, false));
        }
        Value spread = b.reshape(x, d[0], d[1], Dim.of(1), d[2], Dim.of(1), d[3]);
        Value repeated = b.broadcastTo(spread, d[0], d[1], Dim.of(rows), d[2], Dim.of(columns), d[3]);
        return List.of(b.reshape(repeated, d[0], height, width, d[3]));
    }

    private static Dim times(Builder b, Dim d, int factor) {
        return d.isKnown()
                ? Dim.of(d.known() * factor)
                : new Dim(d.known(), b.times(d.value(), b.constant(DType.INT32, factor)));
    }
}
