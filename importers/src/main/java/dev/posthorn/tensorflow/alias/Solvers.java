package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.LinearSystems;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Cumulative;
import dev.posthorn.ir.op.Lu;
import dev.posthorn.ir.op.MatrixLogarithm;
import dev.posthorn.ir.op.NextAfter;
import dev.posthorn.ir.op.PopulationCount;
import dev.posthorn.ir.op.TridiagonalSolve;
import dev.posthorn.tensorflow.Direct;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.List;

/** Systems of equations and functions of matrices, running products, and numbers by their bits. */
final class Solvers {
    private static final int HALVINGS = 16;

    static final List<TfOp> ALL = List.of(
            many(
                    "Lu",
                    s -> s.b().addAll(new Lu(s.attributes().type("output_idx_type", DType.INT32)), List.of(s.in(0)))),
            one("TridiagonalSolve", s -> s.b().add(new TridiagonalSolve(), s.in(0), s.in(1))),
            one("TridiagonalMatMul", Solvers::tridiagonal),
            one("MatrixSolveLs", Solvers::leastSquares),
            one("MatrixExponential", s -> exponential(s.b(), s.in(0))),
            one("MatrixSquareRoot", s -> squareRoot(s.b(), s.in(0))),
            one("Cumprod", s -> cumulative(s, Cumulative.Fn.PROD)),
            one("CumulativeLogsumexp", s -> cumulative(s, Cumulative.Fn.LOGSUMEXP)),
            Direct.of("MatrixLogarithm", new MatrixLogarithm()),
            Direct.of("NextAfter", new NextAfter()),
            Direct.of("PopulationCount", new PopulationCount()));

    private Solvers() {}

    private static Value cumulative(Site s, Cumulative.Fn fn) {
        boolean exclusive = s.attributes().bool("exclusive", false);
        boolean reverse = s.attributes().bool("reverse", false);
        return s.b().add(new Cumulative(fn, s.axis(1, s.in(0)), exclusive, reverse), s.in(0));
    }

    /** {@code y[i] = below[i]·x[i−1] + main[i]·x[i] + above[i]·x[i+1]}. */
    private static Value tridiagonal(Site s) {
        Builder b = s.b();
        Value x = s.in(3);
        int axis = x.shape().rank() - 2;
        Value above = b.times(Matrices.transposed(b, s.in(0)), TridiagonalSolve.shifted(b, x, axis, -1));
        Value main = b.times(Matrices.transposed(b, s.in(1)), x);
        Value below = b.times(Matrices.transposed(b, s.in(2)), TridiagonalSolve.shifted(b, x, axis, 1));
        return b.plus(b.plus(above, main), below);
    }

    /** The X of least {@code ‖A·X − B‖² + l·‖X‖²}. */
    private static Value leastSquares(Site s) {
        Builder b = s.b();
        Value a = s.in(0);
        Value turned = Matrices.transposed(b, a);
        boolean tall = a.shape().dim(-2) >= a.shape().dim(-1);
        boolean fast = s.attributes().bool("fast", true);
        Value square = tall ? b.matmul(turned, a) : b.matmul(a, turned);
        Value l = b.cast(s.in(2), a.dtype());
        Value one = Matrices.identity(b, square);
        Value regular = fast ? b.plus(square, b.times(one, l)) : square;
        return tall
                ? LinearSystems.solve(b, regular, b.matmul(turned, s.in(1)))
                : b.matmul(turned, LinearSystems.solve(b, regular, s.in(1)));
    }

    /** {@code (Σ (A/2^k)ⁱ/i!)^(2^k)}, in double. */
    private static Value exponential(Builder b, Value a) {
        Value x = b.binary(Binary.Fn.MUL, b.cast(a, DType.FLOAT64), Math.pow(2, -HALVINGS));
        Value one = Matrices.identity(b, x);
        Value y = one;
        for (int i = 8; i > 0; i--) { // Horner
            y = b.plus(one, b.binary(Binary.Fn.MUL, b.matmul(x, y), 1.0 / i));
        }
        for (int i = 0; i < HALVINGS; i++) {
            y = b.matmul(y, y);
        }
        return b.cast(y, a.dtype());
    }

    /** The limit of {@code y ← (y + z⁻¹)/2, z ← (z + y⁻¹)/2} from A and 1 (Denman and Beavers), in double. */
    private static Value squareRoot(Builder b, Value a) {
        Value y = b.cast(a, DType.FLOAT64);
        Value z = Matrices.identity(b, y);
        for (int i = 0; i < 24; i++) {
            Value ofY = LinearSystems.inverse(b, y);
            Value ofZ = LinearSystems.inverse(b, z);
            y = b.binary(Binary.Fn.MUL, b.plus(y, ofZ), 0.5);
            z = b.binary(Binary.Fn.MUL, b.plus(z, ofY), 0.5);
        }
        return b.cast(y, a.dtype());
    }
}
