package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.object.Merging;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.List;

/**
 * Inputs one after the other along an axis; an element is unmasked where any of its features is. Source:
 * keras/src/layers/merging/concatenate.py.
 *
 * @param keras2 whether it is unmasked only where all of its features are, as before Keras 3
 */
public record Concatenate(int axis, boolean keras2) implements Layer {
    public static final Codec<Concatenate> CODEC = Codec.of(
            "Concatenate",
            f -> new Concatenate(
                    f.of("axis", FieldType.INT, Concatenate::axis, -1),
                    f.implied("masks of all features", Concatenate::keras2, f.dialect() != Dialect.KERAS3)));

    @Override
    public List<KerasTensor> call(Call c) {
        Builder b = c.builder();
        List<KerasTensor> in = Merging.sameDType(c);
        if (in.isEmpty()) {
            throw new ShapeException("Concatenate: expected some inputs but was none");
        }
        Value y = b.concat(axis, in.stream().map(KerasTensor::value).toList());
        if (in.stream().noneMatch(t -> t.mask().isPresent())) {
            return List.of(KerasTensor.of(y));
        }
        List<Value> masks = new ArrayList<>();
        for (KerasTensor t : in) {
            Dim[] dims = b.dims(t.value());
            Value mask = t.mask().orElseGet(() -> b.constant(DType.BOOL, 1));
            boolean lower = t.mask().isPresent() && mask.shape().rank() < dims.length;
            masks.add(b.broadcastTo(lower ? b.expandDims(mask, -1) : mask, dims));
        }
        return List.of(
                new KerasTensor(y, b.reduce(keras2 ? Reduce.Fn.ALL : Reduce.Fn.ANY, b.concat(axis, masks), false, -1)));
    }
}
