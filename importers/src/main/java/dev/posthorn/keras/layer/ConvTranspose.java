package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
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
import dev.posthorn.keras.object.Padding;
import dev.posthorn.keras.object.Sliding;
import dev.posthorn.keras.object.WeightOptions;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * What a convolution's input would have to be: {@code y[batch×o…×filters] = activation(x[batch×s…×in] ∗ᵀ
 * kernel[k…×filters×in] + bias[filters])}, written as a convolution of x with stride − 1 zeros between its elements and
 * the kernel turned round. Source: keras/src/layers/convolutional/base_conv_transpose.py.
 *
 * @param outputPadding elements added to each axis of the smallest output; null for Keras's own choice
 */
public record ConvTranspose(
        int filters,
        Sliding sliding,
        List<Integer> outputPadding,
        Activation activation,
        boolean useBias,
        WeightOptions kernel,
        WeightOptions bias,
        Object activityRegularizer)
        implements SimpleLayer {
    public static Codec<ConvTranspose> codec(int rank) {
        return Codec.of(
                "Conv" + rank + "DTranspose",
                f -> new ConvTranspose(
                        f.of("filters", FieldType.INT, ConvTranspose::filters, null),
                        f.group(Sliding.transposed(rank), ConvTranspose::sliding),
                        f.of("output_padding", FieldType.ints(rank).orNull(), ConvTranspose::outputPadding),
                        f.of("activation", Activation.OR_LAYER, ConvTranspose::activation, Activation.LINEAR),
                        f.of("use_bias", FieldType.BOOL, ConvTranspose::useBias, true),
                        f.group(WeightOptions.of("kernel"), ConvTranspose::kernel),
                        f.group(WeightOptions.of("bias"), ConvTranspose::bias),
                        f.of("activity_regularizer", FieldType.ANY, ConvTranspose::activityRegularizer)));
    }

    public ConvTranspose {
        if (filters <= 0 || sliding.padding() == Padding.CAUSAL) {
            throw new IllegalArgumentException("expected positive filters and padding 'valid' or 'same' but was "
                    + filters + " and " + sliding.padding());
        }
    }

    @Override
    public String className() {
        return "Conv" + sliding.rank() + "DTranspose";
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
    public ConvTranspose withChildren(UnaryOperator<LayerNode> replace) {
        return new ConvTranspose(
                filters, sliding, outputPadding, activation.with(replace), useBias, kernel, bias, activityRegularizer);
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        Weight kernel = Weight.of("kernel", sliding.kernel(filters, sliding.channels(inputs)));
        return useBias ? List.of(kernel, Weight.of("bias", filters)) : List.of(kernel);
    }

    @Override
    public Value call(Call c, Value x) {
        Value last = sliding.dataFormat().toLast(c.builder(), x);
        Value y = spread(c.builder(), last, c.weight("kernel"), sliding, outputPadding);
        return sliding.finish(c, y, useBias, activation);
    }

    /** The convolution alone, of x with its channels last. */
    public static Value spread(Builder b, Value x, Value kernel, Sliding sliding, List<Integer> outputPadding) {
        int rank = sliding.rank();
        int[] spatial = IntStream.range(0, rank).toArray();
        int[] turned = IntStream.concat(IntStream.of(spatial), IntStream.of(rank + 1, rank))
                .toArray();
        Window window = window(sliding, outputPadding);
        return b.add(
                new dev.posthorn.ir.op.Conv(window, sliding.strides(), 1),
                x,
                b.transpose(b.reverse(kernel, spatial), turned));
    }

    /** The window over the spread input: its padding is what the convolution's own padding leaves of the kernel. */
    private static Window window(Sliding sliding, List<Integer> outputPadding) {
        Integer[] low = new Integer[sliding.rank()];
        Integer[] high = new Integer[sliding.rank()];
        for (int a = 0; a < low.length; a++) {
            int extent =
                    (sliding.kernelSize().get(a) - 1) * sliding.dilationRate().get(a) + 1;
            boolean valid = sliding.padding() == Padding.VALID;
            int beyond; // elements of the output after the one where the last input's window starts, that one included
            if (outputPadding == null) {
                beyond = valid
                        ? Math.max(extent, sliding.strides().get(a))
                        : sliding.strides().get(a);
            } else {
                beyond = outputPadding.get(a) + (valid ? extent : extent % 2);
            }
            low[a] = extent - 1 - Math.max(extent - beyond, 0) / 2;
            high[a] = beyond + extent - 2 - low[a];
        }
        List<Integer> ones = Collections.nCopies(low.length, 1);
        return new Window(sliding.kernelSize(), ones, sliding.dilationRate(), List.of(low), List.of(high));
    }
}
