package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.ComplexNumbers;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.LinearSystems;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Eig;
import dev.posthorn.ir.op.Eigh;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Svd;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.List;
import java.util.stream.IntStream;

/** Matrices {@code […×m×n]} taken apart and solved. */
final class Matrices {
    static final List<TfOp> ALL = List.of(
            one("Cholesky", s -> LinearSystems.cholesky(s.b(), s.in(0))),
            one("MatrixInverse", s -> LinearSystems.inverse(s.b(), adjoint(s, s.in(0)))),
            one("MatrixDeterminant", s -> LinearSystems.determinant(s.b(), s.in(0))),
            many("LogMatrixDeterminant", s -> LinearSystems.logarithm(s.b(), s.in(0))),
            one("MatrixSolve", s -> LinearSystems.solve(s.b(), adjoint(s, s.in(0)), s.in(1))),
            one("MatrixTriangularSolve", Matrices::triangular),
            many("Qr", s -> LinearSystems.qr(s.b(), s.in(0), s.attributes().bool("full_matrices", false))),
            many("SelfAdjointEigV2", Matrices::eigen),
            many("Eig", s -> {
                List<Value> both = s.b().addAll(new Eig(s.attributes().type("Tout")), List.of(s.in(0)));
                return s.attributes().bool("compute_v", true) ? both : List.of(both.get(0), none(s, both.get(1)));
            }),
            many("Svd", Matrices::singular),
            one("SelfAdjointEig", s -> {
                List<Value> both = s.b().addAll(new Eigh(), List.of(s.in(0)));
                return s.b().concat(-2, List.of(s.b().expandDims(both.get(0), -2), both.get(1)));
            }),
            one("Cross", Matrices::cross));

    private Matrices() {}

    static Value transposed(Builder b, Value x) {
        int rank = x.shape().rank();
        return b.transpose(
                x,
                IntStream.range(0, rank)
                        .map(a -> a == rank - 2 ? rank - 1 : a == rank - 1 ? rank - 2 : a)
                        .toArray());
    }

    /** Ones on the diagonals of matrices like {@code a}. */
    static Value identity(Builder b, Value a) {
        int n = a.shape().dim(-1);
        Value i = b.add(new Iota(DType.INT32), b.constant(DType.INT32, n));
        Value one = b.cast(b.compare(Compare.Fn.EQ, b.reshape(i, n, 1), i), a.dtype());
        return b.broadcastTo(one, b.dims(a));
    }

    /**
     * The gradient by A of {@code L·Lᵀ = A}: {@code S + Sᵀ} with {@code 2S = L⁻ᵀ·Φ(Lᵀ·dL)·L⁻¹}, Φ taking half of the
     * diagonal.
     */
    static Value choleskyGradient(Builder b, Value l, Value dl) {
        Value turned = transposed(b, l);
        Value low = LinearSystems.triangle(b, b.matmul(turned, LinearSystems.triangle(b, dl, true)), true);
        Value half = b.binary(Binary.Fn.MUL, b.times(low, identity(b, l)), 0.5);
        Value middle = LinearSystems.solve(b, turned, b.minus(low, half));
        Value right = transposed(b, LinearSystems.solve(b, turned, transposed(b, middle)));
        return b.binary(Binary.Fn.MUL, b.plus(right, transposed(b, right)), 0.5);
    }

    private static Value adjoint(Site s, Value x) {
        return s.attributes().bool("adjoint", false) ? ComplexNumbers.conjugate(s.b(), transposed(s.b(), x)) : x;
    }

    private static Value triangular(Site s) {
        boolean lower = s.attributes().bool("lower", true);
        return LinearSystems.solve(s.b(), adjoint(s, LinearSystems.triangle(s.b(), s.in(0), lower)), s.in(1));
    }

    /** Values, and vectors as columns where they are asked for. */
    private static List<Value> eigen(Site s) {
        List<Value> both = s.b().addAll(new Eigh(), List.of(s.in(0)));
        return s.attributes().bool("compute_v", true) ? both : List.of(both.get(0), none(s, both.get(0)));
    }

    /** A vector of no elements, in place of what is not asked for. */
    private static Value none(Site s, Value like) {
        return s.b().constant(Tensor.zeros(TensorType.of(like.dtype(), 0)));
    }

    private static List<Value> singular(Site s) {
        List<Value> all = s.b().addAll(new Svd(s.attributes().bool("full_matrices", false)), List.of(s.in(0)));
        if (s.attributes().bool("compute_uv", true)) {
            return all;
        }
        Value none = none(s, s.in(0));
        return List.of(all.get(0), none, none);
    }

    /** {@code z = x × y} of vectors {@code […×3]}. */
    private static Value cross(Site s) {
        Builder b = s.b();
        int last = s.shape(0).rank() - 1;
        Value after = b.ints(1, 2, 0);
        Value before = b.ints(2, 0, 1);
        return b.minus(
                b.times(b.gather(s.in(0), after, last), b.gather(s.in(1), before, last)),
                b.times(b.gather(s.in(0), before, last), b.gather(s.in(1), after, last)));
    }
}
