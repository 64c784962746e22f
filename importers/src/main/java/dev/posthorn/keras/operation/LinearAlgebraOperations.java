package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.ArgReduce;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decompositions of matrices {@code […×n×n]}, as loops over columns; each step is a sum of outer products under masks.
 * Source: keras/src/backend/tensorflow/linalg.py; Golub and Van Loan, Matrix Computations.
 */
final class LinearAlgebraOperations {
    static final Map<String, Operation> ALL = Map.of(
            "Cholesky", of(LinearAlgebraOperations::cholesky),
            "Det", of(a -> eliminated(a.b(), a.x(), identity(a.b(), a.x())).determinant),
            "Inv", of(a -> eliminated(a.b(), a.x(), identity(a.b(), a.x())).solution),
            "Qr", LinearAlgebraOperations::qr,
            "Slogdet", LinearAlgebraOperations::slogdet,
            "Solve", of(LinearAlgebraOperations::solve),
            "SolveTriangular", of(LinearAlgebraOperations::solveTriangular));

    private LinearAlgebraOperations() {}

    /** One step of a loop: from its number and the carries to the next carries. */
    @FunctionalInterface
    interface Step {
        List<Value> next(Builder b, Value k, List<Value> carries);
    }

    /** Runs {@code step} for k = 0 … n-1. */
    static List<Value> loop(Builder b, Dim n, List<Value> carries, Step step) {
        Builder body = new Builder();
        List<Value> arguments = new ArrayList<>();
        for (Value v : carries) {
            arguments.add(body.input("carry" + arguments.size(), v.type()));
        }
        Value k = body.input("k", TensorType.of(DType.INT32));
        Map<String, Value> results = new LinkedHashMap<>();
        List<Value> next = step.next(body, k, arguments);
        next.forEach(v -> results.put("carry" + results.size(), v));
        arguments.add(k);
        List<Value> in = new ArrayList<>(carries);
        in.add(b.add(new Iota(DType.INT32), ShapeOperations.scalar(b, n)));
        return b.addAll(new Scan(body.graph(arguments, results, Map.of()), carries.size(), 1, false), in)
                .subList(0, carries.size());
    }

    static Value identity(Builder b, Value x) {
        Value one = b.compare(Compare.Fn.EQ, ShapeOperations.positions(b, x, -1), ShapeOperations.positions(b, x, -2));
        return b.broadcastTo(b.cast(one, x.dtype()), b.dims(x));
    }

    /** 1 at place k along an axis of x, else 0; of length 1 along the others. */
    private static Value unit(Builder b, Value x, int axis, Value k) {
        return b.cast(b.compare(Compare.Fn.EQ, ShapeOperations.positions(b, x, axis), k), x.dtype());
    }

    private static Value sum(Builder b, Value x, int axis) {
        return b.reduce(Reduce.Fn.SUM, x, true, axis);
    }

    /** What elimination gives: the solution of {@code A·X = B}, and the determinant of A as its logarithm and sign. */
    record Elimination(Value solution, Value determinant, Value sign, Value logarithm) {}

    /** Gauss-Jordan elimination, the largest element of each column as its pivot. */
    static Elimination eliminated(Builder b, Value a, Value right) {
        int rank = a.shape().rank();
        int[] matrix = {rank - 2, rank - 1};
        Value one = b.reduce(Reduce.Fn.MAX, b.times(a, b.constant(a.dtype(), 0)), true, matrix);
        one = b.plus(one, b.constant(a.dtype(), 1));
        List<Value> out = loop(b, b.dim(a, -1), List.of(a, right, one, one, b.minus(one, one)), (s, k, c) -> {
            Value m = c.get(0);
            Value x = c.get(1);
            Value rows = ShapeOperations.positions(s, m, -2);
            Value column = unit(s, m, -1, k);
            Value below = s.compare(Compare.Fn.GE, rows, k);
            Value size =
                    s.select(below, s.unary(Unary.Fn.ABS, sum(s, s.times(m, column), -1)), s.constant(m.dtype(), -1));
            Value chosen = s.expandDims(s.add(new ArgReduce(true, rank - 2, DType.INT32), size), rank - 2);
            Value now = unit(s, m, -2, k);
            Value swap = s.minus(now, s.cast(s.compare(Compare.Fn.EQ, rows, chosen), m.dtype()));
            m = s.minus(m, s.times(swap, sum(s, s.times(swap, m), -2)));
            x = s.minus(x, s.times(swap, sum(s, s.times(swap, x), -2)));
            Value own = sum(s, s.times(m, column), -1); // […×n×1]
            Value pivot = sum(s, s.times(own, now), -2);
            Value rowOfM = ElementwiseOperations.divideNoNan(s, List.of(sum(s, s.times(m, now), -2), pivot));
            Value rowOfX = ElementwiseOperations.divideNoNan(s, List.of(sum(s, s.times(x, now), -2), pivot));
            Value here = s.compare(Compare.Fn.EQ, rows, k);
            Value changed = s.select(here, rowOfM, s.minus(m, s.times(own, rowOfM)));
            Value solved = s.select(here, rowOfX, s.minus(x, s.times(own, rowOfX)));
            Value swapped = s.compare(Compare.Fn.NE, chosen, k);
            Value minus = s.constant(m.dtype(), -1);
            Value factor = s.times(pivot, s.select(swapped, minus, s.constant(m.dtype(), 1)));
            Value log = s.unary(Unary.Fn.LOG, s.unary(Unary.Fn.ABS, pivot));
            return List.of(
                    changed,
                    solved,
                    s.times(c.get(2), factor),
                    s.times(c.get(3), s.unary(Unary.Fn.SIGN, factor)),
                    s.plus(c.get(4), log));
        });
        return new Elimination(out.get(1), scalar(b, out.get(2)), scalar(b, out.get(3)), scalar(b, out.get(4)));
    }

    private static Value scalar(Builder b, Value x) {
        return b.squeeze(b.squeeze(x, -1), -1);
    }

    /** The logarithm of the determinant of a positive definite matrix. */
    static Value logdet(Builder b, Value x) {
        return eliminated(b, x, identity(b, x)).logarithm;
    }

    private static List<Value> slogdet(Arguments a) {
        Elimination e = eliminated(a.b(), a.x(), identity(a.b(), a.x()));
        return List.of(e.sign, e.logarithm);
    }

    private static Value solve(Arguments a) {
        return solved(a, a.tensor("a", 0));
    }

    private static Value solveTriangular(Arguments a) {
        Builder b = a.b();
        Value m = a.tensor("a", 0);
        Value offset = b.minus(ShapeOperations.positions(b, m, -1), ShapeOperations.positions(b, m, -2));
        Compare.Fn fn = a.flag("lower") ? Compare.Fn.LE : Compare.Fn.GE;
        Value inside = b.compare(fn, offset, b.constant(DType.INT32, 0));
        return solved(a, b.select(inside, m, b.constant(m.dtype(), 0)));
    }

    private static Value solved(Arguments a, Value m) {
        Builder b = a.b();
        Value right = a.tensor("b", 1);
        boolean vector = right.shape().rank() == m.shape().rank() - 1;
        Value x = eliminated(b, m, vector ? b.expandDims(right, -1) : right).solution;
        return vector ? b.squeeze(x, -1) : x;
    }

    /** {@code A = L·Lᵀ}, column by column. */
    private static Value cholesky(Arguments a) {
        Value lower = cholesky(a.b(), a.x());
        return a.flag("upper") ? ShapeOperations.swapAxes(a.b(), lower, -1, -2) : lower;
    }

    static Value cholesky(Builder b, Value x) {
        Value zero = b.times(x, b.constant(x.dtype(), 0));
        return loop(b, b.dim(x, -1), List.of(x, zero), (s, k, c) -> {
                    Value rest = c.get(0);
                    Value column = unit(s, rest, -1, k);
                    Value own = sum(s, s.times(rest, column), -1);
                    Value pivot = sum(s, s.times(own, unit(s, rest, -2, k)), -2);
                    Value below = s.compare(Compare.Fn.GE, ShapeOperations.positions(s, rest, -2), k);
                    Value l = s.select(below, s.over(own, s.unary(Unary.Fn.SQRT, pivot)), s.constant(rest.dtype(), 0));
                    Value outer = s.times(l, ShapeOperations.swapAxes(s, l, -1, -2));
                    return List.of(s.minus(rest, outer), s.plus(c.get(1), s.times(l, column)));
                })
                .get(1);
    }

    /** {@code A[…×m×n] = Q·R} by reflections. */
    private static List<Value> qr(Arguments a) {
        return qr(a.b(), a.x(), !"reduced".equals(a.string("mode", "reduced")));
    }

    static List<Value> qr(Builder b, Value x, boolean full) {
        int m = x.shape().dim(-2);
        int n = x.shape().dim(-1);
        if (m < 0 || n < 0) {
            throw new ShapeException("Qr: expected known dimensions but was " + x.type());
        }
        Value square = identity(b, b.matmul(x, ShapeOperations.swapAxes(b, x, -1, -2)));
        List<Value> out = loop(b, Dim.of(Math.min(m, n)), List.of(square, x), (s, k, c) -> {
            Value r = c.get(1);
            Value own = sum(s, s.times(r, unit(s, r, -1, k)), -1);
            Value below = s.compare(Compare.Fn.GE, ShapeOperations.positions(s, r, -2), k);
            Value part = s.select(below, own, s.constant(r.dtype(), 0));
            Value now = unit(s, r, -2, k);
            Value head = sum(s, s.times(part, now), -2);
            Value norm = s.unary(Unary.Fn.SQRT, sum(s, s.unary(Unary.Fn.SQUARE, part), -2));
            Value negative = s.compare(Compare.Fn.LT, head, s.constant(r.dtype(), 0));
            Value beta = s.select(negative, norm, s.unary(Unary.Fn.NEG, norm));
            Value tail = sum(s, s.unary(Unary.Fn.SQUARE, s.minus(part, s.times(now, head))), -2);
            Value needed =
                    s.compare(Compare.Fn.GT, tail, s.constant(r.dtype(), 0)); // a column that is reduced already stays
            Value v = s.minus(part, s.times(now, beta));
            Value square2 = sum(s, s.unary(Unary.Fn.SQUARE, v), -2);
            Value scale = ElementwiseOperations.divideNoNan(s, List.of(s.constant(r.dtype(), 2), square2));
            scale = s.select(needed, scale, s.constant(r.dtype(), 0));
            Value reflected = s.minus(r, s.times(s.times(v, scale), sum(s, s.times(v, r), -2)));
            Value row = ShapeOperations.swapAxes(s, v, -1, -2);
            Value q = s.minus(c.get(0), s.times(sum(s, s.times(c.get(0), row), -1), s.times(row, scale)));
            return List.of(q, reflected);
        });
        Value q = out.get(0);
        Value r = out.get(1);
        Value offset = b.minus(ShapeOperations.positions(b, r, -1), ShapeOperations.positions(b, r, -2));
        r = b.select(b.compare(Compare.Fn.GE, offset, b.constant(DType.INT32, 0)), r, b.constant(r.dtype(), 0));
        int kept = Math.min(m, n);
        return full ? List.of(q, r) : List.of(b.slice(q, -1, 0, kept), b.slice(r, -2, 0, kept));
    }

    static Value inverseTriangular(Builder b, Value m, boolean lower) {
        Value offset = b.minus(ShapeOperations.positions(b, m, -1), ShapeOperations.positions(b, m, -2));
        Value inside = b.compare(lower ? Compare.Fn.LE : Compare.Fn.GE, offset, b.constant(DType.INT32, 0));
        Value triangle = b.select(inside, m, b.constant(m.dtype(), 0));
        return eliminated(b, triangle, identity(b, triangle)).solution;
    }

    /** {@code P·A = L·U}: L below the diagonal and U from it on in one matrix, and where each row of A went. */
    static List<Value> luFactor(Arguments a) {
        Builder b = a.b();
        Value x = a.tensor("x", 0);
        Value rows = b.cast(b.broadcastTo(ShapeOperations.positions(b, x, -2), b.dim(x, -2), Dim.of(1)), x.dtype());
        List<Value> out = loop(b, b.dim(x, -1), List.of(x, rows), (s, k, c) -> {
            Value m = c.get(0);
            Value at = ShapeOperations.positions(s, m, -2);
            Value column = unit(s, m, -1, k);
            Value own = sum(s, s.times(m, column), -1);
            Value from = s.compare(Compare.Fn.GE, at, k);
            Value size = s.select(from, s.unary(Unary.Fn.ABS, own), s.constant(m.dtype(), -1));
            Value chosen = s.expandDims(s.add(new ArgReduce(true, 0, DType.INT32), size), 0);
            Value now = unit(s, m, -2, k);
            Value swap = s.minus(now, s.cast(s.compare(Compare.Fn.EQ, at, chosen), m.dtype()));
            Value order = s.minus(c.get(1), s.times(swap, sum(s, s.times(swap, c.get(1)), -2)));
            m = s.minus(m, s.times(swap, sum(s, s.times(swap, m), -2)));
            Value pivot = sum(s, s.times(sum(s, s.times(m, column), -1), now), -2);
            Value below = s.cast(s.compare(Compare.Fn.GT, at, k), m.dtype());
            Value factor = s.times(s.over(sum(s, s.times(m, column), -1), pivot), below);
            Value right = s.cast(s.compare(Compare.Fn.GT, ShapeOperations.positions(s, m, -1), k), m.dtype());
            Value rest = s.minus(m, s.times(factor, s.times(sum(s, s.times(m, now), -2), right)));
            Value stored = s.compare(Compare.Fn.GT, s.times(below, column), s.constant(m.dtype(), 0));
            return List.of(s.select(stored, factor, rest), order);
        });
        Value order = b.cast(b.squeeze(out.get(1), -1), DType.INT32);
        Value inverse = b.add(new ArgReduce(true, 0, DType.INT32), equal(b, order)); // place p of the order holds row p
        return List.of(out.get(0), inverse);
    }

    /** {@code y[i×j] = (order[i] = j)} as int32. */
    private static Value equal(Builder b, Value order) {
        Value j = b.expandDims(b.add(new Iota(DType.INT32), ShapeOperations.scalar(b, b.dim(order, 0))), 0);
        return b.cast(b.compare(Compare.Fn.EQ, b.expandDims(order, 1), j), DType.INT32);
    }
}
