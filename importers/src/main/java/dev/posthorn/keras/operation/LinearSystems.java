package dev.posthorn.keras.operation;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Compare;
import java.util.List;

/** Systems of linear equations, for layers and graphs. */
public final class LinearSystems {
    private LinearSystems() {}

    /** The X of {@code A[…×n×n] · X = B[…×n×m]}. */
    public static Value solve(Builder b, Value a, Value right) {
        return LinearAlgebraOperations.eliminated(b, a, right).solution();
    }

    /** {@code A⁻¹}. */
    public static Value inverse(Builder b, Value a) {
        return solve(b, a, LinearAlgebraOperations.identity(b, a));
    }

    /** {@code det A[…×n×n]}. */
    public static Value determinant(Builder b, Value a) {
        return LinearAlgebraOperations.eliminated(b, a, LinearAlgebraOperations.identity(b, a))
                .determinant();
    }

    /** The sign of the determinant, and the logarithm of its size. */
    public static List<Value> logarithm(Builder b, Value a) {
        LinearAlgebraOperations.Elimination e =
                LinearAlgebraOperations.eliminated(b, a, LinearAlgebraOperations.identity(b, a));
        return List.of(e.sign(), e.logarithm());
    }

    /** L of {@code A = L·Lᵀ}. */
    public static Value cholesky(Builder b, Value a) {
        return LinearAlgebraOperations.cholesky(b, a);
    }

    /** {@code A[…×m×n] = Q·R}, Q square where {@code full}. */
    public static List<Value> qr(Builder b, Value a, boolean full) {
        return LinearAlgebraOperations.qr(b, a, full);
    }

    /** A with zeros above its diagonal, or below it. */
    public static Value triangle(Builder b, Value a, boolean lower) {
        Value offset = b.minus(ShapeOperations.positions(b, a, -1), ShapeOperations.positions(b, a, -2));
        Value inside = b.compare(lower ? Compare.Fn.LE : Compare.Fn.GE, offset, b.constant(DType.INT32, 0));
        return b.select(inside, a, b.constant(a.dtype(), 0));
    }
}
