package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import java.util.List;

/** Where a tensor enters a model. Source: keras/src/layers/core/input_layer.py. */
public record InputLayer(List<Integer> batchShape, DType dtype, boolean sparse, boolean ragged, boolean optional)
        implements Layer {
    private static final FieldType<DType> DTYPE = FieldType.of(
            "a dtype", o -> DType.ofKeras((String) o).orElseThrow(IllegalArgumentException::new), DType::keras);

    public static final Codec<InputLayer> CODEC = Codec.of(
            "InputLayer",
            f -> new InputLayer(
                    f.of(
                            List.of("batch_shape", "batch_input_shape"),
                            FieldType.listOf(FieldType.INT.orNull()),
                            InputLayer::batchShape,
                            null),
                    f.of("dtype", DTYPE, InputLayer::dtype, DType.FLOAT32),
                    f.of("sparse", FieldType.BOOL, InputLayer::sparse, false),
                    f.of("ragged", FieldType.BOOL, InputLayer::ragged, false),
                    f.of(List.of("optional", ""), FieldType.BOOL, InputLayer::optional, false)));

    /** The type of what enters; null dimensions are unknown. */
    public TensorType type() {
        return TensorType.of(
                dtype,
                batchShape.stream().mapToInt(d -> d == null ? Shape.UNKNOWN : d).toArray());
    }

    @Override
    public boolean autocasts() {
        return false;
    }

    @Override
    public List<KerasTensor> call(Call c) {
        return c.inputs();
    }
}
