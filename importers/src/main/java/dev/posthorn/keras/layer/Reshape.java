package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import java.util.List;

/**
 * Each element of the batch under another shape, in which one dimension may be -1: what is left. Source:
 * keras/src/layers/reshaping/reshape.py.
 */
public record Reshape(List<Integer> targetShape) implements SimpleLayer {
    public static final Codec<Reshape> CODEC = Codec.of(
            "Reshape",
            f -> new Reshape(f.of("target_shape", FieldType.listOf(FieldType.INT), Reshape::targetShape, null)));

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        Shape row = x.shape().slice(1, x.shape().rank());
        long rest = targetShape.stream().filter(d -> d >= 0).mapToLong(d -> d).reduce(1, Math::multiplyExact);
        Dim[] dims = new Dim[targetShape.size() + 1];
        dims[0] = b.dim(x, 0);
        for (int a = 1; a < dims.length; a++) {
            int d = targetShape.get(a - 1);
            boolean left = d == -1 && row.isKnown() && rest > 0 && row.longSize() % rest == 0;
            dims[a] = Dim.of(left ? Math.toIntExact(row.longSize() / rest) : d);
        }
        return b.reshape(x, dims);
    }
}
