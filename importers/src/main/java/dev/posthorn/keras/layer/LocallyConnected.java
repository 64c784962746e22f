package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
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
import java.util.List;

/**
 * A convolution with a kernel of its own at each place: {@code y[batch×p×filters] = activation(patch_p(x)[batch×k] ·
 * kernel[p×k×filters] + bias[p…×filters])}; a layer of Keras 1 and 2. Source: keras 2, layers/local.py.
 */
public record LocallyConnected(
        int filters,
        List<Integer> kernelSize,
        List<Integer> strides,
        DataFormat dataFormat,
        Activation activation,
        boolean useBias,
        WeightOptions kernel,
        WeightOptions bias,
        Object activityRegularizer,
        int implementation)
        implements SimpleLayer {
    private static final FieldType<Padding> VALID = FieldType.lower(Padding.class);

    public static Codec<LocallyConnected> codec(int rank) {
        FieldType<List<Integer>> ints = FieldType.ints(rank);
        return Codec.of("LocallyConnected" + rank + "D", f -> {
            Padding padding = f.of("padding", VALID, l -> Padding.VALID, Padding.VALID);
            if (padding != Padding.VALID) {
                throw new UnsupportedModelException("padding '" + padding + "' of a locally connected layer");
            }
            return new LocallyConnected(
                    f.of("filters", FieldType.INT, LocallyConnected::filters, null),
                    f.of("kernel_size", ints, LocallyConnected::kernelSize, null),
                    f.of("strides", ints, LocallyConnected::strides, Collections.nCopies(rank, 1)),
                    f.of("data_format", DataFormat.TYPE, LocallyConnected::dataFormat, DataFormat.CHANNELS_LAST),
                    f.of("activation", Activation.TYPE, LocallyConnected::activation, Activation.LINEAR),
                    f.of("use_bias", FieldType.BOOL, LocallyConnected::useBias, true),
                    f.group(WeightOptions.of("kernel"), LocallyConnected::kernel),
                    f.group(WeightOptions.of("bias"), LocallyConnected::bias),
                    f.of("activity_regularizer", FieldType.ANY, LocallyConnected::activityRegularizer),
                    f.of("implementation", FieldType.INT, LocallyConnected::implementation, 1));
        });
    }

    public LocallyConnected {
        if (implementation != 1) {
            throw new UnsupportedModelException(
                    "implementation " + implementation + " of a locally connected layer (1 is supported)");
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
            if (n == Shape.UNKNOWN || n < kernelSize.get(a)) {
                throw new ShapeException(
                        className() + ": expected known sizes not below " + kernelSize + " but was " + x);
            }
            places[a] = (n - kernelSize.get(a)) / strides.get(a) + 1;
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
        int window = product(kernelSize.stream().mapToInt(i -> i).toArray());
        Weight w = Weight.of("kernel", product(places), window * x.dim(dataFormat.channels()), filters);
        int[] each = Arrays.copyOf(places, places.length + 1);
        each[places.length] = filters;
        return useBias ? List.of(w, Weight.of("bias", each)) : List.of(w);
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        int[] places = places(x.shape());
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
        Dim[] out = new Dim[places.length + 2];
        out[0] = b.dim(x, 0);
        for (int a = 0; a < places.length; a++) {
            out[a + 1] = Dim.of(places[a]);
        }
        out[places.length + 1] = Dim.of(filters);
        y = dataFormat.fromLast(b, b.reshape(y, out));
        return activation.apply(b, useBias ? b.plus(y, bias(c, places)) : y);
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
