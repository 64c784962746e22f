package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.BatchNorm;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Axes;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.keras.object.WeightOptions;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@code y = gamma · (x − mean) / √(variance + epsilon) + beta} with the statistics of the batch, in training and at
 * inference: {@code BatchNormalization} with the mode 2, of Keras 1 only. Source: keras 1, layers/normalization.py.
 */
public record BatchStatisticsNormalization(
        Axes axis, double momentum, double epsilon, WeightOptions beta, WeightOptions gamma) implements SimpleLayer {
    public static final Codec<BatchStatisticsNormalization> CODEC = Codec.of(
            "BatchStatisticsNormalization",
            f -> new BatchStatisticsNormalization(
                    f.of("axis", Axes.TYPE, BatchStatisticsNormalization::axis, Axes.LAST),
                    f.of("momentum", Numbers.FLOAT, BatchStatisticsNormalization::momentum, 0.99),
                    f.of("epsilon", Numbers.FLOAT, BatchStatisticsNormalization::epsilon, 1e-3),
                    f.group(WeightOptions.of("beta"), BatchStatisticsNormalization::beta),
                    f.group(WeightOptions.of("gamma"), BatchStatisticsNormalization::gamma)));

    @Override
    public boolean mixesBatch() {
        return true;
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        return weights(inputs, axis);
    }

    /** What every mode of Keras 1's layer has. */
    static List<Weight> weights(List<TensorType> inputs, Axes axis) {
        int n = inputs.get(0).shape().dim(axis.list().get(0));
        return List.of(
                Weight.of("gamma", n),
                Weight.of("beta", n),
                Weight.frozen("moving_mean", n),
                Weight.frozen("moving_variance", n));
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        int at = x.shape().axis(axis.list().get(0));
        int[] others = IntStream.range(0, x.shape().rank()).filter(a -> a != at).toArray();
        Value kept = b.reduce(Reduce.Fn.MEAN, x, true, others);
        Value variance = b.reduce(Reduce.Fn.MEAN, b.unary(Unary.Fn.SQUARE, b.minus(x, kept)), false, others);
        Value mean = b.reduce(Reduce.Fn.MEAN, x, false, others);
        return b.add(new BatchNorm(at, epsilon), x, c.weight("gamma"), c.weight("beta"), mean, variance);
    }
}
