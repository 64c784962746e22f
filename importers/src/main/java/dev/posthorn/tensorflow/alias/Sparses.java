package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.NonZero;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Scatter;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.ir.op.sparse.Ravel;
import dev.posthorn.ir.op.sparse.SparseFillRows;
import dev.posthorn.ir.op.sparse.SparseOrder;
import dev.posthorn.ir.op.sparse.SparseReshape;
import dev.posthorn.ir.op.sparse.SparseSlice;
import dev.posthorn.ir.op.sparse.SparseUnion;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.ArrayList;
import java.util.List;

/** Sparse tensors, three values each: places, values, shape. */
final class Sparses {
    static final List<TfOp> ALL = List.of(
            one("SparseToDense", Sparses::toDense),
            many("SparseReorder", s -> {
                Value order = s.b().add(new SparseOrder(), s.in(0));
                return List.of(s.b().gather(s.in(0), order, 0), s.b().gather(s.in(1), order, 0));
            }),
            many("SparseReshape", s -> s.b().addAll(new SparseReshape(), s.all())),
            many("SparseSlice", s -> slice(s, s.in(0), s.in(1), s.in(2), s.in(3), s.in(4))),
            one("SparseSliceGrad", s -> moved(s.b(), s.in(0), s.in(1), s.b().plus(s.in(3), s.in(2)))),
            many("SparseConcat", Sparses::concat),
            many("SparseSplit", Sparses::split),
            many("SparseAdd", Sparses::add),
            many(
                    "SparseAddGrad",
                    s -> List.of(moved(s.b(), s.in(0), s.in(1), s.in(3)), moved(s.b(), s.in(0), s.in(2), s.in(3)))),
            many("SparseSparseMaximum", s -> extreme(s, Binary.Fn.MAX)),
            many("SparseSparseMinimum", s -> extreme(s, Binary.Fn.MIN)),
            one("SparseTensorDenseAdd", s -> {
                Value places = places(s, s.in(0), s.in(2), false);
                return unflat(s, s.b().add(new Scatter(Scatter.Fn.ADD), flat(s, s.in(3)), places, s.in(1)), s.in(3));
            }),
            one("SparseDenseCwiseAdd", s -> dense(s, Binary.Fn.ADD)),
            one("SparseDenseCwiseMul", s -> dense(s, Binary.Fn.MUL)),
            one("SparseDenseCwiseDiv", s -> dense(s, Binary.Fn.DIV)),
            one("SparseTensorDenseMatMul", Sparses::matMul),
            many("SparseFillEmptyRows", Sparses::fillRows),
            many("SparseFillEmptyRowsGrad", Sparses::fillRowsGradient),
            many("RaggedFillEmptyRows", s -> {
                Builder b = s.b();
                Value n = b.reshape(s.in(2), 1);
                List<Value> rows = b.addAll(new SparseFillRows(), List.of(b.expandDims(s.in(0), 1), n));
                Value values = b.concat(0, List.of(s.in(1), b.reshape(s.in(3), 1)));
                return List.of(b.squeeze(rows.get(0), 1), b.gather(values, rows.get(1), 0), rows.get(2), rows.get(3));
            }),
            many("RaggedFillEmptyRowsGrad", Sparses::fillRowsGradient));

    private Sparses() {}

    /** The places in row-major order. */
    static Value places(Site s, Value indices, Value shape, boolean ascending) {
        Builder b = s.b();
        return b.add(new Ravel(ascending), b.cast(indices, DType.INT64), b.cast(shape, DType.INT64));
    }

    private static Value flat(Site s, Value x) {
        return s.b().reshape(x, -1);
    }

    private static Value unflat(Site s, Value y, Value like) {
        return s.b().reshape(y, s.b().dims(like));
    }

    /** One place for a scalar or a vector of places of a vector. */
    private static Value matrix(Site s, Value indices) {
        return switch (indices.shape().rank()) {
            case 0 -> s.b().reshape(indices, 1, 1);
            case 1 -> s.b().expandDims(indices, 1);
            default -> indices;
        };
    }

    private static Value toDense(Site s) {
        Builder b = s.b();
        Value places = places(s, matrix(s, s.in(0)), s.in(1), s.attributes().bool("validate_indices", true));
        Dim[] dims = s.dims(1).toArray(Dim[]::new);
        Value all = b.reshape(b.broadcastTo(s.in(3), dims), -1);
        Value values = s.shape(2).rank() == 0 ? b.broadcastTo(s.in(2), b.dim(places, 0)) : s.in(2);
        return b.reshape(b.add(new Scatter(Scatter.Fn.SET), all, places, values), dims);
    }

    private static List<Value> slice(Site s, Value indices, Value values, Value shape, Value start, Value size) {
        List<Value> part = s.b().addAll(new SparseSlice(), List.of(indices, shape, start, size));
        return List.of(part.get(0), s.b().gather(values, part.get(1), 0), part.get(2));
    }

    /** The values of elements at {@code to}, for those at {@code from}; 0 for any that is not there. Both in order. */
    private static Value moved(Builder b, Value values, Value from, Value to) {
        List<Value> union = b.addAll(new SparseUnion(), List.of(from, to));
        Value zeros = b.broadcastTo(b.constant(values.dtype(), 0), b.dim(from, 0));
        Value first = b.concat(0, List.of(zeros, b.reshape(b.constant(values.dtype(), 0), 1)));
        Value all = b.add(new Scatter(Scatter.Fn.SET), first, union.get(1), orZero(b, values, union.get(2)));
        return b.slice(all, 0, 0, -1);
    }

    /** The number of elements at {@code indices}. */
    private static Value count(Builder b, Value indices) {
        Dim n = b.dim(indices, 0);
        return n.isKnown() ? b.constant(DType.INT64, n.known()) : b.cast(n.value(), DType.INT64);
    }

    /** Elements, or 0 one after the last. */
    private static Value orZero(Builder b, Value values, Value places) {
        Value zero = b.reshape(b.constant(values.dtype(), 0), 1);
        return b.gather(b.concat(0, List.of(values, zero)), places, 0);
    }

    /** 1 at the axis, of int64. */
    private static Value unit(Site s, int axis, int rank) {
        long[] unit = new long[rank];
        unit[axis] = 1;
        return s.b().constant(Tensor.of(Shape.of(rank), unit));
    }

    private static Value element(Site s, Value vector, int i) {
        return s.b().slice(vector, 0, i, i + 1);
    }

    private static List<Value> concat(Site s) {
        Builder b = s.b();
        int n = s.count() / 3;
        int rank = s.shape(2 * n).dim(0);
        int axis = Shape.of(unknown(rank)).axis(s.attributes().integer("concat_dim"));
        Value unit = unit(s, axis, rank);
        Value before = b.constant(Tensor.of(Shape.of(1), new long[1]));
        List<Value> indices = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            indices.add(b.plus(s.in(i), b.times(unit, before)));
            before = b.plus(before, element(s, s.in(2 * n + i), axis));
        }
        Value first = s.in(2 * n);
        Value shape = b.plus(first, b.times(unit, b.minus(before, element(s, first, axis))));
        Value all = b.concat(0, indices);
        Value order = b.add(new SparseOrder(), all);
        return List.of(b.gather(all, order, 0), b.gather(b.concat(0, s.in(n, 2 * n)), order, 0), shape);
    }

    private static int[] unknown(int rank) {
        int[] dims = new int[rank];
        java.util.Arrays.fill(dims, Shape.UNKNOWN);
        return dims;
    }

    /** Parts along an axis; the first ones are longer by one where it does not come out even. */
    private static List<Value> split(Site s) {
        Builder b = s.b();
        int n = s.attributes().integer("num_split");
        int rank = s.shape(3).dim(0);
        int axis = Shape.of(unknown(rank)).axis(s.integer(0));
        Value unit = unit(s, axis, rank);
        Value length = element(s, s.in(3), axis);
        Value each = b.binary(Binary.Fn.DIV, length, n);
        Value longer = b.binary(Binary.Fn.REM, length, n);
        List<Value> indices = new ArrayList<>();
        List<Value> values = new ArrayList<>();
        List<Value> shapes = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            Value start = b.plus(b.binary(Binary.Fn.MUL, each, i), b.binary(Binary.Fn.MIN, longer, i));
            Value end = b.plus(b.binary(Binary.Fn.MUL, each, i + 1), b.binary(Binary.Fn.MIN, longer, i + 1));
            Value size = b.plus(s.in(3), b.times(unit, b.minus(b.minus(end, start), length)));
            List<Value> part = slice(s, s.in(1), s.in(2), s.in(3), b.times(unit, start), size);
            indices.add(part.get(0));
            values.add(part.get(1));
            shapes.add(part.get(2));
        }
        List<Value> all = new ArrayList<>(indices);
        all.addAll(values);
        all.addAll(shapes);
        return all;
    }

    /** The sum; where both have an element, without what is smaller than the threshold. */
    private static List<Value> add(Site s) {
        Builder b = s.b();
        List<Value> union = b.addAll(new SparseUnion(), List.of(s.in(0), s.in(3)));
        Value sum = b.plus(orZero(b, s.in(1), union.get(1)), orZero(b, s.in(4), union.get(2)));
        Value size = sum.dtype().kind() == DType.Kind.UNSIGNED ? sum : b.unary(Unary.Fn.ABS, sum);
        Value large = b.compare(Compare.Fn.GE, size, b.cast(s.in(6), size.dtype()));
        Value alone = b.binary(
                Binary.Fn.OR,
                b.compare(Compare.Fn.EQ, union.get(1), count(b, s.in(0))),
                b.compare(Compare.Fn.EQ, union.get(2), count(b, s.in(3))));
        Value kept = b.squeeze(b.add(new NonZero(), b.binary(Binary.Fn.OR, large, alone)), 1);
        return List.of(b.gather(union.get(0), kept, 0), b.gather(sum, kept, 0), s.in(2));
    }

    private static List<Value> extreme(Site s, Binary.Fn fn) {
        Builder b = s.b();
        List<Value> union = b.addAll(new SparseUnion(), List.of(s.in(0), s.in(3)));
        return List.of(union.get(0), b.binary(fn, orZero(b, s.in(1), union.get(1)), orZero(b, s.in(4), union.get(2))));
    }

    /** With the elements of a dense tensor, broadcast, at the same places. */
    private static Value dense(Site s, Binary.Fn fn) {
        Builder b = s.b();
        Value places = places(s, s.in(0), s.in(2), false);
        Value all = b.reshape(b.broadcastTo(s.in(3), s.dims(2).toArray(Dim[]::new)), -1);
        return b.binary(fn, s.in(1), b.gather(all, places, 0));
    }

    private static Value matMul(Site s) {
        Builder b = s.b();
        boolean turned = s.attributes().bool("adjoint_a", false);
        boolean turnedB = s.attributes().bool("adjoint_b", false);
        if ((turned || turnedB) && s.dtype(3).kind() == DType.Kind.COMPLEX) {
            throw s.unsupported("an adjoint of complex numbers");
        }
        Value indices = b.cast(s.in(0), DType.INT64);
        List<Value> places = b.split(indices, 1, 1, 1);
        Value rows = b.reshape(places.get(turned ? 1 : 0), -1);
        Value columns = b.reshape(places.get(turned ? 0 : 1), -1);
        Value dense = turnedB ? b.transpose(s.in(3), 1, 0) : s.in(3);
        Value parts = b.times(b.expandDims(s.in(1), 1), b.gather(dense, columns, 0));
        Dim m = s.dims(2).get(turned ? 1 : 0);
        Value zeros = b.broadcastTo(b.constant(dense.dtype(), 0), m, b.dim(dense, 1));
        return b.add(new Scatter(Scatter.Fn.ADD), zeros, rows, parts);
    }

    private static List<Value> fillRows(Site s) {
        Builder b = s.b();
        List<Value> rows = b.addAll(new SparseFillRows(), List.of(s.in(0), s.in(2)));
        Value values = b.concat(0, List.of(s.in(1), b.reshape(s.in(3), 1)));
        return List.of(rows.get(0), b.gather(values, rows.get(1), 0), rows.get(2), rows.get(3));
    }

    private static List<Value> fillRowsGradient(Site s) {
        Builder b = s.b();
        Value own = b.gather(s.in(1), s.in(0), 0);
        Value zero = b.constant(own.dtype(), 0);
        Value zeros = b.broadcastTo(zero, b.dim(own, 0));
        Value rest = b.add(new Scatter(Scatter.Fn.SET), s.in(1), s.in(0), zeros);
        return List.of(own, b.reduce(Reduce.Fn.SUM, rest, false, 0));
    }
}
