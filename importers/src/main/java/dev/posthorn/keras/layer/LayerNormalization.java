package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.LayerNorm;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Axes;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.keras.object.WeightOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@code y = gamma · (x − mean) / √(variance + epsilon) + beta}, mean and variance along the axes of each element of the
 * batch. Source: keras/src/layers/normalization/layer_normalization.py.
 */
public record LayerNormalization(
        Axes axis,
        double epsilon,
        boolean center,
        boolean scale,
        boolean rmsScaling,
        WeightOptions beta,
        WeightOptions gamma)
        implements SimpleLayer {
    public static final Codec<LayerNormalization> CODEC = Codec.of(
            "LayerNormalization",
            f -> new LayerNormalization(
                    f.of("axis", Axes.TYPE, LayerNormalization::axis, Axes.LAST),
                    f.of("epsilon", Numbers.FLOAT, LayerNormalization::epsilon, 1e-3),
                    f.of("center", FieldType.BOOL, LayerNormalization::center, true),
                    f.of("scale", FieldType.BOOL, LayerNormalization::scale, true),
                    f.of(List.of("rms_scaling", ""), FieldType.BOOL, LayerNormalization::rmsScaling, false),
                    f.group(WeightOptions.of("beta"), LayerNormalization::beta),
                    f.group(WeightOptions.of("gamma"), LayerNormalization::gamma)));

    @Override
    public boolean autocasts() {
        return false;
    }

    private boolean hasGamma() {
        return scale || rmsScaling;
    }

    private boolean hasBeta() {
        return center && !rmsScaling;
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        Shape x = inputs.get(0).shape();
        int[] dims =
                axis.list().stream().sorted().mapToInt(x::dim).toArray(); // sorted as they stand, -1 first, as by Keras
        List<Weight> weights = new ArrayList<>();
        if (hasGamma()) {
            weights.add(Weight.of("gamma", dims));
        }
        if (hasBeta()) {
            weights.add(Weight.of("beta", dims));
        }
        return weights;
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        int[] axes = Arrays.stream(axis.array()).map(x.shape()::axis).sorted().toArray();
        int[] dims = Arrays.stream(axes).map(x.shape()::dim).toArray();
        List<Value> in = new ArrayList<>(List.of(x));
        if (hasGamma()) {
            in.add(b.reshape(c.rawWeight("gamma"), dims));
        }
        if (hasBeta()) {
            in.add(b.reshape(c.rawWeight("beta"), dims));
        }
        LayerNorm norm =
                new LayerNorm(Arrays.stream(axes).boxed().toList(), epsilon, hasGamma(), hasBeta(), rmsScaling);
        return b.cast(b.addAll(norm, in).get(0), c.policy().compute());
    }
}
