package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.ComplexNumbers;
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
 * Systems of linear equations and decompositions of matrices {@code […×n×n]}, as loops over columns; each step is a
 * sum of outer products under masks. Source: Golub and Van Loan, Matrix Computations.
 */
public final class LinearSystems {
    private LinearSystems() {}

    /** One step of a loop: from its number and the carries to the next carries. */
    @FunctionalInterface
    public interface Step {
        List<Value> next(Builder b, Value k, List<Value> carries);
    }

    /** Runs {@code step} for k = 0 … n-1. */
    public static List<Value> loop(Builder b, Dim n, List<Value> carries, Step step) {
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
        in.add(b.add(new Iota(DType.INT32), Extents.scalar(b, n)));
        return b.addAll(new Scan(body.graph(arguments, results, Map.of()), carries.size(), 1, false), in)
                .subList(0, carries.size());
    }

    /** Ones on the diagonals of matrices like x. */
    public static Value identity(Builder b, Value x) {
        Value one = b.compare(Compare.Fn.EQ, Extents.positions(b, x, -1), Extents.positions(b, x, -2));
        return b.broadcastTo(b.cast(one, x.dtype()), b.dims(x));
    }

    /** 1 at place k along an axis of x, else 0; of length 1 along the others. */
    public static Value unit(Builder b, Value x, int axis, Value k) {
        return b.cast(b.compare(Compare.Fn.EQ, Extents.positions(b, x, axis), k), x.dtype());
    }

    /** The sum along an axis, which stays with length 1. */
    public static Value sum(Builder b, Value x, int axis) {
        return b.reduce(Reduce.Fn.SUM, x, true, axis);
    }

    /** What elimination gives: the solution of {@code A·X = B}, and the determinant of A as its logarithm and sign. */
    private record Elimination(Value solution, Value determinant, Value sign, Value logarithm) {}

    /** Gauss-Jordan elimination, the largest element of each column as its pivot. */
    private static Elimination eliminated(Builder b, Value a, Value right) {
        int rank = a.shape().rank();
        int[] matrix = {rank - 2, rank - 1};
        Value one = b.reduce(Reduce.Fn.SUM, b.times(a, b.constant(a.dtype(), 0)), true, matrix);
        one = b.plus(one, b.constant(a.dtype(), 1));
        if (a.shape().dim(-1) == 0) {
            Value none = scalar(b, one);
            return new Elimination(right, none, none, b.minus(none, none));
        }
        List<Value> out = loop(b, b.dim(a, -1), List.of(a, right, one, one, b.minus(one, one)), (s, k, c) -> {
            Value m = c.get(0);
            Value x = c.get(1);
            Value rows = Extents.positions(s, m, -2);
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
            Value rowOfM = DivideNoNan.of(s, sum(s, s.times(m, now), -2), pivot);
            Value rowOfX = DivideNoNan.of(s, sum(s, s.times(x, now), -2), pivot);
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

    /** The X of {@code A[…×n×n] · X = B[…×n×m]}. */
    public static Value solve(Builder b, Value a, Value right) {
        return a.dtype().isComplex()
                ? complex(b, a, right)
                : eliminated(b, a, right).solution();
    }

    /** {@code (R + i·J)·X = B} as {@code [R −J; J R]·[Re X; Im X] = [Re B; Im B]}. */
    private static Value complex(Builder b, Value a, Value right) {
        Value real = ComplexNumbers.real(b, a);
        Value imaginary = ComplexNumbers.imaginary(b, a);
        Value above = b.concat(-1, List.of(real, b.unary(Unary.Fn.NEG, imaginary)));
        Value below = b.concat(-1, List.of(imaginary, real));
        Value known = b.concat(-2, List.of(ComplexNumbers.real(b, right), ComplexNumbers.imaginary(b, right)));
        Value x = solve(b, b.concat(-2, List.of(above, below)), known);
        int n = a.shape().dim(-1);
        if (n < 0) {
            throw new ShapeException("LinearSystems: expected complex matrices of known size but was " + a.type());
        }
        return ComplexNumbers.of(b, b.slice(x, -2, 0, n), b.slice(x, -2, n, 2 * n));
    }

    /** {@code A⁻¹}. */
    public static Value inverse(Builder b, Value a) {
        return solve(b, a, identity(b, a));
    }

    /** {@code det A[…×n×n]}. */
    public static Value determinant(Builder b, Value a) {
        return eliminated(b, a, identity(b, a)).determinant();
    }

    /** The sign of the determinant, and the logarithm of its size. */
    public static List<Value> logarithm(Builder b, Value a) {
        Elimination e = eliminated(b, a, identity(b, a));
        return List.of(e.sign(), e.logarithm());
    }

    /** A with zeros above its diagonal, or below it. */
    public static Value triangle(Builder b, Value a, boolean lower) {
        Value offset = b.minus(Extents.positions(b, a, -1), Extents.positions(b, a, -2));
        Value inside = b.compare(lower ? Compare.Fn.LE : Compare.Fn.GE, offset, b.constant(DType.INT32, 0));
        return b.select(inside, a, b.constant(a.dtype(), 0));
    }

    /** L of {@code A = L·Lᵀ}, column by column. */
    public static Value cholesky(Builder b, Value x) {
        Value zero = b.times(x, b.constant(x.dtype(), 0));
        return loop(b, b.dim(x, -1), List.of(x, zero), (s, k, c) -> {
                    Value rest = c.get(0);
                    Value column = unit(s, rest, -1, k);
                    Value own = sum(s, s.times(rest, column), -1);
                    Value pivot = sum(s, s.times(own, unit(s, rest, -2, k)), -2);
                    Value below = s.compare(Compare.Fn.GE, Extents.positions(s, rest, -2), k);
                    Value l = s.select(below, s.over(own, s.unary(Unary.Fn.SQRT, pivot)), s.constant(rest.dtype(), 0));
                    Value outer = s.times(l, Extents.swapAxes(s, l, -1, -2));
                    return List.of(s.minus(rest, outer), s.plus(c.get(1), s.times(l, column)));
                })
                .get(1);
    }

    /** {@code A[…×m×n] = Q·R} by reflections, Q square where {@code full}. */
    public static List<Value> qr(Builder b, Value x, boolean full) {
        int m = x.shape().dim(-2);
        int n = x.shape().dim(-1);
        if (m < 0 || n < 0) {
            throw new ShapeException("Qr: expected known dimensions but was " + x.type());
        }
        Value square = identity(b, b.matmul(x, Extents.swapAxes(b, x, -1, -2)));
        List<Value> out = loop(b, Dim.of(Math.min(m, n)), List.of(square, x), (s, k, c) -> {
            Value r = c.get(1);
            Value own = sum(s, s.times(r, unit(s, r, -1, k)), -1);
            Value below = s.compare(Compare.Fn.GE, Extents.positions(s, r, -2), k);
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
            Value scale = DivideNoNan.of(s, s.constant(r.dtype(), 2), square2);
            scale = s.select(needed, scale, s.constant(r.dtype(), 0));
            Value reflected = s.minus(r, s.times(s.times(v, scale), sum(s, s.times(v, r), -2)));
            Value row = Extents.swapAxes(s, v, -1, -2);
            Value q = s.minus(c.get(0), s.times(sum(s, s.times(c.get(0), row), -1), s.times(row, scale)));
            return List.of(q, reflected);
        });
        Value q = out.get(0);
        Value r = out.get(1);
        r = triangle(b, r, false);
        int kept = Math.min(m, n);
        return full ? List.of(q, r) : List.of(b.slice(q, -1, 0, kept), b.slice(r, -2, 0, kept));
    }
}
