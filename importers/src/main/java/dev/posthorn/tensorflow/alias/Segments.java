package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.BinCount;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Checked;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Scatter;
import dev.posthorn.ir.op.SearchSorted;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows that belong together: sums and extremes of segments, counts, places among sorted values. */
final class Segments {
    static final List<TfOp> ALL = List.of(
            one("UnsortedSegmentSum", s -> segments(s, Scatter.Fn.ADD, s.in(0), unsorted(s))),
            one("UnsortedSegmentMax", s -> segments(s, Scatter.Fn.MAX, s.in(0), unsorted(s))),
            one("UnsortedSegmentMin", s -> segments(s, Scatter.Fn.MIN, s.in(0), unsorted(s))),
            one("SegmentSum", s -> segments(s, Scatter.Fn.ADD, s.in(0), sorted(s))),
            one("SegmentMax", s -> unlessEmpty(s, segments(s, Scatter.Fn.MAX, s.in(0), sorted(s)))),
            one("SegmentMin", s -> unlessEmpty(s, segments(s, Scatter.Fn.MIN, s.in(0), sorted(s)))),
            one("SegmentMean", s -> mean(s, s.in(0), sorted(s))),
            one("SegmentSumV2", s -> segments(s, Scatter.Fn.ADD, s.in(0), unsorted(s))),
            one("DenseBincount", s -> count(s, s.attributes().bool("binary_output", false))),
            one("Bincount", s -> count(s, false)),
            one("Bucketize", s -> {
                List<Double> limits = s.attributes().reals("boundaries");
                float[] numbers = new float[limits.size()];
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = limits.get(i).floatValue();
                }
                Value sorted = s.b().constant(dev.posthorn.ir.Tensor.of(Shape.of(numbers.length), numbers));
                DType wide = s.dtype(0) == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
                return s.b().add(
                                new SearchSorted(true, DType.INT32),
                                s.b().cast(sorted, wide),
                                s.b().cast(s.in(0), wide));
            }),
            one("LowerBound", s -> bound(s, false)),
            one("UpperBound", s -> bound(s, true)),
            one("InTopKV2", s -> inTop(s, s.in(2))),
            one(
                    "InTopK",
                    s -> inTop(s, s.b().constant(DType.INT32, s.attributes().integer("k")))),
            one("NthElement", Segments::nth));

    private Segments() {}

    private static Dim unsorted(Site s) {
        return s.isConstant(2)
                ? Dim.of(s.integer(2))
                : new Dim(Shape.UNKNOWN, s.b().cast(s.b().reshape(s.in(2), new int[0]), DType.INT32));
    }

    /** As many segments as the last one says. */
    private static Dim sorted(Site s) {
        Value ids = s.b().concat(0, List.of(s.b().ints(-1), s.b().cast(s.in(1), DType.INT32)));
        Value last = s.b().slice(ids, 0, -1, Slice.END);
        return s.frame().dims(s.b().binary(Binary.Fn.ADD, last, 1)).get(0);
    }

    /** Rows of x whose segments are input 1; those of negative segments are left out. */
    private static Value segments(Site s, Scatter.Fn fn, Value x, Dim n) {
        return Partitions.joined(s, fn, neutral(s.b(), fn, x.dtype()), x, s.in(1), n);
    }

    private static Dim plusOne(Site s, Dim n) {
        return n.isKnown() ? Dim.of(n.known() + 1) : new Dim(Shape.UNKNOWN, s.b().binary(Binary.Fn.ADD, n.value(), 1));
    }

    /** What nothing makes: 0 for sums, 1 for products; of extremes, the other end of the type. */
    static Value neutral(Builder b, Scatter.Fn fn, DType dtype) {
        Tensor t = Tensor.zeros(TensorType.of(dtype));
        if (fn == Scatter.Fn.ADD || fn == Scatter.Fn.MUL) {
            return fn == Scatter.Fn.ADD ? b.constant(t) : b.constant(dtype, 1);
        }
        boolean least = fn == Scatter.Fn.MAX;
        if (dtype.isFloating()) {
            double most = dtype == DType.FLOAT64
                    ? Double.MAX_VALUE
                    : dtype == DType.FLOAT16 ? 65504 : dtype == DType.BFLOAT16 ? 0x1.fep127 : Float.MAX_VALUE;
            t.setDouble(0, least ? -most : most);
        } else {
            int bits = 8 * dtype.bytes() - 1;
            boolean signed = dtype.kind() == DType.Kind.SIGNED;
            long most = signed ? -1L >>> 64 - bits : -1L >>> 63 - bits;
            t.setLong(0, least ? signed ? -most - 1 : 0 : most);
        }
        return b.constant(t);
    }

    /** Sorted segments that have no rows are 0. */
    private static Value unlessEmpty(Site s, Value y) {
        Value n = counts(s, y.dtype(), s.b().dim(y, 0));
        Value zero = s.b().constant(y.dtype(), 0);
        return s.b().select(s.b().compare(Compare.Fn.EQ, column(s, n, y), zero), zero, y);
    }

    private static Value counts(Site s, DType dtype, Dim n) {
        Value ids = s.b().cast(s.in(1), DType.INT32);
        Dim[] rows = {s.b().dim(ids, 0)};
        Value ones = s.b().broadcastTo(s.b().constant(dtype, 1), rows);
        Value first = s.b().broadcastTo(s.b().constant(dtype, 0), new Dim[] {n});
        return s.b().add(new Scatter(Scatter.Fn.ADD), first, ids, ones);
    }

    private static Value column(Site s, Value v, Value like) {
        Dim[] dims = new Dim[like.shape().rank()];
        Arrays.fill(dims, Dim.of(1));
        dims[0] = s.b().dim(v, 0);
        return s.b().reshape(v, dims);
    }

    private static Value mean(Site s, Value x, Dim n) {
        Value sum = segments(s, Scatter.Fn.ADD, x, n);
        Value count = s.b().binary(Binary.Fn.MAX, counts(s, x.dtype(), s.b().dim(sum, 0)), 1);
        return s.b().over(sum, column(s, count, sum));
    }

    private static Value count(Site s, boolean binary) {
        Value x = s.in(0);
        Value weights = s.in(2);
        boolean weighted = !(weights.shape().isKnown() && weights.shape().size() == 0);
        if (!s.isConstant(1)) {
            return countTo(s);
        }
        BinCount op = new BinCount(s.integer(1), binary, weights.dtype());
        return weighted && !binary ? s.b().add(op, x, weights) : s.b().add(op, x);
    }

    /**
     * Counts of the numbers x less than {@code size}; those from there on are left out.
     *
     * @param rows the row of each; null where all are in one
     * @param n the number of rows
     * @param weights what each counts; 1 where there are none
     */
    static Value counted(Site s, Value x, Value rows, Dim n, Value size, Value weights) {
        boolean weighted = !(weights.shape().isKnown() && weights.shape().size() == 0);
        boolean binary = s.attributes().bool("binary_output", false);
        Value own = s.b().reshape(x, -1);
        DType dtype = weights.dtype();
        Dim k = s.frame().dims(s.b().reshape(size, 1)).get(0);
        Dim width = plusOne(s, k);
        Value least = s.b().add(new Checked(0, "numbers of at least 0"), own);
        Value most = s.b().cast(Shapes.value(s, k), own.dtype());
        Value places = s.b().cast(s.b().binary(Binary.Fn.MIN, least, most), DType.INT32);
        Value each = weighted && !binary
                ? s.b().reshape(weights, -1)
                : s.b().broadcastTo(s.b().constant(dtype, 1), s.b().dims(own));
        Scatter op = new Scatter(binary ? Scatter.Fn.SET : Scatter.Fn.ADD);
        Value zero = s.b().constant(dtype, 0);
        if (rows == null) {
            return s.b().slice(s.b().add(op, s.b().broadcastTo(zero, width), places, each), 0, 0, -1);
        }
        // Rows one after the other, each in its own range.
        Value wide = Shapes.value(s, width);
        Value from = s.b().times(s.b().cast(s.b().reshape(rows, -1), DType.INT32), wide);
        Value first = s.b().reshape(s.b().broadcastTo(zero, n, width), -1);
        Value all = s.b().add(op, first, s.b().plus(places, from), each);
        return s.b().slice(s.b().reshape(all, n, width), 1, 0, -1);
    }

    /** Counts of as many numbers as is known when the graph runs. */
    private static Value countTo(Site s) {
        if (s.shape(0).rank() == 1) {
            return counted(s, s.in(0), null, null, s.in(1), s.in(2));
        }
        Dim n = s.b().dim(s.in(0), 0);
        Value row = s.b().expandDims(s.b().add(new Iota(DType.INT32), Shapes.value(s, n)), 1);
        Value rows = s.b().broadcastTo(row, s.b().dims(s.in(0)));
        return counted(s, s.in(0), rows, n, s.in(1), s.in(2));
    }

    /** Row by row. */
    private static Value bound(Site s, boolean right) {
        SearchSorted op = new SearchSorted(right, s.attributes().type("out_type", DType.INT32));
        int n = s.shape(0).dim(0);
        if (n == Shape.UNKNOWN) {
            throw s.unsupported("a number of rows that is known only when the graph runs");
        }
        List<Value> rows = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            Value sorted = s.b().squeeze(s.b().slice(s.in(0), 0, i, i + 1), 0);
            Value x = s.b().squeeze(s.b().slice(s.in(1), 0, i, i + 1), 0);
            rows.add(s.b().expandDims(s.b().add(op, sorted, x), 0));
        }
        return s.b().concat(0, rows);
    }

    /** Whether fewer than k classes are more likely than the right one. */
    private static Value inTop(Site s, Value k) {
        Value x = s.in(0);
        Value given = s.in(1);
        Value classes = s.b().cast(Shapes.value(s, s.b().dim(x, 1)), given.dtype());
        Value there = s.b().binary(
                        Binary.Fn.AND,
                        s.b().compare(Compare.Fn.GE, given, s.b().constant(given.dtype(), 0)),
                        s.b().compare(Compare.Fn.LT, given, classes));
        Value targets = s.b().cast(s.b().select(there, given, s.b().constant(given.dtype(), 0)), DType.INT32);
        Value own = Indexing.gather(s, x, s.b().expandDims(targets, -1), 1, 1);
        Value more = s.b().cast(s.b().compare(Compare.Fn.GT, x, own), DType.INT32);
        Value count = s.b().reduce(dev.posthorn.ir.op.Reduce.Fn.SUM, more, false, -1);
        Value fewer = s.b().compare(Compare.Fn.LT, count, s.b().cast(k, DType.INT32));
        Value infinity = s.b().constant(x.dtype(), Double.POSITIVE_INFINITY);
        Value each = s.b().compare(Compare.Fn.LT, s.b().unary(Unary.Fn.ABS, x), infinity);
        Value finite = s.b().reduce(dev.posthorn.ir.op.Reduce.Fn.ALL, each, false, 1);
        return s.b().binary(Binary.Fn.AND, fewer, s.b().binary(Binary.Fn.AND, there, finite));
    }

    private static Value nth(Site s) {
        Value x = s.in(0);
        int n = s.integer(1);
        int last = x.shape().rank() - 1;
        boolean reverse = s.attributes().bool("reverse", false);
        Value sorted = s.b().addAll(new dev.posthorn.ir.op.Sort(last, reverse), List.of(x))
                .get(0);
        return s.b().squeeze(s.b().slice(sorted, last, n, n + 1), last);
    }
}
