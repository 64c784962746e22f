package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.ScatterAdd;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Activation;
import dev.posthorn.keras.object.DataFormat;
import dev.posthorn.keras.object.Padding;
import dev.posthorn.keras.object.WeightOptions;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A convolution with a kernel of its own at each place: {@code y[batch×p×filters] = activation(patch_p(x)[batch×k] ·
 * kernel[p×k×filters] + bias[p…×filters])}; a layer of Keras 1 and 2. Source: keras 2, layers/locally_connected.
 *
 * @param implementation how the kernel is kept: 1 as above; 2 as a matrix between all elements of the input and of the
 *     output, {@code kernel[x…×y…]}, of which only the connected ones count; 3 as the connected ones of it, {@code
 *     kernel[n]}, in the order of the output's elements, then the input's
 */
public record LocallyConnected(
        int filters,
        List<Integer> kernelSize,
        List<Integer> strides,
        Padding padding,
        DataFormat dataFormat,
        Activation activation,
        boolean useBias,
        WeightOptions kernel,
        WeightOptions bias,
        Object activityRegularizer,
        int implementation)
        implements SimpleLayer {
    public static Codec<LocallyConnected> codec(int rank) {
        FieldType<List<Integer>> ints = FieldType.ints(rank);
        return Codec.of(
                "LocallyConnected" + rank + "D",
                f -> new LocallyConnected(
                        f.of("filters", FieldType.INT, LocallyConnected::filters, null),
                        f.of("kernel_size", ints, LocallyConnected::kernelSize, null),
                        f.of("strides", ints, LocallyConnected::strides, Collections.nCopies(rank, 1)),
                        f.of("padding", Padding.TYPE, LocallyConnected::padding, Padding.VALID),
                        f.of("data_format", DataFormat.TYPE, LocallyConnected::dataFormat, DataFormat.CHANNELS_LAST),
                        f.of("activation", Activation.TYPE, LocallyConnected::activation, Activation.LINEAR),
                        f.of("use_bias", FieldType.BOOL, LocallyConnected::useBias, true),
                        f.group(WeightOptions.of("kernel"), LocallyConnected::kernel),
                        f.group(WeightOptions.of("bias"), LocallyConnected::bias),
                        f.of("activity_regularizer", FieldType.ANY, LocallyConnected::activityRegularizer),
                        f.of("implementation", FieldType.INT, LocallyConnected::implementation, 1)));
    }

    public LocallyConnected {
        if (implementation < 1 || implementation > 3) {
            throw new UnsupportedModelException(
                    "LocallyConnected: expected implementation 1, 2 or 3 but was " + implementation);
        }
        if (padding == Padding.CAUSAL || padding == Padding.SAME && implementation == 1) {
            throw new UnsupportedModelException("LocallyConnected: expected padding valid"
                    + (implementation == 1 ? "" : " or same") + " but was " + padding + ", for implementation "
                    + implementation);
        }
    }

    @Override
    public String className() {
        return "LocallyConnected" + kernelSize.size() + "D";
    }

    @Override
    public boolean passesMask() {
        return false;
    }

    /** The sizes of the output's spatial axes, of the input's. */
    private int[] places(Shape x) {
        int[] places = new int[kernelSize.size()];
        for (int a = 0; a < places.length; a++) {
            int n = x.dim(dataFormat.spatial() + a);
            if (n == Shape.UNKNOWN || padding == Padding.VALID && n < kernelSize.get(a)) {
                throw new ShapeException(
                        className() + ": expected known sizes not below " + kernelSize + " but was " + x);
            }
            int free = padding == Padding.VALID ? n - kernelSize.get(a) + 1 : n;
            places[a] = (free + strides.get(a) - 1) / strides.get(a);
        }
        return places;
    }

    private static int product(int... sizes) {
        int all = 1;
        for (int n : sizes) {
            all = Math.multiplyExact(all, n);
        }
        return all;
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        Shape x = inputs.get(0).shape();
        int[] places = places(x);
        Weight w = Weight.of("kernel", kernelShape(x, places));
        int[] each = Arrays.copyOf(places, places.length + 1);
        each[places.length] = filters;
        return useBias ? List.of(w, Weight.of("bias", each)) : List.of(w);
    }

    private int[] kernelShape(Shape x, int... places) {
        int channels = x.dim(dataFormat.channels());
        return switch (implementation) {
            case 1 -> {
                int window = product(kernelSize.stream().mapToInt(i -> i).toArray());
                yield new int[] {product(places), window * channels, filters};
            }
            case 2 ->
                IntStream.concat(Arrays.stream(placed(sizes(x), channels)), Arrays.stream(placed(places, filters)))
                        .toArray();
            default -> new int[] {connections(x, places).size() * channels * filters};
        };
    }

    private int[] sizes(Shape x) {
        return x.slice(dataFormat.spatial(), dataFormat.spatial() + kernelSize.size())
                .dims();
    }

    /** Spatial dimensions with the channels where they stand. */
    private int[] placed(int[] spatial, int channels) {
        IntStream own = IntStream.of(channels);
        IntStream places = Arrays.stream(spatial);
        return (dataFormat == DataFormat.CHANNELS_FIRST ? IntStream.concat(own, places) : IntStream.concat(places, own))
                .toArray();
    }

    /** An element of the input below the window of an element of the output, both without their channels. */
    private record Connection(int out, int in) {}

    /** All connections, by their output, then by their input. */
    private List<Connection> connections(Shape x, int... places) {
        int[] sizes = sizes(x);
        List<Connection> all = List.of(new Connection(0, 0));
        for (int a = 0; a < places.length; a++) {
            List<Connection> next = new ArrayList<>();
            for (Connection outer : all) {
                for (int i = 0; i < places[a]; i++) {
                    int left = kernelSize.get(a) / 2;
                    int centre = i * strides.get(a) + (padding == Padding.VALID ? left : 0);
                    int end = Math.min(sizes[a], centre + kernelSize.get(a) - left);
                    for (int j = Math.max(0, centre - left); j < end; j++) {
                        next.add(new Connection(outer.out * places[a] + i, outer.in * sizes[a] + j));
                    }
                }
            }
            all = next;
        }
        return all.stream()
                .sorted(Comparator.comparingInt(Connection::out).thenComparingInt(Connection::in))
                .toList();
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        int[] places = places(x.shape());
        Value y = switch (implementation) {
            case 1 -> patches(c, x, places);
            case 2 -> matrix(c, x, places);
            default -> sparse(c, x, places);
        };
        return activation.apply(b, useBias ? b.plus(y, bias(c, places)) : y);
    }

    /** All elements of the input times a matrix, of which what is not connected is zero. */
    private Value matrix(Call c, Value x, int... places) {
        Builder b = c.builder();
        int channels = x.shape().dim(dataFormat.channels());
        int in = product(sizes(x.shape()));
        int out = product(places);
        float[] connected = new float[Math.multiplyExact(in, out)];
        connections(x.shape(), places).forEach(k -> connected[k.in * out + k.out] = 1);
        boolean first = dataFormat == DataFormat.CHANNELS_FIRST;
        Shape mask = first ? Shape.of(1, in, 1, out) : Shape.of(in, 1, out, 1);
        Value kernel = c.weight("kernel");
        kernel = first ? b.reshape(kernel, channels, in, filters, out) : b.reshape(kernel, in, channels, out, filters);
        kernel = b.times(kernel, b.cast(b.constant(Tensor.of(mask, connected)), kernel.dtype()));
        Value flat = b.reshape(x, -1, in * channels);
        Value y = b.matmul(flat, b.reshape(kernel, in * channels, out * filters));
        return b.reshape(y, shape(b.dim(x, 0), placed(places, filters)));
    }

    /** The connected elements of the input times their weights, added up where they go. */
    private Value sparse(Call c, Value x, int... places) {
        Builder b = c.builder();
        int channels = x.shape().dim(dataFormat.channels());
        int in = product(sizes(x.shape()));
        int out = product(places);
        boolean first = dataFormat == DataFormat.CHANNELS_FIRST;
        List<Connection> all = new ArrayList<>();
        for (Connection k : connections(x.shape(), places)) {
            for (int f = 0; f < filters; f++) {
                for (int i = 0; i < channels; i++) {
                    all.add(
                            first
                                    ? new Connection(f * out + k.out, i * in + k.in)
                                    : new Connection(k.out * filters + f, k.in * channels + i));
                }
            }
        }
        all.sort(Comparator.comparingInt(Connection::out).thenComparingInt(Connection::in));
        Value flat = b.transpose(b.reshape(x, -1, in * channels), 1, 0);
        Value taken =
                b.gather(flat, b.ints(all.stream().mapToInt(Connection::in).toArray()), 0);
        Value parts = b.times(taken, b.expandDims(c.weight("kernel"), 1));
        Value ends = b.ints(all.stream().mapToInt(Connection::out).toArray());
        Value y = b.add(new ScatterAdd(0), ends, parts, b.shape(Dim.of(out * filters), b.dim(x, 0)));
        return b.reshape(b.transpose(y, 1, 0), shape(b.dim(x, 0), placed(places, filters)));
    }

    private static Dim[] shape(Dim batch, int... rest) {
        return Stream.concat(Stream.of(batch), Arrays.stream(rest).mapToObj(Dim::of))
                .toArray(Dim[]::new);
    }

    /** A product of matrices for each place. */
    private Value patches(Call c, Value x, int... places) {
        Builder b = c.builder();
        Value last = dataFormat.toLast(b, x);
        int channels = last.shape().dim(-1);
        int[] sizes = last.shape().slice(1, last.shape().rank() - 1).dims();
        List<Integer> index = indices(places, sizes);
        int window = index.size() / product(places);
        Value flat = b.reshape(last, Dim.of(-1), Dim.of(product(sizes)), Dim.of(channels));
        Value gathered = b.gather(flat, b.ints(index.stream().mapToInt(i -> i).toArray()), 1);
        Value patches = b.reshape(gathered, -1, product(places), window, channels);
        boolean first = dataFormat == DataFormat.CHANNELS_FIRST;
        patches = first ? b.transpose(patches, 1, 0, 3, 2) : b.transpose(patches, 1, 0, 2, 3);
        patches = b.reshape(patches, product(places), -1, window * channels);
        Value y = b.transpose(b.matmul(patches, c.weight("kernel")), 1, 0, 2);
        int[] rest = Arrays.copyOf(places, places.length + 1);
        rest[places.length] = filters;
        return dataFormat.fromLast(b, b.reshape(y, shape(b.dim(x, 0), rest)));
    }

    /** Where channels come first, Keras takes the numbers of the bias in the order in which they stand. */
    private Value bias(Call c, int... places) {
        if (dataFormat == DataFormat.CHANNELS_LAST) {
            return c.weight("bias");
        }
        int[] dims = new int[places.length + 1];
        dims[0] = filters;
        System.arraycopy(places, 0, dims, 1, places.length);
        return c.builder().reshape(c.weight("bias"), dims);
    }

    /** For each place, the numbers of the input's elements below its window. */
    private List<Integer> indices(int[] places, int[] sizes) {
        List<Integer> all = new ArrayList<>();
        boolean flat = places.length == 1;
        for (int i = 0; i < places[0]; i++) {
            for (int j = 0; j < (flat ? 1 : places[1]); j++) {
                for (int k = 0; k < kernelSize.get(0); k++) {
                    for (int m = 0; m < (flat ? 1 : kernelSize.get(1)); m++) {
                        int row = i * strides.get(0) + k;
                        all.add(flat ? row : row * sizes[1] + j * strides.get(1) + m);
                    }
                }
            }
        }
        return all;
    }
}
