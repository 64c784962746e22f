package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.NonZero;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.Scatter;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows that belong together made one, and rows dealt out and put together. */
final class Partitions {
    static final List<TfOp> ALL = List.of(
            one("UnsortedSegmentProd", s -> unsorted(s, Scatter.Fn.MUL)),
            one("SegmentProd", s -> sorted(s, Scatter.Fn.MUL)),
            one("SegmentProdV2", s -> unsorted(s, Scatter.Fn.MUL)),
            one("SegmentMaxV2", s -> unsorted(s, Scatter.Fn.MAX)),
            one("SegmentMinV2", s -> unsorted(s, Scatter.Fn.MIN)),
            one("SparseSegmentSum", s -> sparse(s, 0)),
            one("SparseSegmentMean", s -> sparse(s, 1)),
            one("SparseSegmentSqrtN", s -> sparse(s, 0.5)),
            one("SparseSegmentSumWithNumSegments", s -> sparse(s, 0)),
            one("SparseSegmentMeanWithNumSegments", s -> sparse(s, 1)),
            one("SparseSegmentSqrtNWithNumSegments", s -> sparse(s, 0.5)),
            one("SparseSegmentSumGrad", s -> sparseGradient(s, 0)),
            one("SparseSegmentMeanGrad", s -> sparseGradient(s, 1)),
            one("SparseSegmentSqrtNGrad", s -> sparseGradient(s, 0.5)),
            many("SparseSegmentSumGradV2", s -> sparseRows(s, 0)),
            many("SparseSegmentMeanGradV2", s -> sparseRows(s, 1)),
            many("SparseSegmentSqrtNGradV2", s -> sparseRows(s, 0.5)),
            many("DynamicPartition", Partitions::partition),
            one("DynamicStitch", Partitions::stitch),
            one("ParallelDynamicStitch", Partitions::stitch));

    private Partitions() {}

    /** Input {@code i}, a scalar, as a dimension. */
    static Dim size(Site s, int i) {
        return s.isConstant(i)
                ? Dim.of(s.integer(i))
                : new Dim(
                        Shape.UNKNOWN,
                        s.b().add(new Reshape(), Elementwise.cast(s.b(), s.in(i), DType.INT32), s.b().ints()));
    }

    /** One more than the largest number. */
    private static Dim count(Site s, Value numbers) {
        Builder b = s.b();
        Value all = b.concat(0, List.of(b.reshape(Elementwise.cast(b, numbers, DType.INT32), -1), b.ints(-1)));
        Value n = b.binary(Binary.Fn.ADD, b.reduce(Reduce.Fn.MAX, all, false, 0), 1);
        return n.node().op() instanceof dev.posthorn.ir.op.Constant c
                ? Dim.of((int) c.value().getLong(0))
                : new Dim(Shape.UNKNOWN, n);
    }

    /** Rows {@code x[s…×r…]} by the numbers {@code i[s…]}; those with negative numbers are left out. */
    static Value joined(Site s, Scatter.Fn fn, Value neutral, Value x, Value i, Dim n) {
        Builder b = s.b();
        Value at = b.reshape(Elementwise.cast(b, i, DType.INT32), -1);
        at = b.binary(Binary.Fn.MAX, b.binary(Binary.Fn.ADD, at, 1), 0); // the first row takes what is left out
        Dim[] all = b.dims(x);
        List<Dim> row = Arrays.asList(all).subList(i.shape().rank(), all.length);
        List<Dim> rows = new ArrayList<>(List.of(b.dim(at, 0)));
        rows.addAll(row);
        Dim more = n.isKnown() ? Dim.of(n.known() + 1) : new Dim(Shape.UNKNOWN, b.binary(Binary.Fn.ADD, n.value(), 1));
        List<Dim> to = new ArrayList<>(List.of(more));
        to.addAll(row);
        Value start = b.broadcastTo(neutral, to.toArray(Dim[]::new));
        Value y = b.add(new Scatter(fn), start, at, b.reshape(x, rows.toArray(Dim[]::new)));
        return b.slice(y, 0, 1, Slice.END);
    }

    private static Value unsorted(Site s, Scatter.Fn fn) {
        return joined(s, fn, Segments.neutral(s.b(), fn, s.dtype(0)), s.in(0), s.in(1), size(s, 2));
    }

    private static Value sorted(Site s, Scatter.Fn fn) {
        return joined(s, fn, Segments.neutral(s.b(), fn, s.dtype(0)), s.in(0), s.in(1), count(s, s.in(1)));
    }

    private static Value zero(Site s, DType t) {
        return s.b().constant(Tensor.zeros(TensorType.of(t)));
    }

    /** How many rows each segment has, of y's type and rank. */
    private static Value counts(Site s, Value i, Dim n, Value y) {
        Value ones = s.b().broadcastTo(s.b().constant(y.dtype(), 1), s.b().dims(i));
        Value counts = joined(s, Scatter.Fn.ADD, zero(s, y.dtype()), ones, i, n);
        Dim[] column = new Dim[y.shape().rank()];
        Arrays.fill(column, Dim.of(1));
        column[0] = n;
        return s.b().reshape(counts, column);
    }

    /** Sums divided by the number of rows to the power. */
    private static Value mean(Site s, Value x, Value i, Dim n, double power) {
        Value sum = joined(s, Scatter.Fn.ADD, zero(s, x.dtype()), x, i, n);
        if (power == 0) {
            return sum;
        }
        Value count = s.b().binary(Binary.Fn.MAX, counts(s, i, n, sum), 1);
        return s.b().over(sum, power == 1 ? count : s.b().unary(Unary.Fn.SQRT, count));
    }

    private static Value sparse(Site s, double power) {
        Dim n = s.count() > 3 ? size(s, 3) : count(s, s.in(2));
        return mean(s, s.b().gather(s.in(0), s.in(1), 0), s.in(2), n, power);
    }

    /** What flows back from segments to the rows that were in them. */
    private static Value sparseGradient(Site s, double power) {
        Builder b = s.b();
        Value dy = s.in(0);
        Value ones = b.broadcastTo(b.constant(dy.dtype(), 1), b.dim(s.in(2), 0));
        Value zeros = b.broadcastTo(zero(s, dy.dtype()), b.dim(dy, 0));
        Value counts = b.add(new Scatter(Scatter.Fn.ADD), zeros, s.in(2), ones);
        Dim[] column = new Dim[dy.shape().rank()];
        Arrays.fill(column, Dim.of(1));
        column[0] = Dim.of(-1);
        Value scale = b.reshape(b.binary(Binary.Fn.POW, b.binary(Binary.Fn.MAX, counts, 1), -power), column);
        Dim[] rows = b.dims(dy);
        rows[0] = size(s, 3);
        Value to = b.broadcastTo(zero(s, dy.dtype()), rows);
        return b.add(new Scatter(Scatter.Fn.ADD), to, s.in(1), b.gather(b.times(dy, scale), s.in(2), 0));
    }

    /** The rows to which anything flows back, and which they are. */
    private static List<Value> sparseRows(Site s, double power) {
        Builder b = s.b();
        Value ones = b.broadcastTo(b.constant(DType.INT32, 1), b.dim(s.in(1), 0));
        Value none = b.broadcastTo(zero(s, DType.INT32), size(s, 3));
        Value there = b.squeeze(b.add(new NonZero(), b.add(new Scatter(Scatter.Fn.SET), none, s.in(1), ones)), 1);
        return List.of(b.gather(sparseGradient(s, power), there, 0), b.cast(there, s.dtype(1)));
    }

    private static Value flat(Site s, Value x, Value like) {
        Dim[] all = s.b().dims(x);
        List<Dim> rows = new ArrayList<>(List.of(Dim.of(-1)));
        rows.addAll(Arrays.asList(all).subList(like.shape().rank(), all.length));
        return s.b().reshape(x, rows.toArray(Dim[]::new));
    }

    private static List<Value> partition(Site s) {
        Builder b = s.b();
        Value x = flat(s, s.in(0), s.in(1));
        Value numbers = b.reshape(s.in(1), -1);
        List<Value> parts = new ArrayList<>();
        for (int p = 0; p < s.attributes().integer("num_partitions"); p++) {
            Value own = b.compare(Compare.Fn.EQ, numbers, b.constant(numbers.dtype(), p));
            parts.add(b.gather(x, b.reshape(b.add(new NonZero(), own), -1), 0));
        }
        return parts;
    }

    /** Rows put at places; the last of one place stays. */
    private static Value stitch(Site s) {
        Builder b = s.b();
        int n = s.count() / 2;
        List<Value> places = new ArrayList<>();
        List<Value> rows = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            places.add(b.reshape(s.in(i), -1));
            rows.add(flat(s, s.in(n + i), s.in(i)));
        }
        Value at = b.concat(0, places);
        Value all = b.concat(0, rows);
        Dim[] to = b.dims(all);
        to[0] = count(s, at);
        return b.add(new Scatter(Scatter.Fn.SET), b.broadcastTo(zero(s, all.dtype()), to), at, all);
    }
}
