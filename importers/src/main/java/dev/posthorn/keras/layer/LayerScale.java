package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import java.util.List;

/** {@code y[…×n] = x[…×n] · gamma[n]}; gamma starts at {@code initValues}. Source: keras/src/applications/convnext.py. */
public record LayerScale(double initValues, int projectionDim) implements SimpleLayer {
    public static final Codec<LayerScale> CODEC = Codec.of(
            "LayerScale",
            f -> new LayerScale(
                    f.of("init_values", FieldType.FLOAT, LayerScale::initValues),
                    f.of("projection_dim", FieldType.INT, LayerScale::projectionDim)));

    @Override
    public String module() {
        return "keras.src.applications.convnext";
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        return List.of(Weight.of("gamma", projectionDim));
    }

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value x) {
        return c.builder().times(x, c.weight("gamma"));
    }
}
