package dev.posthorn.keras.operation;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;

/** Systems of linear equations, for layers. */
public final class LinearSystems {
    private LinearSystems() {}

    /** The X of {@code A[…×n×n] · X = B[…×n×m]}. */
    public static Value solve(Builder b, Value a, Value right) {
        return LinearAlgebraOperations.eliminated(b, a, right).solution();
    }
}
