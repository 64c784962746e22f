package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import java.util.Arrays;
import java.util.List;

/**
 * {@code y = alpha · log(1 + exp(beta · x))}, an alpha and a beta for each element; a layer of Keras 1 only. Source: keras
 * 1, layers/advanced_activations.py.
 */
public record ParametricSoftplus(Object alphaInit, Object betaInit) implements SimpleLayer {
    public static final Codec<ParametricSoftplus> CODEC = Codec.of(
            "ParametricSoftplus",
            f -> new ParametricSoftplus(
                    f.of("alpha_init", FieldType.ANY, ParametricSoftplus::alphaInit),
                    f.of("beta_init", FieldType.ANY, ParametricSoftplus::betaInit)));

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        int[] dims = inputs.get(0).shape().dims();
        int[] each = Arrays.copyOfRange(dims, 1, dims.length);
        return List.of(Weight.of("alphas", each), Weight.of("betas", each));
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        return b.times(c.weight("alphas"), b.unary(Unary.Fn.SOFTPLUS, b.times(c.weight("betas"), x)));
    }
}
