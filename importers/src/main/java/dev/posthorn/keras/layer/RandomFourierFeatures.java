package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import java.util.List;

/**
 * {@code y[b×out] = cos(x[b×in] · unscaled_kernel[in×out] / kernel_scale + bias[out])}, in float32, of a kernel and a bias that
 * were drawn once. Of Keras 2 only. Source: keras 2, layers/kernelized.py.
 */
public record RandomFourierFeatures(int outputDim, Object kernelInitializer, Double scale) implements SimpleLayer {
    public static final Codec<RandomFourierFeatures> CODEC = Codec.of(
            "RandomFourierFeatures",
            f -> new RandomFourierFeatures(
                    f.of("output_dim", FieldType.INT, RandomFourierFeatures::outputDim, null),
                    f.of("kernel_initializer", FieldType.ANY, RandomFourierFeatures::kernelInitializer),
                    f.of("scale", FieldType.FLOAT.orNull(), RandomFourierFeatures::scale)));

    public RandomFourierFeatures {
        if (outputDim <= 0) {
            throw new IllegalArgumentException("expected a positive output_dim but was " + outputDim);
        }
    }

    @Override
    public boolean autocasts() {
        return false;
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        int in = inputs.get(0).shape().dim(-1);
        return List.of(
                new Weight("unscaled_kernel", Shape.of(in, outputDim), DType.FLOAT32, false, true),
                new Weight("bias", Shape.of(outputDim), DType.FLOAT32, false, true),
                new Weight("kernel_scale", Shape.of(1), DType.FLOAT32, true, true));
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        Value kernel = b.over(c.rawWeight("unscaled_kernel"), c.rawWeight("kernel_scale"));
        Value y = b.matmul(b.cast(x, DType.FLOAT32), kernel);
        return b.unary(Unary.Fn.COS, b.plus(y, c.rawWeight("bias")));
    }
}
