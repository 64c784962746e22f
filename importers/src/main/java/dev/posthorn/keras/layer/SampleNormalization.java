package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Axes;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.keras.object.WeightOptions;
import java.util.List;

/**
 * {@code y = gamma · (x − mean) / (√(variance + epsilon) + epsilon) + beta}, mean and variance along the last axis:
 * {@code BatchNormalization} with the mode 1, of Keras 1 only. Source: keras 1, layers/normalization.py.
 */
public record SampleNormalization(Axes axis, double momentum, double epsilon, WeightOptions beta, WeightOptions gamma)
        implements SimpleLayer {
    public static final Codec<SampleNormalization> CODEC = Codec.of(
            "SampleNormalization",
            f -> new SampleNormalization(
                    f.of("axis", Axes.TYPE, SampleNormalization::axis, Axes.LAST),
                    f.of("momentum", Numbers.FLOAT, SampleNormalization::momentum, 0.99),
                    f.of("epsilon", Numbers.FLOAT, SampleNormalization::epsilon, 1e-3),
                    f.group(WeightOptions.of("beta"), SampleNormalization::beta),
                    f.group(WeightOptions.of("gamma"), SampleNormalization::gamma)));

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        return BatchStatisticsNormalization.weights(inputs, axis);
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        Value centred = b.minus(x, b.reduce(Reduce.Fn.MEAN, x, true, -1));
        Value variance = b.reduce(Reduce.Fn.MEAN, b.unary(Unary.Fn.SQUARE, centred), true, -1);
        Value deviation = b.unary(Unary.Fn.SQRT, b.binary(Binary.Fn.ADD, variance, epsilon));
        Value normed = b.over(centred, b.binary(Binary.Fn.ADD, deviation, epsilon));
        return b.plus(b.times(c.weight("gamma"), normed), c.weight("beta"));
    }
}
