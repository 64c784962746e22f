package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Activation;
import dev.posthorn.keras.object.Lora;
import dev.posthorn.keras.object.Quantization;
import dev.posthorn.keras.object.WeightOptions;
import java.util.List;
import java.util.function.UnaryOperator;

/** {@code y[…×units] = activation(x[…×in] · kernel[in×units] + bias[units])}. Source: keras/src/layers/core/dense.py. */
public record Dense(
        int units,
        Activation activation,
        boolean useBias,
        WeightOptions kernel,
        WeightOptions bias,
        Object activityRegularizer,
        Lora lora,
        Quantization quantization)
        implements SimpleLayer {
    public static final Codec<Dense> CODEC = Codec.of(
            "Dense",
            f -> new Dense(
                    f.of(List.of("units", "units", "output_dim"), FieldType.INT, Dense::units, null),
                    f.of("activation", Activation.OR_LAYER, Dense::activation, Activation.LINEAR),
                    f.of(List.of("use_bias", "use_bias", "bias"), FieldType.BOOL, Dense::useBias, true),
                    f.group(WeightOptions.of("kernel"), Dense::kernel),
                    f.group(WeightOptions.of("bias"), Dense::bias),
                    f.of("activity_regularizer", FieldType.ANY, Dense::activityRegularizer),
                    f.group(Lora::of, Dense::lora),
                    f.group(Quantization::of, Dense::quantization)));

    public Dense {
        if (units <= 0) {
            throw new IllegalArgumentException("expected positive units but was " + units);
        }
    }

    @Override
    public List<Child> children(DTypePolicy policy) {
        return activation.children();
    }

    @Override
    public Dense withChildren(UnaryOperator<LayerNode> replace) {
        return new Dense(
                units, activation.with(replace), useBias, kernel, bias, activityRegularizer, lora, quantization);
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        return weights(inputs, DTypePolicy.FLOAT32);
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs, DTypePolicy policy) {
        int in = inputs.get(0).shape().dim(-1);
        Weight kernel = Weight.of("kernel", in, units);
        List<Weight> plain = useBias ? List.of(kernel, Weight.of("bias", units)) : List.of(kernel);
        return quantization.kernel(policy, lora, plain, in, units, Shape.of(units));
    }

    @Override
    public boolean quantizes(String mode) {
        return Quantization.knows(mode);
    }

    @Override
    public Value call(Call c, Value x) {
        Value y = c.policy().mode().isEmpty()
                ? product(c, x)
                : quantization.product(
                        c, x, Shape.of(x.shape().dim(-1), units), new int[] {-1}, s -> s, c.builder()::matmul, lora);
        y = useBias ? c.builder().plus(y, Quantization.bias(c)) : y;
        return activation.apply(c, y);
    }

    private Value product(Call c, Value x) {
        Value kernel = lora.weight(c, "kernel");
        return c.builder().matmul(c.builder().cast(x, kernel.dtype()), kernel);
    }
}
