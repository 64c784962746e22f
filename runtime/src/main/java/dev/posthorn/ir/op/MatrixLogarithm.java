package dev.posthorn.ir.op;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * The X of {@code exp(X) = A} whose eigenvalues have imaginary parts of (−π, π]: {@code A[…×n×n] → X[…×n×n]}, complex.
 * Of the triangle of {@link ComplexSchur}: roots until it is near 1, then Gauss and Legendre's sum for {@code ∫ Y·(1 +
 * t·Y)⁻¹ dt}, Y = T − 1, as often doubled as roots were taken. In double. Source: TF MatrixLogarithm; Higham,
 * Functions of Matrices, 11.
 */
public record MatrixLogarithm() implements Op.Single {
    private static final double NEAR = 0.05;
    private static final int MOST_ROOTS = 100;

    /** Places in [-1, 1] and weights of a sum of 8 values. */
    private static final double[] PLACES = {
        0.18343464249564980, 0.52553240991632899, 0.79666647741362674, 0.96028985649753623
    };

    private static final double[] WEIGHTS = {
        0.36268378337836198, 0.31370664587788729, 0.22238103445337447, 0.10122853629037626
    };

    @Override
    public TensorType type(Operands in) {
        TensorType a = in.count(1).type(0);
        if (!a.dtype().isComplex() || a.shape().rank() < 2) {
            throw new ShapeException("expected matrices of complex numbers but was " + a);
        }
        return a.withShape(Matrices.square(a.shape()));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor y = Tensor.zeros(out);
        int n = out.shape().dim(-1);
        for (int m = 0; n > 0 && m < y.size() / (n * n); m++) {
            double[][][] a = ComplexMatrices.read(in.get(0), m, n);
            ComplexSchur schur = new ComplexSchur(a[0], a[1], Math.ulp(1.0));
            double[][][] u = {schur.ur, schur.ui};
            double[][][] log = logarithm(new double[][][] {schur.tr, schur.ti});
            double[][][] x = ComplexMatrices.product(ComplexMatrices.product(u, log), ComplexMatrices.adjoint(u));
            for (int i = 0; i < n * n; i++) {
                y.setComplex(m * n * n + i, x[0][i / n][i % n], x[1][i / n][i % n]);
            }
        }
        return y;
    }

    private static double[][][] logarithm(double[][][] triangle) {
        int n = triangle[0].length;
        double[][] diagonal = new double[n][];
        for (int i = 0; i < n; i++) {
            double re = triangle[0][i][i];
            double im = triangle[1][i][i];
            diagonal[i] = new double[] {Math.log(Math.hypot(re, im)), Math.atan2(im, re)};
        }
        double[][][] t = triangle;
        int roots = 0;
        while (apart(t) > NEAR && roots < MOST_ROOTS) {
            t = root(t);
            roots++;
        }
        for (int i = 0; i < n; i++) {
            t[0][i][i] -= 1;
        }
        double[][][] sum = new double[2][n][n];
        for (int k = 0; k < 2 * PLACES.length; k++) {
            double place = k < PLACES.length ? PLACES[k] : -PLACES[k - PLACES.length];
            add(sum, quotient(t, (1 + place) / 2), WEIGHTS[k % PLACES.length] / 2 * Math.scalb(1.0, roots));
        }
        for (int i = 0; i < n; i++) {
            sum[0][i][i] = diagonal[i][0];
            sum[1][i][i] = diagonal[i][1];
        }
        return sum;
    }

    /** The largest sum of a column of {@code |T − 1|}. */
    private static double apart(double[][][] t) {
        double most = 0;
        for (int j = 0; j < t[0].length; j++) {
            double sum = 0;
            for (int i = 0; i <= j; i++) {
                sum += Math.hypot(t[0][i][j] - (i == j ? 1 : 0), t[1][i][j]);
            }
            most = Math.max(most, sum);
        }
        return most;
    }

    private static void add(double[][][] sum, double[][][] x, double weight) {
        for (int i = 0; i < sum[0].length; i++) {
            for (int j = i; j < sum[0].length; j++) {
                sum[0][i][j] += weight * x[0][i][j];
                sum[1][i][j] += weight * x[1][i][j];
            }
        }
    }

    /** The triangle R of {@code R·R = T}, a diagonal after the other. */
    private static double[][][] root(double[][][] t) {
        int n = t[0].length;
        double[][][] r = new double[2][n][n];
        for (int j = 0; j < n; j++) {
            set(r, j, j, ComplexSchur.root(t[0][j][j], t[1][j][j]));
            for (int i = j - 1; i >= 0; i--) {
                double[] rest = {t[0][i][j], t[1][i][j]};
                for (int k = i + 1; k < j; k++) {
                    double[] p = ComplexSchur.times(get(r, i, k), get(r, k, j));
                    rest[0] -= p[0];
                    rest[1] -= p[1];
                }
                double[] below = {r[0][i][i] + r[0][j][j], r[1][i][i] + r[1][j][j]};
                set(r, i, j, below[0] == 0 && below[1] == 0 ? new double[2] : ComplexSchur.over(rest, below));
            }
        }
        return r;
    }

    /** {@code (1 + s·Y)⁻¹·Y} of a triangle. */
    private static double[][][] quotient(double[][][] y, double s) {
        int n = y[0].length;
        double[][][] x = new double[2][n][n];
        for (int j = 0; j < n; j++) {
            for (int i = j; i >= 0; i--) {
                double[] rest = {y[0][i][j], y[1][i][j]};
                for (int k = i + 1; k <= j; k++) {
                    double[] p = ComplexSchur.times(get(y, i, k), get(x, k, j));
                    rest[0] -= s * p[0];
                    rest[1] -= s * p[1];
                }
                set(x, i, j, ComplexSchur.over(rest, new double[] {1 + s * y[0][i][i], s * y[1][i][i]}));
            }
        }
        return x;
    }

    private static double[] get(double[][][] x, int i, int j) {
        return new double[] {x[0][i][j], x[1][i][j]};
    }

    private static void set(double[][][] x, int i, int j, double[] v) {
        x[0][i][j] = v[0];
        x[1][i][j] = v[1];
    }
}
