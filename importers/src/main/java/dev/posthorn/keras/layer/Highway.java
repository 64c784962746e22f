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
import dev.posthorn.keras.object.Activation;
import dev.posthorn.keras.object.WeightOptions;
import java.util.List;

/**
 * {@code y = t · activation(x·W + b) + (1 − t) · x}, {@code t = σ(x·W_carry + b_carry)}, all {@code [batch×in]}; a layer of
 * Keras 1 only. Source: keras 1, layers/core.py.
 */
public record Highway(
        Activation activation, boolean useBias, WeightOptions kernel, WeightOptions bias, Object activityRegularizer)
        implements SimpleLayer {
    public static final Codec<Highway> CODEC = Codec.of(
            "Highway",
            f -> new Highway(
                    f.of("activation", Activation.TYPE, Highway::activation, Activation.LINEAR),
                    f.of("use_bias", FieldType.BOOL, Highway::useBias, true),
                    f.group(WeightOptions.of("kernel"), Highway::kernel),
                    f.group(WeightOptions.of("bias"), Highway::bias),
                    f.of("activity_regularizer", FieldType.ANY, Highway::activityRegularizer)));

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        int n = inputs.get(0).shape().dim(-1);
        List<Weight> kernels = List.of(Weight.of("kernel", n, n), Weight.of("kernel_carry", n, n));
        return useBias
                ? List.of(kernels.get(0), kernels.get(1), Weight.of("bias", n), Weight.of("bias_carry", n))
                : kernels;
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        Value carried = b.matmul(x, c.weight("kernel_carry"));
        Value y = b.matmul(x, c.weight("kernel"));
        Value t = b.unary(Unary.Fn.SIGMOID, useBias ? b.plus(carried, c.weight("bias_carry")) : carried);
        Value transformed = b.times(t, activation.apply(b, useBias ? b.plus(y, c.weight("bias")) : y));
        return b.plus(transformed, b.times(b.minus(b.constant(x.dtype(), 1), t), x));
    }
}
