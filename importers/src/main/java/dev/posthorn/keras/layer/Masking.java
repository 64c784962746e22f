package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import java.util.List;

/**
 * Marks the steps of {@code x[b×t×…×in]} whose elements all are {@code mask_value} as masked, and sets them to zero.
 * Source: keras/src/layers/core/masking.py.
 */
public record Masking(double maskValue) implements Layer {
    public static final Codec<Masking> CODEC =
            Codec.of("Masking", f -> new Masking(f.of("mask_value", FieldType.FLOAT, Masking::maskValue, 0.0)));

    @Override
    public List<KerasTensor> call(Call c) {
        Builder b = c.builder();
        Value x = c.x();
        Value differs = b.compare(Compare.Fn.NE, x, b.constant(x.dtype(), maskValue));
        Value any = b.reduce(Reduce.Fn.ANY, differs, true, -1);
        return List.of(new KerasTensor(b.select(any, x, b.constant(x.dtype(), 0)), b.squeeze(any, -1)));
    }
}
