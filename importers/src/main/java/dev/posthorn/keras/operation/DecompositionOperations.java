package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Extents;
import dev.posthorn.ir.fn.LinearSystems;
import dev.posthorn.ir.op.Eigh;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Svd;
import java.util.List;
import java.util.Map;

/** Matrices taken apart, and what follows from their parts. Source: keras/src/backend/tensorflow/linalg.py. */
final class DecompositionOperations {
    static final Map<String, Operation> ALL = Map.of(
            "CDist", of(DecompositionOperations::distances),
            "CholeskyInverse", of(DecompositionOperations::choleskyInverse),
            "Eigh", a -> a.b().addAll(new Eigh(), List.of(ElementwiseOperations.floating(a))),
            "Lstsq", of(DecompositionOperations::leastSquares),
            "LuFactor", LinearAlgebraOperations::luFactor,
            "MatrixRank", of(DecompositionOperations::rank),
            "Pinv", of(DecompositionOperations::pseudoInverse),
            "SVD", DecompositionOperations::svd);

    private DecompositionOperations() {}

    private static double epsilon(DType dtype) {
        return switch (dtype) {
            case FLOAT64 -> Math.ulp(1.0);
            case FLOAT16 -> 0x1p-10;
            case BFLOAT16 -> 0x1p-7;
            default -> Math.ulp(1f);
        };
    }

    private static int larger(Value x) {
        return Math.max(x.shape().dim(-1), x.shape().dim(-2));
    }

    private static List<Value> svd(Arguments a) {
        Builder b = a.b();
        boolean full = a.option("full_matrices") == null || a.flag("full_matrices");
        List<Value> suv = b.addAll(new Svd(full), List.of(a.x()));
        return Boolean.FALSE.equals(a.option("compute_uv"))
                ? List.of(suv.get(0))
                : List.of(suv.get(1), suv.get(0), Extents.swapAxes(b, suv.get(2), -1, -2));
    }

    private static Value pseudoInverse(Arguments a) {
        Builder b = a.b();
        Value x = a.x();
        List<Value> suv = b.addAll(new Svd(false), List.of(x));
        Expr s = Expr.of(b, suv.get(0));
        double least = a.number("rcond", 10 * larger(x) * epsilon(x.dtype()));
        Expr kept =
                s.greaterThan(s.with(b.reduce(Reduce.Fn.MAX, s.v(), true, -1)).times(least));
        Expr usable = kept.select(s, s.number(Double.POSITIVE_INFINITY));
        Expr scaled = s.with(suv.get(2)).over(usable.expandDims(-2));
        return scaled.matmul(s.with(Extents.swapAxes(b, suv.get(1), -1, -2))).v();
    }

    private static Value rank(Arguments a) {
        Builder b = a.b();
        Value x = a.x();
        Expr s = Expr.of(b, b.addAll(new Svd(false), List.of(x)).get(0));
        Expr most = s.with(b.reduce(Reduce.Fn.MAX, s.v(), true, -1));
        Expr least = a.option("tol") == null
                ? most.times(epsilon(x.dtype()) * larger(x))
                : s.number(a.number("tol", 0)).broadcastTo(most);
        return s.greaterThan(least).cast(DType.INT32).sum(-1).v();
    }

    private static Value leastSquares(Arguments a) {
        Builder b = a.b();
        Value m = a.tensor("a", 0);
        Value right = a.tensor("b", 1);
        boolean vector = right.shape().rank() == 1;
        List<Value> suv = b.addAll(new Svd(false), List.of(m));
        Expr s = Expr.of(b, suv.get(0));
        double given = a.number("rcond", epsilon(m.dtype()) * larger(m));
        double least = given < 0 ? epsilon(m.dtype()) : given;
        Expr kept = s.atLeast(s.with(b.slice(s.v(), 0, 0, 1)).times(least));
        Expr inverse =
                kept.select(kept.select(s, s.number(1)).pow(-1), s.number(0)).expandDims(-1);
        Expr projected = s.with(b.transpose(suv.get(1), 1, 0)).matmul(s.with(vector ? b.expandDims(right, 1) : right));
        Value x = s.with(suv.get(2)).matmul(inverse.times(projected)).v();
        return vector ? b.squeeze(x, 1) : x;
    }

    private static Value choleskyInverse(Arguments a) {
        Builder b = a.b();
        Value inverse = LinearSystems.inverse(b, LinearSystems.triangle(b, a.x(), !a.flag("upper")));
        Value transposed = Extents.swapAxes(b, inverse, -1, -2);
        return a.flag("upper") ? b.matmul(inverse, transposed) : b.matmul(transposed, inverse);
    }

    /** How far the rows of {@code x[…×m×d]} are from those of {@code y[…×n×d]}. */
    private static Value distances(Arguments a) {
        Builder b = a.b();
        Expr x = Expr.of(b, a.x());
        return x.expandDims(-2)
                .minus(x.with(a.tensor("y", 1)).expandDims(-3))
                .square()
                .sum(-1)
                .sqrt()
                .v();
    }
}
