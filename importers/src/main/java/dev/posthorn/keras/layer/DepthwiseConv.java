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
import dev.posthorn.keras.object.Sliding;
import dev.posthorn.keras.object.WeightOptions;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Each channel by itself with {@code m} kernels: {@code y[batch×o…×in·m] = activation(x[batch×s…×in] ∗ kernel[k…×in×m] +
 * bias[in·m])}. Source: keras/src/layers/convolutional/base_depthwise_conv.py.
 *
 * @param depthMultiplier m
 */
public record DepthwiseConv(
        int depthMultiplier,
        Sliding sliding,
        Activation activation,
        boolean useBias,
        WeightOptions depthwise,
        WeightOptions bias,
        Object activityRegularizer)
        implements SimpleLayer {
    public static Codec<DepthwiseConv> codec(int rank) {
        return Codec.of(
                "DepthwiseConv" + rank + "D",
                f -> new DepthwiseConv(
                        f.of("depth_multiplier", FieldType.INT, DepthwiseConv::depthMultiplier, 1),
                        f.group(Sliding.ungrouped(rank), DepthwiseConv::sliding),
                        f.of("activation", Activation.OR_LAYER, DepthwiseConv::activation, Activation.LINEAR),
                        f.of("use_bias", FieldType.BOOL, DepthwiseConv::useBias, true),
                        f.group(WeightOptions.of("depthwise"), DepthwiseConv::depthwise),
                        f.group(WeightOptions.of("bias"), DepthwiseConv::bias),
                        f.of("activity_regularizer", FieldType.ANY, DepthwiseConv::activityRegularizer)));
    }

    public DepthwiseConv {
        if (depthMultiplier <= 0) {
            throw new IllegalArgumentException("expected a positive depth_multiplier but was " + depthMultiplier);
        }
    }

    @Override
    public String className() {
        return "DepthwiseConv" + sliding.rank() + "D";
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
    public DepthwiseConv withChildren(UnaryOperator<LayerNode> replace) {
        return new DepthwiseConv(
                depthMultiplier, sliding, activation.with(replace), useBias, depthwise, bias, activityRegularizer);
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        int in = sliding.channels(inputs);
        Weight kernel = Weight.of("kernel", sliding.kernel(in, depthMultiplier));
        return useBias ? List.of(kernel, Weight.of("bias", in * depthMultiplier)) : List.of(kernel);
    }

    @Override
    public Value call(Call c, Value x) {
        Value last = sliding.dataFormat().toLast(c.builder(), x);
        return sliding.finish(c, sliding.convolveDepthwise(c.builder(), last, c.weight("kernel")), useBias, activation);
    }
}
