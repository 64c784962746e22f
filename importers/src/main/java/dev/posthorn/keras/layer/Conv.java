package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
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
import dev.posthorn.keras.object.Sliding;
import dev.posthorn.keras.object.WeightOptions;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * {@code y[batch×o…×filters] = activation(x[batch×s…×in] ∗ kernel[k…×in/groups×filters] + bias[filters])}, over 1 to 3
 * spatial axes. Source: keras/src/layers/convolutional/base_conv.py.
 */
public record Conv(
        int filters,
        Sliding sliding,
        int groups,
        Activation activation,
        boolean useBias,
        WeightOptions kernel,
        WeightOptions bias,
        Object activityRegularizer,
        Lora lora)
        implements SimpleLayer {
    public static Codec<Conv> codec(int rank) {
        return Codec.of(
                "Conv" + rank + "D",
                f -> new Conv(
                        f.of("filters", FieldType.INT, Conv::filters, null),
                        f.group(Sliding.of(rank), Conv::sliding),
                        f.of("groups", FieldType.INT, Conv::groups, 1),
                        f.of("activation", Activation.OR_LAYER, Conv::activation, Activation.LINEAR),
                        f.of("use_bias", FieldType.BOOL, Conv::useBias, true),
                        f.group(WeightOptions.of("kernel"), Conv::kernel),
                        f.group(WeightOptions.of("bias"), Conv::bias),
                        f.of("activity_regularizer", FieldType.ANY, Conv::activityRegularizer),
                        f.group(Lora::of, Conv::lora)));
    }

    public Conv {
        if (filters <= 0 || groups <= 0 || filters % groups != 0) {
            throw new IllegalArgumentException("expected filters in equal groups but was " + filters + " in " + groups);
        }
    }

    @Override
    public String className() {
        return "Conv" + sliding.rank() + "D";
    }

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public List<Child> children(DTypePolicy policy) {
        return activation.children();
    }

    @Override
    public Conv withChildren(UnaryOperator<LayerNode> replace) {
        return new Conv(
                filters, sliding, groups, activation.with(replace), useBias, kernel, bias, activityRegularizer, lora);
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        Weight kernel = Weight.of("kernel", sliding.kernel(sliding.channels(inputs) / groups, filters));
        return lora.adapt("kernel", useBias ? List.of(kernel, Weight.of("bias", filters)) : List.of(kernel));
    }

    @Override
    public Value call(Call c, Value x) {
        Value last = sliding.dataFormat().toLast(c.builder(), x);
        Value y = sliding.convolve(c.builder(), last, lora.weight(c, "kernel"), groups);
        return sliding.finish(c, y, useBias, activation);
    }
}
