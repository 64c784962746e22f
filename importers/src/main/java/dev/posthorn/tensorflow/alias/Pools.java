package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.ArgReduce;
import dev.posthorn.ir.op.AvgPoolGradient;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.MaxPoolGather;
import dev.posthorn.ir.op.MaxPoolGradient;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.Pool;
import dev.posthorn.ir.op.ScatterAdd;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.ir.op.Window;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.ArrayList;
import java.util.List;

/** Gradients of windows, and windows that say where their largest element is. */
final class Pools {
    static final List<TfOp> ALL = List.of(
            one(
                    "MaxPoolGrad",
                    s -> maxGradient(
                            s, 2, s.attributes().ints("ksize"), s.attributes().ints("strides"))),
            one("MaxPoolGradV2", s -> maxGradient(s, 2, s.intList(3), s.intList(4))),
            one(
                    "MaxPool3DGrad",
                    s -> maxGradient(
                            s, 3, s.attributes().ints("ksize"), s.attributes().ints("strides"))),
            one(
                    "MaxPoolGradGrad",
                    s -> chosen(
                            s, 2, s.attributes().ints("ksize"), s.attributes().ints("strides"))),
            one("MaxPoolGradGradV2", s -> chosen(s, 2, s.intList(3), s.intList(4))),
            one(
                    "MaxPool3DGradGrad",
                    s -> chosen(
                            s, 3, s.attributes().ints("ksize"), s.attributes().ints("strides"))),
            one("AvgPoolGrad", s -> meanGradient(s, 2)),
            one("AvgPool3DGrad", s -> meanGradient(s, 3)),
            many("MaxPoolWithArgmax", Pools::withPlaces),
            one("MaxPoolGradWithArgmax", Pools::toPlaces),
            one("MaxPoolGradGradWithArgmax", s -> s.b().gather(s.b().reshape(s.in(1), -1), places(s), 0)),
            one("Conv2DBackpropFilter", s -> byFilter(s, 2, false)),
            one("Conv3DBackpropFilter", s -> byFilter(s, 3, false)),
            one("Conv3DBackpropFilterV2", s -> byFilter(s, 3, false)),
            one("DepthwiseConv2dNativeBackpropFilter", s -> byFilter(s, 2, true)),
            one("DepthwiseConv2dNativeBackpropInput", Pools::byInput),
            one("Dilation2D", s -> dilation(s, s.b(), s.in(0), s.in(1))),
            one("Dilation2DBackpropInput", s -> dilationGradient(s).get(0)),
            one("Dilation2DBackpropFilter", s -> dilationGradient(s).get(1)));

    private Pools() {}

    private static Value maxGradient(Site s, int rank, List<Integer> ksize, List<Integer> strides) {
        Value x = Convolutions.toLast(s, s.in(0));
        Window w = Convolutions.pooling(s, rank, ksize, strides, x.shape());
        Value dy = Convolutions.toLast(s, s.in(2));
        return Convolutions.fromLast(s, s.b().add(new MaxPoolGradient(w), x, dy));
    }

    private static Value chosen(Site s, int rank, List<Integer> ksize, List<Integer> strides) {
        Value x = Convolutions.toLast(s, s.in(0));
        Window w = Convolutions.pooling(s, rank, ksize, strides, x.shape());
        Value v = Convolutions.toLast(s, s.in(2));
        return Convolutions.fromLast(s, s.b().add(new MaxPoolGather(w), x, v));
    }

    /** A shape as it is with the channels last. */
    private static int[] lastOf(Site s, int[] shape) {
        if (!Convolutions.channelsFirst(s)) {
            return shape;
        }
        int[] last = shape.clone();
        System.arraycopy(shape, 2, last, 1, shape.length - 2);
        last[shape.length - 1] = shape[1];
        return last;
    }

    private static Value meanGradient(Site s, int rank) {
        int[] shape = lastOf(s, s.ints(0));
        Window w = Convolutions.pooling(
                s, rank, s.attributes().ints("ksize"), s.attributes().ints("strides"), Shape.of(shape));
        Value dy = Convolutions.toLast(s, s.in(1));
        return Convolutions.fromLast(s, s.b().add(new AvgPoolGradient(w), dy, s.b().ints(shape)));
    }

    private static Value byFilter(Site s, int rank, boolean depthwise) {
        Value x = Convolutions.toLast(s, s.in(0));
        boolean sizes = s.in(1).dtype().isInteger();
        Shape filter = sizes ? Shape.of(s.ints(1)) : s.shape(1);
        Shape wide = depthwise ? Shape.of(filter.dim(0), filter.dim(1), 1, filter.dim(2) * filter.dim(3)) : filter;
        Conv conv = Convolutions.of(s, rank, x.shape(), wide, depthwise);
        Value w = zeros(s.b(), x.dtype(), wide);
        Value dy = Convolutions.toLast(s, s.in(2));
        Value dw = Derivatives.all(s.b(), (b, in) -> b.add(conv, in.get(0), in.get(1)), dy, List.of(x, w))
                .get(1);
        return s.b().reshape(dw, filter.dims());
    }

    private static Value byInput(Site s) {
        Shape shape = Shape.of(lastOf(s, s.ints(0)));
        Value w = Convolutions.wide(s, s.in(1));
        Conv conv = Convolutions.of(s, 2, shape, w.shape(), true);
        Value x = zeros(s.b(), w.dtype(), shape);
        Value dy = Convolutions.toLast(s, s.in(2));
        Value dx = Derivatives.all(s.b(), (b, in) -> b.add(conv, in.get(0), in.get(1)), dy, List.of(x, w))
                .get(0);
        return Convolutions.fromLast(s, dx);
    }

    private static Value zeros(Builder b, DType dtype, Shape shape) {
        Value shaped = b.ints(shape.dims());
        return b.add(new dev.posthorn.ir.op.BroadcastTo(), b.constant(dtype, 0), shaped);
    }

    /** What each tap of a window sees, one after the other along a new first axis; {@code outside} where nothing is. */
    private static List<Value> taps(Builder b, Value x, Window w, Value outside) {
        List<Integer> low = new ArrayList<>(List.of(0));
        low.addAll(w.low());
        low.add(0);
        List<Integer> high = new ArrayList<>(List.of(0));
        List<Integer> strides = new ArrayList<>(List.of(1));
        List<Integer> places = new ArrayList<>();
        for (int a = 0; a < w.rank(); a++) {
            int n = x.shape().dim(a + 1);
            places.add(w.outputs(a, n));
            int reach = (places.get(a) - 1) * w.strides().get(a) + w.extent(a);
            high.add(Math.max(reach - n - w.low().get(a), 0));
            strides.add(w.strides().get(a));
        }
        high.add(0);
        strides.add(1);
        Value padded = b.add(new Pad(Pad.Mode.CONSTANT, low, high), x, outside);
        List<Value> all = new ArrayList<>();
        int columns = w.size().get(1);
        for (int k = 0; k < w.size().get(0) * columns; k++) {
            int[] tap = {k / columns, k % columns};
            List<Integer> from = new ArrayList<>(List.of(0));
            List<Integer> to = new ArrayList<>(List.of(Slice.END));
            for (int a = 0; a < 2; a++) {
                int start = tap[a] * w.dilations().get(a);
                from.add(start);
                to.add(start + (places.get(a) - 1) * w.strides().get(a) + 1);
            }
            from.add(0);
            to.add(Slice.END);
            all.add(b.add(new Slice(from, to, strides), padded));
        }
        return all;
    }

    /** The largest elements, and where they are in all of x, or in their picture: the first of equals. */
    private static List<Value> withPlaces(Site s) {
        Builder b = s.b();
        Value x = s.in(0);
        Window w = Convolutions.pooling(
                s, 2, s.attributes().ints("ksize"), s.attributes().ints("strides"), x.shape());
        List<Value> rows = taps(b, x, w, b.constant(x.dtype(), Double.NEGATIVE_INFINITY)).stream()
                .map(t -> b.expandDims(t, 0))
                .toList();
        Value y = b.add(new Pool(Pool.Fn.MAX, w), x);
        DType to = s.attributes().type("Targmax", DType.INT64);
        Value tap = b.add(new ArgReduce(true, 0, DType.INT32), b.concat(0, rows));
        int columns = w.size().get(1);
        Value row = b.binary(Binary.Fn.DIV, tap, columns);
        Value column = b.binary(Binary.Fn.REM, tap, columns);
        int[] d = x.shape().dims();
        int[] places = y.shape().dims();
        Tensor base = Tensor.zeros(y.type().withDType(DType.INT32));
        boolean batch = s.attributes().bool("include_batch_in_index", false);
        for (int i = 0; i < base.size(); i++) {
            int c = i % places[3];
            int ox = i / places[3] % places[2];
            int oy = i / places[3] / places[2] % places[1];
            int n = i / places[3] / places[2] / places[1];
            int at = (w.position(0, oy, 0) * d[2] + w.position(1, ox, 0)) * d[3] + c;
            base.ints()[i] = at + (batch ? n * d[1] * d[2] * d[3] : 0);
        }
        Value offset = b.plus(
                b.binary(Binary.Fn.MUL, row, w.dilations().get(0) * d[2] * d[3]),
                b.binary(Binary.Fn.MUL, column, w.dilations().get(1) * d[3]));
        return List.of(y, b.cast(b.plus(b.constant(base), offset), to));
    }

    /** The places of the third operand in all of x. */
    private static Value places(Site s) {
        Builder b = s.b();
        Value at = b.cast(s.in(2), DType.INT32);
        if (s.attributes().bool("include_batch_in_index", false)) {
            return at;
        }
        Shape x = s.shape(0);
        int[] first = new int[x.dim(0)];
        for (int i = 0; i < first.length; i++) {
            first[i] = i * x.size(1, x.rank());
        }
        return b.plus(at, b.reshape(b.ints(first), first.length, 1, 1, 1));
    }

    private static Value toPlaces(Site s) {
        Builder b = s.b();
        int n = s.shape(0).size();
        Value flat = b.add(new ScatterAdd(0), b.reshape(places(s), -1), b.reshape(s.in(1), -1), b.ints(n));
        return b.reshape(flat, s.shape(0).dims());
    }

    private static Window dilated(Site s, Shape x, Shape filter) {
        List<Integer> size = List.of(filter.dim(0), filter.dim(1));
        List<Integer> strides = s.attributes().ints("strides").subList(1, 3);
        return Convolutions.window(
                s, size, strides, s.attributes().ints("rates").subList(1, 3), x);
    }

    /** {@code y = max over taps of x + w}. */
    private static Value dilation(Site s, Builder b, Value x, Value w) {
        Window window = dilated(s, x.shape(), w.shape());
        Value y = null;
        List<Value> taps = taps(b, x, window, b.constant(x.dtype(), Double.NEGATIVE_INFINITY));
        for (int k = 0; k < taps.size(); k++) {
            int columns = window.size().get(1);
            Value row = b.slice(b.slice(w, 0, k / columns, k / columns + 1), 1, k % columns, k % columns + 1);
            Value one = b.plus(taps.get(k), row);
            y = y == null ? one : b.binary(Binary.Fn.MAX, y, one);
        }
        return y;
    }

    private static List<Value> dilationGradient(Site s) {
        return Derivatives.all(
                s.b(), (b, in) -> dilation(s, b, in.get(0), in.get(1)), s.in(2), List.of(s.in(0), s.in(1)));
    }
}
