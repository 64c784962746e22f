package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.keras.object.WeightOptions;
import java.util.Arrays;
import java.util.List;

/**
 * {@code y[…] = max(x, 0) − alpha · max(−x, 0)}, an alpha for each element but along the shared axes. Source:
 * keras/src/layers/activations/prelu.py.
 *
 * @param sharedAxes null where there is none
 */
public record PReLU(WeightOptions alpha, List<Integer> sharedAxes) implements SimpleLayer {
    public static final Codec<PReLU> CODEC = Codec.of(
            "PReLU",
            f -> new PReLU(
                    f.group(WeightOptions.of("alpha"), PReLU::alpha),
                    f.of("shared_axes", Numbers.INTS.orNull(), PReLU::sharedAxes)));

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        int[] dims = inputs.get(0).shape().dims();
        if (sharedAxes != null) {
            sharedAxes.forEach(a -> dims[inputs.get(0).shape().axis(a < 0 ? a - 1 : a)] = 1); // Keras's own counting
        }
        return List.of(Weight.of("alpha", Arrays.copyOfRange(dims, 1, dims.length)));
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        Value negative = b.unary(Unary.Fn.RELU, b.unary(Unary.Fn.NEG, x));
        return b.minus(b.unary(Unary.Fn.RELU, x), b.times(c.weight("alpha"), negative));
    }
}
