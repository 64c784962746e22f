package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.Pool;
import dev.posthorn.ir.op.ScatterAdd;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.keras.layer.AdaptivePooling;
import dev.posthorn.keras.layer.ConvTranspose;
import dev.posthorn.keras.layer.Pooling;
import dev.posthorn.keras.object.Blur;
import dev.posthorn.keras.object.DataFormat;
import dev.posthorn.keras.object.Padding;
import dev.posthorn.keras.object.Sliding;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Operations with a window that moves. Source: keras/src/backend/tensorflow/nn.py, image.py. */
final class WindowOperations {
    static final Map<String, Operation> ALL = Map.ofEntries(
            Map.entry("AdaptiveAveragePool", of(a -> adaptive(a, Pool.Fn.AVG))),
            Map.entry("AdaptiveMaxPool", of(a -> adaptive(a, Pool.Fn.MAX))),
            Map.entry("Fold", of(WindowOperations::fold)),
            Map.entry("AveragePool", of(a -> pool(a, Pool.Fn.AVG))),
            Map.entry("Conv", of(WindowOperations::conv)),
            Map.entry("ConvTranspose", of(WindowOperations::convTranspose)),
            Map.entry("DepthwiseConv", of(WindowOperations::depthwiseConv)),
            Map.entry("ExtractPatches", of(WindowOperations::patches)),
            Map.entry("ExtractSequences", of(WindowOperations::sequences)),
            Map.entry("GaussianBlur", of(WindowOperations::blur)),
            Map.entry("MaxPool", of(a -> pool(a, Pool.Fn.MAX))),
            Map.entry("SeparableConv", of(WindowOperations::separableConv)),
            Map.entry("Unfold", of(WindowOperations::unfold)));

    private WindowOperations() {}

    static DataFormat format(Arguments a) {
        return DataFormat.valueOf(a.string("data_format", "channels_last").toUpperCase(Locale.ROOT));
    }

    private static Padding padding(Arguments a) {
        return Padding.valueOf(a.string("padding", "valid").toUpperCase(Locale.ROOT));
    }

    /** An integer for each of {@code n} axes. */
    private static List<Integer> each(Arguments a, String name, int n, int ifAbsent) {
        List<Integer> given = a.integers(name);
        return given.size() == n
                ? given
                : Collections.nCopies(n, given.isEmpty() ? Integer.valueOf(ifAbsent) : given.get(0));
    }

    private static Value pool(Arguments a, Pool.Fn fn) {
        Value x = a.tensor("inputs", 0);
        int n = x.shape().rank() - 2;
        List<Integer> strides = a.option("strides") == null ? null : each(a, "strides", n, 1);
        return new Pooling(fn, each(a, "pool_size", n, 2), strides, padding(a), format(a)).call(a.call(), x);
    }

    private static Value adaptive(Arguments a, Pool.Fn fn) {
        Value x = a.tensor("inputs", 0);
        return new AdaptivePooling(fn, each(a, "output_size", x.shape().rank() - 2, 1), format(a)).call(a.call(), x);
    }

    private static Sliding sliding(Arguments a, Value kernel) {
        int n = kernel.shape().rank() - 2;
        List<Integer> size = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            size.add(kernel.shape().dim(i));
        }
        return new Sliding(
                size, each(a, "strides", n, 1), padding(a), format(a), each(a, "dilation_rate", n, 1), false);
    }

    private static Value conv(Arguments a) {
        Builder b = a.b();
        Value kernel = a.tensor("kernel", 1);
        Value x = format(a).toLast(b, a.tensor("inputs", 0));
        return format(a)
                .fromLast(
                        b,
                        sliding(a, kernel)
                                .convolve(
                                        b,
                                        x,
                                        kernel,
                                        x.shape().dim(-1) / kernel.shape().dim(-2)));
    }

    private static Value convTranspose(Arguments a) {
        Builder b = a.b();
        Value kernel = a.tensor("kernel", 1);
        Sliding sliding = sliding(a, kernel);
        List<Integer> padding =
                a.option("output_padding") == null ? null : each(a, "output_padding", sliding.rank(), 0);
        Value x = format(a).toLast(b, a.tensor("inputs", 0));
        return format(a).fromLast(b, ConvTranspose.spread(b, x, kernel, sliding, padding));
    }

    private static Value depthwiseConv(Arguments a) {
        Builder b = a.b();
        Value kernel = a.tensor("kernel", 1);
        Value x = format(a).toLast(b, a.tensor("inputs", 0));
        return format(a).fromLast(b, sliding(a, kernel).convolveDepthwise(b, x, kernel));
    }

    private static Value separableConv(Arguments a) {
        Builder b = a.b();
        Value kernel = a.tensor("depthwise_kernel", 1);
        Value pointwise = a.tensor("pointwise_kernel", 2);
        Value x = format(a).toLast(b, a.tensor("inputs", 0));
        Value y = b.matmul(
                sliding(a, kernel).convolveDepthwise(b, x, kernel),
                b.reshape(
                        pointwise, pointwise.shape().dim(-2), pointwise.shape().dim(-1)));
        return format(a).fromLast(b, y);
    }

    /** Each window's elements as channels: a convolution with the identity. */
    private static Value patches(Arguments a) {
        Builder b = a.b();
        Value given = a.tensor("images", 0);
        boolean single = given.shape().rank() == 3;
        Value x = format(a).toLast(b, single ? b.expandDims(given, 0) : given);
        List<Integer> size = each(a, "size", 2, 1);
        List<Integer> strides = a.option("strides") == null ? size : each(a, "strides", 2, 1);
        int channels = x.shape().dim(-1);
        int n = size.get(0) * size.get(1) * channels;
        Tensor identity = Tensor.zeros(TensorType.of(x.dtype(), size.get(0), size.get(1), channels, n));
        for (int i = 0; i < n; i++) {
            identity.setDouble(i * n + i, 1);
        }
        Sliding sliding = new Sliding(size, strides, padding(a), format(a), each(a, "dilation_rate", 2, 1), false);
        Value y = format(a).fromLast(b, sliding.convolve(b, x, b.constant(identity), 1));
        return single ? b.squeeze(y, 0) : y;
    }

    /** {@code x[…×n] → y[…×frames×length]}. */
    private static Value sequences(Arguments a) {
        Value x = a.x();
        int n = x.shape().dim(-1);
        if (n == Shape.UNKNOWN) {
            throw a.unsupported("a dimension that is not known");
        }
        return frames(a.b(), x, a.integer("sequence_length", 1), a.integer("sequence_stride", 1));
    }

    /** Pieces of the last axis, whose length must be known: {@code x[…×n] → y[…×frames×length]}. */
    static Value frames(Builder b, Value x, int length, int stride) {
        int frames = Math.max(0, (x.shape().dim(-1) - length) / stride + 1);
        int[] from = new int[frames * length];
        for (int i = 0; i < from.length; i++) {
            from[i] = i / length * stride + i % length;
        }
        Value index = b.constant(Tensor.of(Shape.of(frames, length), from));
        return b.gather(x, index, -1);
    }

    private static Value blur(Arguments a) {
        Builder b = a.b();
        Value given = a.tensor("images", 0);
        boolean single = given.shape().rank() == 3;
        Value x = format(a).toLast(b, single ? b.expandDims(given, 0) : given);
        List<Integer> size = each(a, "kernel_size", 2, 3);
        List<?> sigma = a.option("sigma") instanceof List<?> l ? l : List.of(1.0, 1.0);
        double down = ((Number) sigma.get(0)).doubleValue();
        double right = ((Number) sigma.get(1)).doubleValue();
        Value y = format(a).fromLast(b, Blur.same(b, x, size.get(0), size.get(1), down, right));
        return single ? b.squeeze(y, 0) : y;
    }

    static Value blurred(Builder b, Value x, int size, double sigma) {
        return Blur.valid(b, x, size, sigma);
    }

    /** {@code x[b×c×h×w] → y[b×(c·kh·kw)×(oh·ow)]}: a strided slice for each place in the window. */
    private static Value unfold(Arguments a) {
        Builder b = a.b();
        List<Integer> size = each(a, "kernel_size", 2, 1);
        List<Integer> dilation = each(a, "dilation", 2, 1);
        List<Integer> padding = each(a, "padding", 2, 0);
        List<Integer> stride = each(a, "stride", 2, 1);
        List<Integer> margins = List.of(0, 0, padding.get(0), padding.get(1));
        Value x = b.add(new Pad(Pad.Mode.CONSTANT, margins, margins), a.tensor("input", 0), zero(a));
        int[] n = new int[2];
        for (int i = 0; i < 2; i++) {
            int d = x.shape().dim(i + 2);
            if (d == Shape.UNKNOWN) {
                throw a.unsupported("a dimension that is not known");
            }
            n[i] = (d - dilation.get(i) * (size.get(i) - 1) - 1) / stride.get(i) + 1;
        }
        List<Value> places = new ArrayList<>();
        for (int i = 0; i < size.get(0); i++) {
            for (int j = 0; j < size.get(1); j++) {
                int top = i * dilation.get(0);
                int left = j * dilation.get(1);
                Slice slice = new Slice(
                        List.of(0, 0, top, left),
                        List.of(
                                Slice.END,
                                Slice.END,
                                top + (n[0] - 1) * stride.get(0) + 1,
                                left + (n[1] - 1) * stride.get(1) + 1),
                        List.of(1, 1, stride.get(0), stride.get(1)));
                places.add(b.expandDims(b.add(slice, x), 2));
            }
        }
        Value y = b.concat(2, places);
        return b.reshape(y, b.dim(y, 0), Dim.of(x.shape().dim(1) * places.size()), Dim.of(n[0] * n[1]));
    }

    /** What {@link #unfold} takes apart: {@code x[b×(c·kh·kw)×(oh·ow)] → y[b×c×h×w]}, where windows overlap their sum. */
    private static Value fold(Arguments a) {
        Builder b = a.b();
        Value x = a.x();
        List<Integer> size = each(a, "kernel_size", 2, 1);
        List<Integer> output = each(a, "output_size", 2, 1);
        List<Integer> dilation = each(a, "dilation", 2, 1);
        List<Integer> padding = each(a, "padding", 2, 0);
        List<Integer> stride = each(a, "stride", 2, 1);
        int taps = size.get(0) * size.get(1);
        int channels = x.shape().dim(1) / taps;
        int[] n = new int[2];
        int[] whole = new int[2];
        for (int i = 0; i < 2; i++) {
            whole[i] = output.get(i) + 2 * padding.get(i);
            n[i] = (whole[i] - dilation.get(i) * (size.get(i) - 1) - 1) / stride.get(i) + 1;
        }
        int[] places = new int[taps * n[0] * n[1]];
        for (int p = 0; p < places.length; p++) {
            int tap = p / (n[0] * n[1]);
            int row = tap / size.get(1) * dilation.get(0) + p % (n[0] * n[1]) / n[1] * stride.get(0);
            int column = tap % size.get(1) * dilation.get(1) + p % n[1] * stride.get(1);
            places[p] = row * whole[1] + column;
        }
        Dim batch = b.dim(x, 0);
        Value parts = b.reshape(x, batch, Dim.of(channels), Dim.of(places.length));
        Value shape = b.shape(batch, Dim.of(channels), Dim.of(whole[0] * whole[1]));
        Value y = b.reshape(
                b.add(new ScatterAdd(2), b.ints(places), parts, shape),
                batch,
                Dim.of(channels),
                Dim.of(whole[0]),
                Dim.of(whole[1]));
        for (int i = 0; i < 2; i++) {
            y = b.slice(y, i + 2, padding.get(i), padding.get(i) + output.get(i));
        }
        return y;
    }

    private static Value zero(Arguments a) {
        DType dtype = a.tensor("input", 0).dtype();
        return a.b().constant(dtype, 0);
    }
}
