package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.object.Axes;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * {@code z[batch×1×…] = xy / max(√max(xx · yy, 0), 1e-7)} of the products along one axis of each: {@code Merge} with the mode
 * {@code cos}, of Keras 1 only. Source: keras 1, engine/topology.py.
 */
public record CosineMerge(Axes axes) implements Layer {
    public static final Codec<CosineMerge> CODEC =
            Codec.of("CosineMerge", f -> new CosineMerge(f.of("axes", Axes.TYPE, CosineMerge::axes, null)));

    @Override
    public List<KerasTensor> call(Call c) {
        Builder b = c.builder();
        List<KerasTensor> in = c.inputs();
        if (in.size() != 2) {
            throw new ShapeException("Merge: expected 2 inputs but was " + in.size());
        }
        Value x = in.get(0).value();
        Value y = in.get(1).value();
        int i = axes.list().get(0);
        int j = axes.list().get(axes.single() ? 0 : 1);
        Value lengths = b.unary(
                Unary.Fn.SQRT, b.unary(Unary.Fn.RELU, b.times(Dot.product(b, x, i, x, i), Dot.product(b, y, j, y, j))));
        Value cosine = b.over(Dot.product(b, x, i, y, j), b.binary(Binary.Fn.MAX, lengths, 1e-7));
        return List.of(KerasTensor.of(b.expandDims(cosine, 1)));
    }
}
