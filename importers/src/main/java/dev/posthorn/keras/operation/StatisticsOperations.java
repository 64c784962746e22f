package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Extents;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Sort;
import dev.posthorn.ir.op.Unary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Quantiles and correlations. Source: keras/src/backend/tensorflow/numpy.py. */
final class StatisticsOperations {
    static final Map<String, Operation> ALL = Map.ofEntries(
            Map.entry("Corrcoef", of(StatisticsOperations::correlations)),
            Map.entry("Correlate", of(StatisticsOperations::correlate)),
            Map.entry("Histogram", StatisticsOperations::histogram),
            Map.entry("Median", of(a -> quantiles(a, a.b().constant(DType.FLOAT64, 0.5), false))),
            Map.entry("Nanmedian", of(a -> quantiles(a, a.b().constant(DType.FLOAT64, 0.5), true))),
            Map.entry("Nanpercentile", of(a -> quantiles(a, q(a, 100), true))),
            Map.entry("Nanquantile", of(a -> quantiles(a, q(a, 1), true))),
            Map.entry("Percentile", of(a -> quantiles(a, q(a, 100), false))),
            // the node of Keras forgets its method
            Map.entry("Quantile", of(a -> quantiles(a.with("method", "linear"), q(a, 1), false))));

    private StatisticsOperations() {}

    /** Which quantiles, in float64; those of a percentage are first divided in float32, as Keras does. */
    private static Value q(Arguments a, double whole) {
        Builder b = a.b();
        Value q = a.tensor("q", 1);
        if (whole == 1) {
            return b.cast(q, DType.FLOAT64);
        }
        return b.cast(b.binary(Binary.Fn.DIV, b.cast(q, DType.FLOAT32), whole), DType.FLOAT64);
    }

    /**
     * {@code x → y[q…×kept…]}: what a share q of the elements along the axes is not above.
     *
     * @param some whether elements that are NaN do not count; else one makes the result NaN
     */
    private static Value quantiles(Arguments a, Value q, boolean some) {
        Builder b = a.b();
        Value x = ElementwiseOperations.floating(a);
        if (some && a.option("axis") instanceof List<?> none && none.isEmpty()) {
            return x;
        }
        int[] axes = a.axes(x);
        List<Integer> along = IntStream.of(axes).boxed().toList();
        List<Integer> perm = new ArrayList<>(IntStream.range(0, x.shape().rank())
                .filter(i -> !along.contains(i))
                .boxed()
                .toList());
        int kept = perm.size();
        perm.addAll(along);
        Value last = b.transpose(x, perm.stream().mapToInt(i -> i).toArray());
        Dim[] dims = b.dims(last);
        Dim[] flat = Arrays.copyOf(dims, kept + 1);
        flat[kept] = Extents.product(b, Arrays.copyOfRange(dims, kept, dims.length));
        Expr rows = Expr.of(b, b.reshape(last, flat));
        Expr nan = rows.notEqualTo(rows);
        Expr count = some
                ? nan.not().cast(DType.INT32).sum(-1)
                : rows.with(Extents.scalar(b, flat[kept]))
                        .broadcastTo(nan.cast(DType.INT32).sum(-1));
        Expr sorted = some
                ? nan.select(rows.number(Double.POSITIVE_INFINITY), rows)
                        .with(b.add(
                                new Sort(kept, false),
                                nan.select(rows.number(Double.POSITIVE_INFINITY), rows)
                                        .v()))
                : rows.with(b.add(new Sort(kept, false), rows.v()));
        List<Value> each = new ArrayList<>();
        int n = q.shape().rank() == 0 ? 1 : q.shape().dim(0);
        for (int i = 0; i < n; i++) {
            Expr one = rows.with(q.shape().rank() == 0 ? q : b.squeeze(b.slice(q, 0, i, i + 1), 0));
            Expr y = quantile(sorted, count, one, a.string("method", "linear"), a);
            Expr any = some ? count.equalTo(count.number(0)) : nan.with(b.reduce(Reduce.Fn.ANY, nan.v(), false, kept));
            Value result = any.select(y.number(Double.NaN), y).v();
            for (int axis : a.flag("keepdims") ? IntStream.of(axes).sorted().toArray() : new int[0]) {
                result = b.expandDims(result, axis);
            }
            each.add(result);
        }
        return q.shape().rank() == 0
                ? each.get(0)
                : b.concat(0, each.stream().map(v -> b.expandDims(v, 0)).toList());
    }

    private static Expr quantile(Expr sorted, Expr count, Expr q, String method, Arguments a) {
        Expr most = count.minus(1).max(0);
        Expr exact = most.cast(DType.FLOAT64).times(q);
        Expr low = at(sorted, exact.apply(Unary.Fn.FLOOR).cast(DType.INT32), most);
        Expr high = at(sorted, exact.apply(Unary.Fn.CEIL).cast(DType.INT32), most);
        return switch (method) {
            case "lower" -> low;
            case "higher" -> high;
            case "nearest" -> at(sorted, exact.apply(Unary.Fn.ROUND).cast(DType.INT32), most);
            case "midpoint" -> low.plus(high).times(0.5);
            case "linear" -> {
                Expr below =
                        exact.apply(Unary.Fn.CEIL).cast(DType.INT32).minus(1).max(0);
                Expr above = below.plus(1).min(most);
                Expr share = above.cast(DType.FLOAT64).minus(exact).cast(sorted.dtype());
                yield at(sorted, above, most)
                        .times(share.from(1))
                        .plus(at(sorted, below, most).times(share));
            }
            default -> throw a.unsupported("method " + method);
        };
    }

    /** The element of each row at a place of its own. */
    private static Expr at(Expr rows, Expr place, Expr most) {
        Builder b = rows.b();
        Expr all = rows.iota(b.dim(rows.v(), -1)).cast(DType.INT32);
        Expr here = all.equalTo(place.max(0).min(most).expandDims(-1));
        return here.select(rows, rows.number(0)).sum(-1);
    }

    /** How many elements of x[n] are in each of the bins of equal width between two bounds, and the bins' edges. */
    private static List<Value> histogram(Arguments a) {
        Builder b = a.b();
        Value x = a.x();
        int bins = a.integer("bins", 10);
        if (x.shape().rank() != 1 || bins < 1) {
            throw a.unsupported("a histogram of " + x.shape() + " in " + bins + " bins");
        }
        List<?> range = a.option("range") instanceof List<?> l && l.size() == 2 ? l : null;
        DType inside = x.dtype().isFloating() ? x.dtype() : DType.FLOAT64;
        Value low =
                range == null ? b.reduce(Reduce.Fn.MIN, x, false, 0) : b.constant(DType.FLOAT64, number(range.get(0)));
        Value high =
                range == null ? b.reduce(Reduce.Fn.MAX, x, false, 0) : b.constant(DType.FLOAT64, number(range.get(1)));
        Value edges = b.cast(
                CreationOperations.line(a.with("num", bins + 1), b.cast(low, inside), b.cast(high, inside)), x.dtype());
        Expr each = Expr.of(b, b.expandDims(x, 1));
        Expr within =
                each.atLeast(each.with(b.cast(low, x.dtype()))).and(each.atMost(each.with(b.cast(high, x.dtype()))));
        Value inner = b.slice(edges, 0, 1, bins);
        Expr bin = each.atLeast(each.with(inner)).cast(DType.INT32).sum(1);
        Expr hit = bin.expandDims(1).equalTo(bin.iota(Dim.of(bins)).cast(DType.INT32));
        Value counts = b.reduce(Reduce.Fn.SUM, hit.and(within).cast(DType.INT32).v(), false, 0);
        return List.of(b.cast(counts, x.dtype()), edges);
    }

    private static double number(Object raw) {
        return ((Number) raw).doubleValue();
    }

    private static Value correlations(Arguments a) {
        Builder b = a.b();
        Expr x = Expr.of(b, ElementwiseOperations.floating(a));
        Expr centred = x.minus(x.with(b.reduce(Reduce.Fn.MEAN, x.v(), true, -1)));
        Expr n = x.with(Extents.scalar(b, b.dim(x.v(), -1))).cast(x.dtype()).minus(1);
        Expr covariance =
                centred.matmul(x.with(Extents.swapAxes(b, centred.v(), -1, -2))).over(n);
        Expr deviation = centred.square().sum(-1).over(n).sqrt();
        Expr outer = deviation.expandDims(-1).times(deviation.expandDims(-2));
        return covariance.over(outer).clip(-1, 1).v();
    }

    private static Value correlate(Arguments a) {
        Builder b = a.b();
        List<Value> both = a.weak();
        DType dtype = both.get(0).dtype() == DType.INT64
                ? DType.FLOAT64
                : both.get(0).dtype().isFloating() ? both.get(0).dtype() : DType.FLOAT32;
        Value x = b.cast(both.get(0), dtype);
        Value w = b.cast(both.get(1), dtype);
        int n = x.shape().dim(0);
        int m = w.shape().dim(0);
        if (n < 1 || m < 1) {
            throw a.unsupported("a length that is not known");
        }
        String mode = a.string("mode", "valid");
        int margin = mode.equals("valid") ? 0 : m - 1;
        Value padded = b.add(new Pad(Pad.Mode.CONSTANT, List.of(margin), List.of(margin)), x, b.constant(dtype, 0));
        Value y = b.reduce(Reduce.Fn.SUM, b.times(WindowOperations.frames(b, padded, m, 1), w), false, -1);
        int from = (m + n - 1 - Math.max(n, m)) / 2;
        return mode.equals("same") ? b.slice(y, 0, from, from + Math.max(n, m)) : y;
    }
}
