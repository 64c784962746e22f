package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Extents;
import dev.posthorn.ir.fn.LinearSystems;
import dev.posthorn.ir.op.ArgReduce;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.CumSum;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.ir.op.Unary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Operations along axes. Source: keras/src/backend/tensorflow/numpy.py, math.py, linalg.py, nn.py. */
final class ReductionOperations {
    static final Map<String, Operation> ALL = Map.ofEntries(
            Map.entry("All", of(a -> reduce(a, Reduce.Fn.ALL, ElementwiseOperations.bool(a.b(), a.x())))),
            Map.entry("Amax", of(a -> extreme(a, Reduce.Fn.MAX))),
            Map.entry("Amin", of(a -> extreme(a, Reduce.Fn.MIN))),
            Map.entry("Any", of(a -> reduce(a, Reduce.Fn.ANY, ElementwiseOperations.bool(a.b(), a.x())))),
            Map.entry("Argmax", of(a -> arg(a, true))),
            Map.entry("Argmin", of(a -> arg(a, false))),
            Map.entry("Average", of(ReductionOperations::average)),
            Map.entry("CountNonzero", of(ReductionOperations::countNonzero)),
            Map.entry("Cumprod", of(a -> cumprod(a, a.x()))),
            Map.entry("Cumsum", of(a -> cumsum(a, a.x()))),
            Map.entry("Logdet", of(a -> LinearSystems.logarithm(a.b(), a.x()).get(1))),
            Map.entry("Logsumexp", of(ReductionOperations::logSumExp)),
            Map.entry("Max", of(a -> extreme(a, Reduce.Fn.MAX))),
            Map.entry("Mean", of(a -> mean(a, a.x()))),
            Map.entry("Min", of(a -> extreme(a, Reduce.Fn.MIN))),
            Map.entry("Moments", ReductionOperations::moments),
            Map.entry("Nanargmax", of(a -> nanArg(a, true))),
            Map.entry("Nanargmin", of(a -> nanArg(a, false))),
            Map.entry("Nancumprod", of(a -> cumprod(a, without(a.b(), a.x(), 1)))),
            Map.entry("Nancumsum", of(a -> cumsum(a, without(a.b(), a.x(), 0)))),
            Map.entry("Nanmax", of(a -> nanExtreme(a, Reduce.Fn.MAX, Double.NEGATIVE_INFINITY))),
            Map.entry("Nanmean", of(ReductionOperations::nanMean)),
            Map.entry("Nanmin", of(a -> nanExtreme(a, Reduce.Fn.MIN, Double.POSITIVE_INFINITY))),
            Map.entry("Nanprod", of(a -> reduce(a, Reduce.Fn.PROD, without(a.b(), a.x(), 1)))),
            Map.entry("Nanstd", of(a -> a.b().unary(Unary.Fn.SQRT, nanVariance(a)))),
            Map.entry("Nansum", of(a -> reduce(a, Reduce.Fn.SUM, without(a.b(), a.x(), 0)))),
            Map.entry("Nanvar", of(ReductionOperations::nanVariance)),
            Map.entry("Norm", of(ReductionOperations::norm)),
            Map.entry(
                    "Prod",
                    // where a dtype is given, Keras casts to none
                    of(a -> reduce(a, Reduce.Fn.PROD, a.option("dtype") == null ? wide(a.b(), a.x()) : a.x()))),
            Map.entry("Ptp", of(a -> a.b().minus(extreme(a, Reduce.Fn.MAX), extreme(a, Reduce.Fn.MIN)))),
            Map.entry("Size", of(a -> Extents.scalar(a.b(), Extents.product(a.b(), a.b().dims(a.x()))))),
            Map.entry("Std", of(a -> a.b().unary(Unary.Fn.SQRT, variance(a, a.x(), a.flag("keepdims"))))),
            Map.entry("Sum", of(a -> reduce(a, Reduce.Fn.SUM, wide(a.b(), a.x())))),
            Map.entry("Trapezoid", of(ReductionOperations::trapezoid)),
            Map.entry("Var", of(a -> variance(a, a.x(), a.flag("keepdims")))));

    private ReductionOperations() {}

    private static Value reduce(Arguments a, Reduce.Fn fn, Value x) {
        return a.b().reduce(fn, x, a.flag("keepdims"), a.axes(x));
    }

    /** Small integers and bool as the types that they are added up in. */
    private static Value wide(Builder b, Value x) {
        return switch (x.dtype()) {
            case BOOL, INT8, INT16 -> b.cast(x, DType.INT32);
            case UINT8, UINT16 -> b.cast(x, DType.UINT32);
            default -> x;
        };
    }

    private static Value extreme(Arguments a, Reduce.Fn fn) {
        Value x = a.x();
        Reduce.Fn f = x.dtype() != DType.BOOL ? fn : fn == Reduce.Fn.MAX ? Reduce.Fn.ANY : Reduce.Fn.ALL;
        Value y = reduce(a, f, x);
        return a.option("initial") instanceof Number n
                ? a.b().binary(fn == Reduce.Fn.MAX ? Binary.Fn.MAX : Binary.Fn.MIN, y, n.doubleValue())
                : y;
    }

    /** Half precision is averaged in float32. */
    private static Value mean(Arguments a, Value x) {
        DType compute = Promotion.of(x.dtype(), DType.FLOAT32);
        Value y = reduce(a, Reduce.Fn.MEAN, a.b().cast(x, compute));
        return a.b().cast(y, x.dtype().isFloating() ? x.dtype() : compute);
    }

    private static Value variance(Arguments a, Value x, boolean keepDims) {
        Builder b = a.b();
        Value y = b.cast(x, Promotion.of(x.dtype(), DType.FLOAT32));
        int[] axes = a.axes(x);
        Value centred = b.minus(y, b.reduce(Reduce.Fn.MEAN, y, true, axes));
        Value v = b.reduce(Reduce.Fn.MEAN, b.unary(Unary.Fn.SQUARE, centred), keepDims, axes);
        return b.cast(v, Promotion.floating(x.dtype()));
    }

    private static List<Value> moments(Arguments a) {
        Builder b = a.b();
        Value x = a.x();
        int[] axes = a.integers("axes").stream().mapToInt(i -> i).toArray();
        Value y = b.cast(x, Promotion.of(x.dtype(), DType.FLOAT32));
        Value mean = b.reduce(Reduce.Fn.MEAN, y, true, axes);
        Value variance = b.reduce(Reduce.Fn.MEAN, b.unary(Unary.Fn.SQUARE, b.minus(y, mean)), a.flag("keepdims"), axes);
        Value m = b.reduce(Reduce.Fn.MEAN, y, a.flag("keepdims"), axes);
        return List.of(b.cast(m, x.dtype()), b.cast(variance, x.dtype()));
    }

    private static Value arg(Arguments a, boolean largest) {
        return arg(a, a.x(), largest);
    }

    private static Value arg(Arguments a, Value x, boolean largest) {
        int rank = x.shape().rank();
        boolean all = a.option("axis") == null;
        int axis = all ? 0 : x.shape().axis(a.integer("axis", 0));
        Value y = a.b().add(new ArgReduce(largest, axis, DType.INT32), all ? a.b().reshape(x, -1) : x);
        if (!a.flag("keepdims")) {
            return y;
        }
        return all ? a.b().reshape(y, IntStream.range(0, rank).map(i -> 1).toArray()) : a.b().expandDims(y, axis);
    }

    private static Value average(Arguments a) {
        Builder b = a.b();
        Object weights = a.raw("weights", 1);
        if (weights == null) {
            Value x = ElementwiseOperations.floating(a);
            return b.reduce(Reduce.Fn.MEAN, x, false, a.axes(x));
        }
        List<Value> in = a.promoted(List.of(a.x(), weights), Promotion.Kind.FLOAT);
        Value x = in.get(0);
        Value w = in.get(1);
        int[] axes = a.axes(x);
        if (w.shape().rank() != x.shape().rank()) { // one weight for each position of the axis
            int[] shape = new int[x.shape().rank()];
            Arrays.fill(shape, 1);
            shape[axes[0]] = -1;
            w = b.reshape(w, shape);
        }
        return b.over(b.reduce(Reduce.Fn.SUM, b.times(x, w), false, axes), b.reduce(Reduce.Fn.SUM, w, false, axes));
    }

    private static Value countNonzero(Arguments a) {
        Value x = ElementwiseOperations.bool(a.b(), a.x());
        return a.b().reduce(Reduce.Fn.SUM, a.b().cast(x, DType.INT32), false, a.axes(x));
    }

    private static Value cumsum(Arguments a, Value given) {
        Value x = cumulated(a, given);
        return a.b().add(new CumSum(axis(a, x), false, false), x);
    }

    private static Value cumulated(Arguments a, Value given) {
        Value x = ElementwiseOperations.numeric(a.b(), a.b().cast(given, a.dtype("dtype", given.dtype())));
        return a.option("axis") == null ? a.b().reshape(x, -1) : x;
    }

    private static int axis(Arguments a, Value x) {
        return x.shape().axis(a.integer("axis", 0));
    }

    /** Running products: a loop along the axis. */
    private static Value cumprod(Arguments a, Value given) {
        Builder b = a.b();
        Value x = cumulated(a, given);
        int axis = axis(a, x);
        int[] swap = IntStream.range(0, x.shape().rank())
                .map(i -> i == 0 ? axis : i == axis ? 0 : i)
                .toArray();
        Value scanned = b.transpose(x, swap);
        Dim[] dims = b.dims(scanned);
        Value one = b.broadcastTo(b.constant(x.dtype(), 1), Arrays.copyOfRange(dims, 1, dims.length));
        Builder body = new Builder();
        Value before = body.input("product", one.type());
        Value element = body.input("x", scanned.type().withShape(scanned.shape().remove(0)));
        Value next = body.times(before, element);
        Map<String, Value> results = new LinkedHashMap<>();
        results.put("product", next);
        results.put("y", next);
        Scan loop = new Scan(body.graph(List.of(before, element), results, Map.of()), 1, 1, false);
        return b.transpose(b.addAll(loop, List.of(one, scanned)).get(1), swap);
    }

    private static Value logSumExp(Arguments a) {
        Builder b = a.b();
        Value x = ElementwiseOperations.floating(a);
        int[] axes = a.axes(x);
        Value most = b.reduce(Reduce.Fn.MAX, x, true, axes);
        Value finite =
                b.compare(Compare.Fn.LT, b.unary(Unary.Fn.ABS, most), b.constant(x.dtype(), Double.POSITIVE_INFINITY));
        Value shift = b.select(finite, most, b.constant(x.dtype(), 0));
        Value sum = b.reduce(Reduce.Fn.SUM, b.unary(Unary.Fn.EXP, b.minus(x, shift)), true, axes);
        Value y = b.plus(b.unary(Unary.Fn.LOG, sum), shift);
        return a.flag("keepdims") ? y : squeezed(b, y, axes);
    }

    private static Value squeezed(Builder b, Value x, int[] axes) {
        List<Dim> dims = new ArrayList<>(List.of(b.dims(x)));
        IntStream.of(axes).boxed().sorted((i, j) -> j - i).forEach(i -> dims.remove((int) i));
        return b.reshape(x, dims.toArray(Dim[]::new));
    }

    private static Value without(Builder b, Value x, double instead) {
        return x.dtype().isFloating()
                ? b.select(ComparisonOperations.isNan(b, x), b.constant(x.dtype(), instead), x)
                : wide(b, x);
    }

    private static Value nanExtreme(Arguments a, Reduce.Fn fn, double neutral) {
        Value x = a.x();
        if (!x.dtype().isFloating()) {
            return extreme(a, fn);
        }
        Value none = reduce(a, Reduce.Fn.ALL, ComparisonOperations.isNan(a.b(), x));
        return a.b().select(none, a.b().constant(x.dtype(), Double.NaN), reduce(a, fn, without(a.b(), x, neutral)));
    }

    private static Value nanMean(Arguments a) {
        Value x = a.x();
        if (!x.dtype().isFloating()) {
            return reduce(a, Reduce.Fn.MEAN, a.b().cast(x, DType.FLOAT32));
        }
        Value present = a.b().compare(Compare.Fn.EQ, x, x);
        Value count = reduce(a, Reduce.Fn.SUM, a.b().cast(present, x.dtype()));
        return a.b().over(reduce(a, Reduce.Fn.SUM, without(a.b(), x, 0)), count);
    }

    /** The position among what is a number; −1 where nothing is. */
    private static Value nanArg(Arguments a, boolean largest) {
        Value x = a.x();
        if (!x.dtype().isFloating()) {
            return arg(a, x, largest);
        }
        Value none = reduce(a, Reduce.Fn.ALL, ComparisonOperations.isNan(a.b(), x));
        Value clean = without(a.b(), x, largest ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
        return a.b().select(none, a.b().constant(DType.INT32, -1), arg(a, clean, largest));
    }

    private static Value nanVariance(Arguments a) {
        Builder b = a.b();
        Value x = ElementwiseOperations.floating(a);
        int[] axes = a.axes(x);
        Value present = b.compare(Compare.Fn.EQ, x, x);
        Value count = b.reduce(Reduce.Fn.SUM, b.cast(present, x.dtype()), true, axes);
        Value mean = b.over(b.reduce(Reduce.Fn.SUM, without(b, x, 0), true, axes), count);
        Value centred = b.select(present, b.minus(x, mean), b.constant(x.dtype(), 0));
        Value sum = reduce(a, Reduce.Fn.SUM, b.unary(Unary.Fn.SQUARE, centred));
        return b.over(sum, reduce(a, Reduce.Fn.SUM, b.cast(present, x.dtype())));
    }

    private static Value trapezoid(Arguments a) {
        Builder b = a.b();
        Value y = ElementwiseOperations.floating(b, a.tensor("y", 0));
        int axis = y.shape().axis(a.integer("axis", -1));
        Value heights = b.plus(b.slice(y, axis, 1, Slice.END), b.slice(y, axis, 0, -1));
        Object given = a.raw("x", 1);
        Value widths = b.constant(y.dtype(), a.number("dx", 1));
        if (given != null) {
            Value x = b.cast(a.tensor("x", 1), y.dtype());
            int along = x.shape().rank() == 1 ? 0 : axis;
            widths = b.minus(b.slice(x, along, 1, Slice.END), b.slice(x, along, 0, -1));
            if (x.shape().rank() == 1) {
                int[] dims = new int[y.shape().rank()];
                Arrays.fill(dims, 1);
                dims[axis] = -1;
                widths = b.reshape(widths, dims);
            }
        }
        return b.reduce(Reduce.Fn.SUM, b.binary(Binary.Fn.MUL, b.times(heights, widths), 0.5), false, axis);
    }

    private static Value norm(Arguments a) {
        Builder b = a.b();
        Value x = ElementwiseOperations.floating(a);
        int[] axes = a.axes(x);
        Object order = a.option("ord");
        double p = order instanceof Number n
                ? n.doubleValue()
                : "inf".equals(order) ? Double.POSITIVE_INFINITY : "-inf".equals(order) ? Double.NEGATIVE_INFINITY : 2;
        Value abs = b.unary(Unary.Fn.ABS, x);
        if (order == null || axes.length == 2 && "fro".equals(order) || axes.length == 1 && p == 2) {
            return b.unary(Unary.Fn.SQRT, reduce(a, Reduce.Fn.SUM, b.unary(Unary.Fn.SQUARE, x)));
        }
        if (axes.length == 2
                && (Math.abs(p) == 1 || Double.isInfinite(p))) { // the largest (or least) sum of a row or column
            boolean columns = Math.abs(p) == 1;
            Value sums = b.reduce(Reduce.Fn.SUM, abs, true, axes[columns ? 0 : 1]);
            return reduce(a, p > 0 ? Reduce.Fn.MAX : Reduce.Fn.MIN, sums);
        }
        if (axes.length != 1) {
            throw a.unsupported("a norm of order " + order + " over " + axes.length + " axes");
        }
        if (Double.isInfinite(p)) {
            return reduce(a, p > 0 ? Reduce.Fn.MAX : Reduce.Fn.MIN, abs);
        }
        if (p == 0) {
            Value present = b.compare(Compare.Fn.NE, x, b.constant(x.dtype(), 0));
            return reduce(a, Reduce.Fn.SUM, b.cast(present, x.dtype()));
        }
        return p == 1
                ? reduce(a, Reduce.Fn.SUM, abs)
                : b.binary(Binary.Fn.POW, reduce(a, Reduce.Fn.SUM, b.binary(Binary.Fn.POW, abs, p)), 1 / p);
    }
}
