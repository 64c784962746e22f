package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.keras.object.WeightOptions;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@code y = gamma · (x − mean) / √(variance + epsilon) + beta}, mean and variance over each group of channels of each
 * element of the batch. Source: keras/src/layers/normalization/group_normalization.py.
 *
 * @param groups their number; -1 for a group a channel
 */
public record GroupNormalization(
        int groups, int axis, double epsilon, boolean center, boolean scale, WeightOptions beta, WeightOptions gamma)
        implements SimpleLayer {
    public static final Codec<GroupNormalization> CODEC = Codec.of(
            "GroupNormalization",
            f -> new GroupNormalization(
                    f.of("groups", FieldType.INT, GroupNormalization::groups, 32),
                    f.of("axis", FieldType.INT, GroupNormalization::axis, -1),
                    f.of("epsilon", Numbers.FLOAT, GroupNormalization::epsilon, 1e-3),
                    f.of("center", FieldType.BOOL, GroupNormalization::center, true),
                    f.of("scale", FieldType.BOOL, GroupNormalization::scale, true),
                    f.group(WeightOptions.of("beta"), GroupNormalization::beta),
                    f.group(WeightOptions.of("gamma"), GroupNormalization::gamma)));

    @Override
    public boolean autocasts() {
        return false;
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        int n = inputs.get(0).shape().dim(axis);
        if (n < 0 || n % (groups == -1 ? n : groups) != 0) {
            throw new ShapeException(
                    className() + ": expected channels in " + groups + " equal groups but was " + inputs.get(0));
        }
        List<Weight> weights = new ArrayList<>();
        if (scale) {
            weights.add(Weight.of("gamma", n));
        }
        if (center) {
            weights.add(Weight.of("beta", n));
        }
        return weights;
    }

    @Override
    public Value call(Call c, Value input) {
        Builder b = c.builder();
        Value x = input.dtype() == DType.FLOAT64 ? input : b.cast(input, DType.FLOAT32);
        int at = x.shape().axis(axis);
        int n = x.shape().dim(at);
        int count = groups == -1 ? n : groups;
        List<Dim> dims = new ArrayList<>(Arrays.asList(b.dims(x)));
        dims.set(at, Dim.of(n / count));
        dims.add(at, Dim.of(count));
        int rank = dims.size();
        Dim[] along = IntStream.range(0, rank)
                .mapToObj(i -> Dim.of(i == at ? count : i == at + 1 ? n / count : 1))
                .toArray(Dim[]::new);
        int[] axes = IntStream.range(1, rank).filter(i -> i != at).toArray();
        Value g = b.reshape(x, dims.toArray(Dim[]::new));
        Value mean = b.reduce(Reduce.Fn.MEAN, g, true, axes);
        Value variance = b.reduce(Reduce.Fn.MEAN, b.unary(Unary.Fn.SQUARE, b.minus(g, mean)), true, axes);
        Value i = b.unary(Unary.Fn.RSQRT, b.binary(Binary.Fn.ADD, variance, epsilon));
        i = scale ? b.times(i, b.reshape(b.cast(c.rawWeight("gamma"), x.dtype()), along)) : i;
        Value shift = b.times(b.unary(Unary.Fn.NEG, mean), i);
        shift = center ? b.plus(shift, b.reshape(b.cast(c.rawWeight("beta"), x.dtype()), along)) : shift;
        return b.cast(
                b.reshape(b.plus(b.times(g, i), shift), b.dims(x)), c.policy().compute());
    }
}
