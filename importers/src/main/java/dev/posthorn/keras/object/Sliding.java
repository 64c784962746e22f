package dev.posthorn.keras.object;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.Window;
import dev.posthorn.keras.Call;
import dev.posthorn.model.ShapeException;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * How the kernel of a convolution moves over the input.
 *
 * @param keras2 whether channels come first and the file is older than Keras 3, which adds a bias in a way of its own
 */
public record Sliding(
        List<Integer> kernelSize,
        List<Integer> strides,
        Padding padding,
        DataFormat dataFormat,
        List<Integer> dilationRate,
        boolean keras2) {
    private static final FieldType<Integer> ONE = FieldType.of(
            "1",
            o -> {
                if (((Number) o).intValue() != 1) {
                    throw new IllegalArgumentException("groups that this layer does not have");
                }
                return 1;
            },
            i -> i);

    /** The keys of a convolution over {@code rank} spatial axes. */
    public static Function<Fields<Sliding>, Sliding> of(int rank) {
        return of(rank, List.of("dilation_rate"));
    }

    private static Function<Fields<Sliding>, Sliding> of(int rank, List<String> dilation) {
        FieldType<List<Integer>> ints = FieldType.ints(rank);
        List<Integer> ones = Collections.nCopies(rank, 1);
        return f -> {
            List<Integer> kernelSize = f.of("kernel_size", ints, Sliding::kernelSize, null);
            List<Integer> strides = f.of("strides", ints, Sliding::strides, ones);
            Padding padding = f.of("padding", Padding.TYPE, Sliding::padding, Padding.VALID);
            DataFormat format = f.of("data_format", DataFormat.TYPE, Sliding::dataFormat, DataFormat.CHANNELS_LAST);
            boolean old = f.dialect() != Dialect.KERAS3 && format == DataFormat.CHANNELS_FIRST;
            return new Sliding(
                    kernelSize,
                    strides,
                    padding,
                    format,
                    f.of(dilation, ints, Sliding::dilationRate, ones),
                    f.implied("the bias along the channels in any case", Sliding::keras2, old));
        };
    }

    /** The same keys where the layer has no groups, for which Keras 2 wrote {@code groups: 1}. */
    public static Function<Fields<Sliding>, Sliding> ungrouped(int rank) {
        return f -> {
            f.of(List.of("", "groups"), ONE, s -> 1, 1);
            return of(rank).apply(f);
        };
    }

    /** The keys of a transposed convolution: over three axes Keras 2 wrote no dilation. */
    public static Function<Fields<Sliding>, Sliding> transposed(int rank) {
        return rank < 3
                ? ungrouped(rank)
                : f -> {
                    f.of(List.of("", "groups"), ONE, s -> 1, 1);
                    return of(rank, List.of("dilation_rate", "")).apply(f);
                };
    }

    /** The number of spatial axes. */
    public int rank() {
        return kernelSize.size();
    }

    /** The number of channels of the only input. */
    public int channels(List<TensorType> inputs) {
        int n = inputs.get(0).shape().dim(dataFormat.channels());
        if (n < 0) {
            throw new ShapeException("expected a known number of channels but was " + inputs.get(0));
        }
        return n;
    }

    /** The dimensions of a kernel: those of the window, then {@code more}. */
    public int[] kernel(int... more) {
        return IntStream.concat(kernelSize.stream().mapToInt(i -> i), IntStream.of(more))
                .toArray();
    }

    /** The convolution of {@code x} with {@code kernel}, both with their channels last. */
    public Value convolve(Builder b, Value x, Value kernel, int groups) {
        Window window = padding.window(x, kernelSize, strides, dilationRate);
        return b.add(new Conv(window, Collections.nCopies(rank(), 1), groups), x, kernel);
    }

    /** Each channel of {@code x} by itself with {@code kernel[…×channels×multiplier]}. */
    public Value convolveDepthwise(Builder b, Value x, Value kernel) {
        int channels = kernel.shape().dim(-2);
        int all = channels * kernel.shape().dim(-1);
        return convolve(b, x, b.reshape(kernel, kernel(1, all)), channels);
    }

    /** What a layer gives for the result {@code y} of a convolution, channels last: the bias and the activation stand. */
    public Value finish(Call c, Value y, boolean useBias, Activation activation) {
        Builder b = c.builder();
        Value z = useBias ? b.plus(y, bias(b, y, c.weight("bias"))) : y;
        return activation.apply(c, dataFormat.fromLast(b, z));
    }

    /** Keras 3 on TensorFlow adds a bias along the last axis where that is as long, and be it not that of the channels. */
    private Value bias(Builder b, Value y, Value bias) {
        int n = bias.shape().dim(0);
        boolean alongLast =
                dataFormat == DataFormat.CHANNELS_FIRST && !keras2 && y.shape().dim(-2) == n;
        return alongLast ? b.reshape(bias, n, 1) : bias;
    }
}
