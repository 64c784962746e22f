package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Window;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Activation;
import dev.posthorn.keras.object.Sliding;
import dev.posthorn.keras.object.WeightOptions;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A depthwise convolution, then one of kernel size 1: {@code y[batch×o…×filters] = activation((x[batch×s…×in] ∗
 * depthwise_kernel[k…×in×m]) ∗ pointwise_kernel[1…×in·m×filters] + bias[filters])}. Source:
 * keras/src/layers/convolutional/base_separable_conv.py.
 *
 * @param depthMultiplier m
 * @param kernel what Keras 2 wrote for a kernel that the layer does not have
 */
public record SeparableConv(
        int depthMultiplier,
        int filters,
        Sliding sliding,
        Activation activation,
        boolean useBias,
        WeightOptions depthwise,
        WeightOptions pointwise,
        WeightOptions bias,
        WeightOptions kernel,
        Object activityRegularizer)
        implements SimpleLayer {
    public static Codec<SeparableConv> codec(int rank) {
        return Codec.of(
                "SeparableConv" + rank + "D",
                f -> new SeparableConv(
                        f.of("depth_multiplier", FieldType.INT, SeparableConv::depthMultiplier, 1),
                        f.of("filters", FieldType.INT, SeparableConv::filters, null),
                        f.group(Sliding.ungrouped(rank), SeparableConv::sliding),
                        f.of("activation", Activation.OR_LAYER, SeparableConv::activation, Activation.LINEAR),
                        f.of("use_bias", FieldType.BOOL, SeparableConv::useBias, true),
                        f.group(WeightOptions.of("depthwise"), SeparableConv::depthwise),
                        f.group(WeightOptions.of("pointwise"), SeparableConv::pointwise),
                        f.group(WeightOptions.of("bias"), SeparableConv::bias),
                        f.group(WeightOptions.keras2("kernel"), SeparableConv::kernel),
                        f.of("activity_regularizer", FieldType.ANY, SeparableConv::activityRegularizer)));
    }

    public SeparableConv {
        if (depthMultiplier <= 0 || filters <= 0) {
            throw new IllegalArgumentException(
                    "expected a positive depth_multiplier and filters but was " + depthMultiplier + " and " + filters);
        }
    }

    @Override
    public String className() {
        return "SeparableConv" + sliding.rank() + "D";
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
    public SeparableConv withChildren(UnaryOperator<LayerNode> replace) {
        return new SeparableConv(
                depthMultiplier,
                filters,
                sliding,
                activation.with(replace),
                useBias,
                depthwise,
                pointwise,
                bias,
                kernel,
                activityRegularizer);
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        int in = sliding.channels(inputs);
        int[] point = new int[sliding.rank() + 2];
        Arrays.fill(point, 1);
        point[sliding.rank()] = in * depthMultiplier;
        point[sliding.rank() + 1] = filters;
        Weight depthwise = Weight.of("depthwise_kernel", sliding.kernel(in, depthMultiplier));
        Weight pointwise = Weight.of("pointwise_kernel", point);
        return useBias ? List.of(depthwise, pointwise, Weight.of("bias", filters)) : List.of(depthwise, pointwise);
    }

    @Override
    public Value call(Call c, Value x) {
        Value last = sliding.dataFormat().toLast(c.builder(), x);
        Value y = sliding.convolveDepthwise(c.builder(), last, c.weight("depthwise_kernel"));
        List<Integer> ones = Collections.nCopies(sliding.rank(), 1);
        Value z = c.builder()
                .add(
                        new dev.posthorn.ir.op.Conv(Window.valid(ones, ones, ones), ones, 1),
                        y,
                        c.weight("pointwise_kernel"));
        return sliding.finish(c, z, useBias, activation);
    }
}
