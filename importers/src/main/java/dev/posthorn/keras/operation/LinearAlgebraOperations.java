package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Extents;
import dev.posthorn.ir.fn.LinearSystems;
import dev.posthorn.ir.op.ArgReduce;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Unary;
import java.util.List;
import java.util.Map;

/**
 * Decompositions of matrices {@code […×n×n]}, as loops over columns; each step is a sum of outer products under masks.
 * Source: keras/src/backend/tensorflow/linalg.py; Golub and Van Loan, Matrix Computations.
 */
final class LinearAlgebraOperations {
    static final Map<String, Operation> ALL = Map.of(
            "Cholesky", of(LinearAlgebraOperations::cholesky),
            "Det", of(a -> LinearSystems.determinant(a.b(), a.x())),
            "Inv", of(a -> LinearSystems.inverse(a.b(), a.x())),
            "Qr", LinearAlgebraOperations::qr,
            "Slogdet", a -> LinearSystems.logarithm(a.b(), a.x()),
            "Solve", of(LinearAlgebraOperations::solve),
            "SolveTriangular", of(LinearAlgebraOperations::solveTriangular));

    private LinearAlgebraOperations() {}

    private static Value solve(Arguments a) {
        return solved(a, a.tensor("a", 0));
    }

    private static Value solveTriangular(Arguments a) {
        return solved(a, LinearSystems.triangle(a.b(), a.tensor("a", 0), a.flag("lower")));
    }

    private static Value solved(Arguments a, Value m) {
        Builder b = a.b();
        Value right = a.tensor("b", 1);
        boolean vector = right.shape().rank() == m.shape().rank() - 1;
        Value x = LinearSystems.solve(b, m, vector ? b.expandDims(right, -1) : right);
        return vector ? b.squeeze(x, -1) : x;
    }

    /** {@code A = L·Lᵀ}, column by column. */
    private static Value cholesky(Arguments a) {
        Value lower = LinearSystems.cholesky(a.b(), a.x());
        return a.flag("upper") ? Extents.swapAxes(a.b(), lower, -1, -2) : lower;
    }

    /** {@code A[…×m×n] = Q·R} by reflections. */
    private static List<Value> qr(Arguments a) {
        return LinearSystems.qr(a.b(), a.x(), !"reduced".equals(a.string("mode", "reduced")));
    }

    /** {@code P·A = L·U}: L below the diagonal and U from it on in one matrix, and where each row of A went. */
    static List<Value> luFactor(Arguments a) {
        Builder b = a.b();
        Value x = a.tensor("x", 0);
        Value rows = b.cast(b.broadcastTo(Extents.positions(b, x, -2), b.dim(x, -2), Dim.of(1)), x.dtype());
        List<Value> out = LinearSystems.loop(b, b.dim(x, -1), List.of(x, rows), (s, k, c) -> {
            Value m = c.get(0);
            Value at = Extents.positions(s, m, -2);
            Value column = LinearSystems.unit(s, m, -1, k);
            Value own = LinearSystems.sum(s, s.times(m, column), -1);
            Value from = s.compare(Compare.Fn.GE, at, k);
            Value size = s.select(from, s.unary(Unary.Fn.ABS, own), s.constant(m.dtype(), -1));
            Value chosen = s.expandDims(s.add(new ArgReduce(true, 0, DType.INT32), size), 0);
            Value now = LinearSystems.unit(s, m, -2, k);
            Value swap = s.minus(now, s.cast(s.compare(Compare.Fn.EQ, at, chosen), m.dtype()));
            Value order = s.minus(c.get(1), s.times(swap, LinearSystems.sum(s, s.times(swap, c.get(1)), -2)));
            m = s.minus(m, s.times(swap, LinearSystems.sum(s, s.times(swap, m), -2)));
            Value pivot = LinearSystems.sum(s, s.times(LinearSystems.sum(s, s.times(m, column), -1), now), -2);
            Value below = s.cast(s.compare(Compare.Fn.GT, at, k), m.dtype());
            Value factor = s.times(s.over(LinearSystems.sum(s, s.times(m, column), -1), pivot), below);
            Value right = s.cast(s.compare(Compare.Fn.GT, Extents.positions(s, m, -1), k), m.dtype());
            Value rest = s.minus(m, s.times(factor, s.times(LinearSystems.sum(s, s.times(m, now), -2), right)));
            Value stored = s.compare(Compare.Fn.GT, s.times(below, column), s.constant(m.dtype(), 0));
            return List.of(s.select(stored, factor, rest), order);
        });
        Value order = b.cast(b.squeeze(out.get(1), -1), DType.INT32);
        Value inverse = b.add(new ArgReduce(true, 0, DType.INT32), equal(b, order)); // place p of the order holds row p
        return List.of(out.get(0), inverse);
    }

    /** {@code y[i×j] = (order[i] = j)} as int32. */
    private static Value equal(Builder b, Value order) {
        Value j = b.expandDims(b.add(new Iota(DType.INT32), Extents.scalar(b, b.dim(order, 0))), 0);
        return b.cast(b.compare(Compare.Fn.EQ, b.expandDims(order, 1), j), DType.INT32);
    }
}
