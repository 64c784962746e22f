package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Boxes;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.ShapeOf;
import dev.posthorn.ir.op.Sobol;
import dev.posthorn.ir.op.Sort;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.ir.op.Window;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Places, orders of axes, and other ops that a few others make up. */
final class Further {
    static final List<TfOp> ALL = List.of(
            one(
                    "DataFormatDimMap",
                    s -> s.b().gather(s.b().cast(s.b().ints(order(s, false)), s.dtype(0)), positive(s), 0)),
            one("DataFormatVecPermute", s -> permuted(s, s.in(0))),
            one("UnravelIndex", Further::unravel),
            one("ToBool", Further::truth),
            one("Conv", Further::convolution),
            many("NearestNeighbors", Further::nearest),
            one("XlaDynamicUpdateSlice", s -> Boxes.updated(s.b(), s.in(0), s.b().cast(s.in(2), DType.INT32), s.in(1))),
            one(
                    "SobolSample",
                    s -> s.b().add(
                                    new Sobol(s.integer(0), s.attributes().type("dtype", DType.FLOAT32)),
                                    s.in(1),
                                    s.in(2))));

    private Further() {}

    /** For each axis of the source format its place in the other; or the other way round. */
    private static int[] order(Site s, boolean back) {
        String from = s.attributes().string("src_format", "NHWC");
        String to = s.attributes().string("dst_format", "NCHW");
        return IntStream.range(0, from.length())
                .map(i -> back ? from.indexOf(to.charAt(i)) : to.indexOf(from.charAt(i)))
                .toArray();
    }

    private static Value positive(Site s) {
        Value x = s.in(0);
        Value negative = s.b().compare(Compare.Fn.LT, x, s.b().constant(x.dtype(), 0));
        int n = s.attributes().string("src_format", "NHWC").length();
        return s.b().select(negative, s.b().binary(Binary.Fn.ADD, x, n), x);
    }

    /** A vector of one number for each axis, or for each spatial one, or a matrix of such rows. */
    private static Value permuted(Site s, Value x) {
        int[] order = order(s, true);
        int n = x.shape().dim(0);
        if (n == order.length - 2) {
            String from = s.attributes().string("src_format", "NHWC");
            String to = s.attributes().string("dst_format", "NCHW");
            String spatial = from.replaceAll("[NC]", "");
            String wanted = to.replaceAll("[NC]", "");
            order = IntStream.range(0, n)
                    .map(i -> spatial.indexOf(wanted.charAt(i)))
                    .toArray();
        }
        return s.b().gather(x, s.b().ints(order), 0);
    }

    /** The index along each axis of flat places in a tensor of these dimensions: a column for each place. */
    private static Value unravel(Site s) {
        Builder b = s.b();
        List<Value> rows = new ArrayList<>();
        Value rest = s.in(0);
        int rank = s.shape(1).dim(0);
        for (int a = rank - 1; a >= 0; a--) {
            Value d = b.squeeze(b.slice(s.in(1), 0, a, a + 1), 0);
            rows.add(0, b.expandDims(b.binary(Binary.Fn.FLOOR_MOD, rest, d), 0));
            rest = b.binary(Binary.Fn.FLOOR_DIV, rest, d);
        }
        return b.concat(0, rows);
    }

    /** A scalar that is not 0, or a tensor that has elements. */
    private static Value truth(Site s) {
        Value x = s.in(0);
        if (s.shape(0).rank() == 0) {
            return x.dtype() == DType.BOOL ? x : s.b().cast(x, DType.BOOL);
        }
        return s.b().cast(s.b().reduce(Reduce.Fn.PROD, s.b().add(new ShapeOf(), x), false, 0), DType.BOOL);
    }

    /** Any number of spatial axes, after one of batches, channels last or first. */
    private static Value convolution(Site s) {
        Builder b = s.b();
        if (s.attributes().integer("batch_dims", 1) != 1) {
            throw s.unsupported("several axes of batches");
        }
        boolean first = s.attributes().string("data_format", "CHANNELS_LAST").equals("CHANNELS_FIRST");
        int rank = s.shape(0).rank() - 2;
        int[] toLast = IntStream.range(0, rank + 2)
                .map(a -> a == 0 ? 0 : a == rank + 1 ? 1 : a + 1)
                .toArray();
        int[] back = IntStream.range(0, rank + 2)
                .map(a -> a == 0 ? 0 : a == 1 ? rank + 1 : a - 1)
                .toArray();
        Value x = first ? b.transpose(s.in(0), toLast) : s.in(0);
        List<Integer> size = new ArrayList<>();
        List<Integer> n = new ArrayList<>();
        for (int a = 0; a < rank; a++) {
            size.add(s.shape(1).dim(a));
            n.add(x.shape().dim(a + 1));
        }
        List<Integer> strides = inner(s, "strides", first, rank);
        List<Integer> dilations = inner(s, "dilations", first, rank);
        Window window = switch (s.attributes().string("padding", "VALID")) {
            case "SAME" -> Window.same(size, strides, dilations, n);
            case "VALID" -> Window.valid(size, strides, dilations);
            default -> {
                List<Integer> all = s.attributes().ints("explicit_paddings");
                int from = first ? 4 : 2;
                List<Integer> low = IntStream.range(0, rank)
                        .map(a -> all.get(from + 2 * a))
                        .boxed()
                        .toList();
                List<Integer> high = IntStream.range(0, rank)
                        .map(a -> all.get(from + 2 * a + 1))
                        .boxed()
                        .toList();
                yield new Window(size, strides, dilations, low, high);
            }
        };
        int groups = x.shape().dim(-1) / s.shape(1).dim(-2);
        Value y = b.add(new Conv(window, Collections.nCopies(rank, 1), groups), x, s.in(1));
        return first ? b.transpose(y, back) : y;
    }

    private static List<Integer> inner(Site s, String name, boolean first, int rank) {
        List<Integer> all = s.attributes().ints(name);
        return all.isEmpty() ? Collections.nCopies(rank, 1) : all.subList(first ? 2 : 1, rank + (first ? 2 : 1));
    }

    /** The k nearest of the centres to each point, and their squared distances. */
    private static List<Value> nearest(Site s) {
        Builder b = s.b();
        Value points = s.in(0);
        Value centres = s.in(1);
        int k = Math.min(s.integer(2), centres.shape().dim(0));
        Value apart = b.minus(b.expandDims(points, 1), b.expandDims(centres, 0));
        Value squares = b.reduce(Reduce.Fn.SUM, b.unary(Unary.Fn.SQUARE, apart), false, 2);
        Value places = b.broadcastTo(
                b.add(
                        new Iota(DType.INT64),
                        b.constant(DType.INT32, centres.shape().dim(0))),
                b.dims(squares));
        List<Value> sorted = b.addAll(new Sort(1, false), Arrays.asList(squares, places));
        return List.of(b.slice(sorted.get(1), 1, 0, k), b.slice(sorted.get(0), 1, 0, k));
    }
}
