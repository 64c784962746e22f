package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.RmsNorm;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Axes;
import dev.posthorn.keras.object.Numbers;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@code y = x / √(mean(x²) + epsilon) · scale}, the mean along the axes. Keras stretches the scale from the last axis on,
 * whatever the axes are. Source: keras/src/layers/normalization/rms_normalization.py.
 */
public record RMSNormalization(Axes axis, double epsilon) implements SimpleLayer {
    public static final Codec<RMSNormalization> CODEC = Codec.of(
            "RMSNormalization",
            f -> new RMSNormalization(
                    f.of("axis", Axes.TYPE, RMSNormalization::axis, Axes.LAST),
                    f.of("epsilon", Numbers.FLOAT, RMSNormalization::epsilon, 1e-6)));

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        Shape x = inputs.get(0).shape();
        return List.of(Weight.of(
                "scale", axis.list().stream().sorted().mapToInt(x::dim).toArray()));
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        int rank = x.shape().rank();
        int[] axes = Arrays.stream(axis.array()).map(x.shape()::axis).sorted().toArray();
        boolean last =
                Arrays.equals(axes, IntStream.range(rank - axes.length, rank).toArray());
        RmsNorm norm = new RmsNorm(Arrays.stream(axes).boxed().toList(), epsilon, last);
        return last ? b.add(norm, x, c.weight("scale")) : b.times(b.add(norm, x), c.weight("scale"));
    }
}
