package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.Pool;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Window;
import dev.posthorn.model.ShapeException;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Windows that slide over images and volumes. */
final class Convolutions {
    static final List<TfOp> ALL = List.of(
            one("Conv2D", s -> conv(s, 2)),
            one("Conv3D", s -> conv(s, 3)),
            one("DepthwiseConv2dNative", Convolutions::depthwise),
            one("Conv2DBackpropInput", s -> transposed(s, 2)),
            one("Conv3DBackpropInputV2", s -> transposed(s, 3)),
            one("MaxPool", s -> pool(s, 2, Pool.Fn.MAX)),
            one("MaxPoolV2", s -> pool(s, 2, Pool.Fn.MAX, s.intList(1), s.intList(2))),
            one("AvgPool", s -> pool(s, 2, Pool.Fn.AVG)),
            one("MaxPool3D", s -> pool(s, 3, Pool.Fn.MAX)),
            one("AvgPool3D", s -> pool(s, 3, Pool.Fn.AVG)));

    private Convolutions() {}

    static boolean channelsFirst(Site s) {
        String format = s.attributes().string("data_format", "");
        return switch (format) {
            case "", "NHWC", "NDHWC" -> false;
            case "NCHW", "NCDHW" -> true;
            default -> throw s.unsupported("data format " + format);
        };
    }

    static Value toLast(Site s, Value x) {
        int rank = x.shape().rank();
        return channelsFirst(s)
                ? s.b().transpose(
                                x,
                                IntStream.range(0, rank)
                                        .map(a -> a == 0 ? 0 : a == rank - 1 ? 1 : a + 1)
                                        .toArray())
                : x;
    }

    static Value fromLast(Site s, Value y) {
        int rank = y.shape().rank();
        return channelsFirst(s)
                ? s.b().transpose(
                                y,
                                IntStream.range(0, rank)
                                        .map(a -> a == 0 ? 0 : a == 1 ? rank - 1 : a - 1)
                                        .toArray())
                : y;
    }

    /** The spatial entries of a list that has one for each axis; ones where there is none. */
    static List<Integer> spatial(Site s, List<Integer> all, int rank) {
        if (all.isEmpty()) {
            return Collections.nCopies(rank, 1);
        }
        boolean first = channelsFirst(s);
        if (all.size() != rank + 2 || all.get(0) != 1 || all.get(first ? 1 : rank + 1) != 1) {
            throw s.unsupported("a window over batches or channels, " + all);
        }
        return all.subList(first ? 2 : 1, rank + (first ? 2 : 1));
    }

    static Window window(Site s, List<Integer> size, List<Integer> strides, List<Integer> dilations, Shape x) {
        String padding = s.attributes().string("padding", "VALID");
        int rank = size.size();
        return switch (padding) {
            case "VALID" -> Window.valid(size, strides, dilations);
            case "SAME" -> {
                List<Integer> n = new ArrayList<>();
                for (int a = 0; a < rank; a++) {
                    n.add(x.dim(a + 1));
                }
                yield Window.same(size, strides, dilations, n);
            }
            case "EXPLICIT" -> {
                List<Integer> all = s.attributes().ints("explicit_paddings");
                int from = channelsFirst(s) ? 4 : 2;
                List<Integer> low = new ArrayList<>();
                List<Integer> high = new ArrayList<>();
                for (int a = 0; a < rank; a++) {
                    low.add(all.get(from + 2 * a));
                    high.add(all.get(from + 2 * a + 1));
                }
                yield new Window(size, strides, dilations, low, high);
            }
            default -> throw s.unsupported("padding " + padding);
        };
    }

    static Value conv(Site s, int rank) {
        Value x = toLast(s, s.in(0));
        Conv op = of(s, rank, x.shape(), s.shape(1), false);
        if (x.dtype() == DType.INT32) { // sums of whole numbers are exact in float64 as far as 2^53, and wrap
            Value wide = s.b().add(op, s.b().cast(x, DType.FLOAT64), s.b().cast(s.in(1), DType.FLOAT64));
            return fromLast(s, s.b().cast(s.b().cast(wide, DType.INT64), DType.INT32));
        }
        return fromLast(s, s.b().add(op, x, s.in(1)));
    }

    static Value depthwise(Site s) {
        Value x = toLast(s, s.in(0));
        Value w = wide(s, s.in(1));
        return fromLast(s, s.b().add(of(s, 2, x.shape(), w.shape(), true), x, w));
    }

    /** The shape of a filter, all of which must be known before the graph runs. */
    private static Shape filter(Site s, Shape w) {
        if (!w.isKnown()) {
            throw s.unsupported("a filter " + w + ", whose size is known only when the graph runs");
        }
        return w;
    }

    /** A filter for each channel, as one of as many groups. */
    static Value wide(Site s, Value w) {
        Shape k = filter(s, w.shape());
        return s.b().reshape(w, k.dim(0), k.dim(1), 1, k.dim(2) * k.dim(3));
    }

    /** The convolution that the node's attributes say, of an x with its channels last. */
    static Conv of(Site s, int rank, Shape x, Shape w, boolean depthwise) {
        List<Integer> size = new ArrayList<>();
        for (int a = 0; a < rank; a++) {
            size.add(filter(s, w).dim(a));
        }
        Window window = window(
                s,
                size,
                spatial(s, s.attributes().ints("strides"), rank),
                spatial(s, s.attributes().ints("dilations"), rank),
                x);
        int channels = x.dim(-1);
        int each = w.dim(-2);
        if (channels == Shape.UNKNOWN || each < 1 || channels % each != 0 || depthwise && channels == 0) {
            throw new ShapeException("expected channels in groups of " + each + " but was " + channels + " of " + x);
        }
        return new Conv(window, Collections.nCopies(rank, 1), channels / each);
    }

    /** The gradient of a convolution with respect to its input: a convolution of dy, spread by the strides. */
    private static Value transposed(Site s, int rank) {
        int[] sizes = s.ints(0);
        Value w = s.in(1);
        Value dy = toLast(s, s.in(2));
        List<Integer> strides = spatial(s, s.attributes().ints("strides"), rank);
        List<Integer> dilations = spatial(s, s.attributes().ints("dilations"), rank);
        List<Integer> size = new ArrayList<>();
        int[] x = new int[rank + 2];
        int first = channelsFirst(s) ? 2 : 1;
        for (int a = 0; a < rank; a++) {
            size.add(w.shape().dim(a));
            x[a + 1] = sizes.length == rank ? sizes[a] : sizes[a + first];
        }
        Window forward = window(s, size, strides, dilations, Shape.of(x));
        List<Integer> low = new ArrayList<>();
        List<Integer> high = new ArrayList<>();
        for (int a = 0; a < rank; a++) {
            int spread = (dy.shape().dim(a + 1) - 1) * strides.get(a) + 1;
            low.add(forward.extent(a) - 1 - forward.low().get(a));
            high.add(x[a + 1] - spread - low.get(a) + forward.extent(a) - 1);
        }
        Window back = new Window(size, Collections.nCopies(rank, 1), dilations, low, high);
        int[] axes = IntStream.range(0, rank).toArray();
        int[] swap = IntStream.range(0, rank + 2)
                .map(a -> a == rank ? rank + 1 : a == rank + 1 ? rank : a)
                .toArray();
        Value flipped = s.b().transpose(s.b().reverse(w, axes), swap);
        return fromLast(s, s.b().add(new Conv(back, strides, 1), dy, flipped));
    }

    private static Value pool(Site s, int rank, Pool.Fn fn) {
        return pool(s, rank, fn, s.attributes().ints("ksize"), s.attributes().ints("strides"));
    }

    private static Value pool(Site s, int rank, Pool.Fn fn, List<Integer> ksize, List<Integer> strides) {
        int channel = channelsFirst(s) ? 1 : rank + 1;
        if (rank == 2 && fn == Pool.Fn.MAX && ksize.size() == 4 && ksize.get(channel) > 1) {
            return ofChannels(s, ksize, strides);
        }
        Value x = toLast(s, s.in(0));
        return fromLast(s, s.b().add(new Pool(fn, pooling(s, rank, ksize, strides, x.shape())), x));
    }

    /** The largest of each group of as many channels, which TensorFlow takes alone, without gaps or overlaps. */
    private static Value ofChannels(Site s, List<Integer> ksize, List<Integer> strides) {
        Value x = s.in(0);
        int channels = s.shape(0).dim(3);
        int k = ksize.get(3);
        if (channelsFirst(s) || !ksize.equals(List.of(1, 1, 1, k)) || !strides.equals(ksize) || channels % k != 0) {
            throw s.unsupported("a window over channels, " + ksize + " every " + strides + " of " + x.shape());
        }
        Dim[] dims = s.b().dims(x);
        Value groups = s.b().reshape(x, dims[0], dims[1], dims[2], Dim.of(channels / k), Dim.of(k));
        return s.b().reduce(Reduce.Fn.MAX, groups, false, 4);
    }

    /** The window of a pooling over an x with its channels last. */
    static Window pooling(Site s, int rank, List<Integer> ksize, List<Integer> strides, Shape x) {
        return window(s, spatial(s, ksize, rank), spatial(s, strides, rank), Collections.nCopies(rank, 1), x);
    }
}
