package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.model.ShapeException;
import java.util.List;

/** {@code y[…] = a[…] + scale · b[…]}. Source: keras/src/applications/inception_resnet_v2.py. */
public record CustomScaleLayer(double scale) implements Layer {
    public static final Codec<CustomScaleLayer> CODEC = Codec.of(
            "CustomScaleLayer", f -> new CustomScaleLayer(f.of("scale", FieldType.FLOAT, CustomScaleLayer::scale)));

    @Override
    public String module() {
        return "keras.src.applications.inception_resnet_v2";
    }

    @Override
    public List<KerasTensor> call(Call c) {
        List<KerasTensor> in = c.inputs();
        if (in.size() != 2) {
            throw new ShapeException("CustomScaleLayer: expected 2 inputs but was " + in.size());
        }
        Builder b = c.builder();
        Value scaled = b.binary(Binary.Fn.MUL, in.get(1).value(), scale);
        return List.of(KerasTensor.of(b.plus(in.get(0).value(), scaled)));
    }
}
