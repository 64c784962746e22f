package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.ComplexNumbers;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.LinearSystems;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Eigenvalues of any square matrices and their vectors as columns of length 1: {@code A[…×n×n] → w[…×n], V[…×n×n]},
 * {@code A·V = V·diag(w)}, complex numbers {@code to}. Those of complex matrices by ascending size, see {@link
 * ComplexSchur}; those of real ones as {@link RealEigen} finds them, where the phases of pairs, and some signs, follow
 * from rounding. In double. Source: TF Eig (Eigen's ComplexEigenSolver and EigenSolver).
 */
public record Eig(DType to) implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        TensorType a = in.count(1).type(0);
        boolean numbers = a.dtype().isFloating() || a.dtype().isComplex();
        if (!numbers || !to.isComplex() || a.shape().rank() < 2) {
            throw new ShapeException("expected matrices of numbers and complex results but was " + a + " and " + to);
        }
        Shape s = a.shape();
        Shape square = Matrices.square(s);
        return List.of(new TensorType(to, square.remove(s.rank() - 2)), new TensorType(to, square));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        Tensor w = Tensor.zeros(out.get(0));
        Tensor v = Tensor.zeros(out.get(1));
        int n = out.get(1).shape().dim(-1);
        double epsilon = to == DType.COMPLEX128 ? Math.ulp(1.0) : Math.ulp(1f);
        for (int m = 0; n > 0 && m < v.size() / (n * n); m++) {
            double[][][] a = ComplexMatrices.read(in.get(0), m, n);
            if (!in.get(0).dtype().isComplex()) {
                real(new RealEigen(a[0], epsilon), m, w, v);
                continue;
            }
            ComplexSchur schur = new ComplexSchur(a[0], a[1], epsilon);
            double[][][] x = vectors(schur, epsilon);
            int[] order = order(schur);
            for (int k = 0; k < n; k++) {
                int from = order[k];
                w.setComplex(m * n + k, schur.tr[from][from], schur.ti[from][from]);
                for (int i = 0; i < n; i++) {
                    v.setComplex((m * n + i) * n + k, x[0][i][from], x[1][i][from]);
                }
            }
        }
        return List.of(w, v);
    }

    private static void real(RealEigen e, int m, Tensor w, Tensor v) {
        int n = e.values[0].length;
        for (int k = 0; k < n; k++) {
            w.setComplex(m * n + k, e.values[0][k], e.values[1][k]);
            for (int i = 0; i < n; i++) {
                v.setComplex((m * n + i) * n + k, e.vectors[0][i][k], e.vectors[1][i][k]);
            }
        }
    }

    /** Those of the triangle by substitution, taken back by U. */
    private static double[][][] vectors(ComplexSchur s, double epsilon) {
        int n = s.tr.length;
        double norm = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                norm += s.tr[i][j] * s.tr[i][j] + s.ti[i][j] * s.ti[i][j];
            }
        }
        norm = Math.max(Math.sqrt(norm), Double.MIN_NORMAL);
        double[][] xr = new double[n][n];
        double[][] xi = new double[n][n];
        for (int k = 0; k < n; k++) {
            xr[k][k] = 1;
            for (int i = k - 1; i >= 0; i--) {
                double re = -s.tr[i][k];
                double im = -s.ti[i][k];
                for (int j = i + 1; j < k; j++) {
                    re -= s.tr[i][j] * xr[j][k] - s.ti[i][j] * xi[j][k];
                    im -= s.tr[i][j] * xi[j][k] + s.ti[i][j] * xr[j][k];
                }
                double zr = s.tr[i][i] - s.tr[k][k];
                double zi = s.ti[i][i] - s.ti[k][k];
                zr = zr == 0 && zi == 0 ? epsilon * norm : zr;
                double[] x = ComplexSchur.over(new double[] {re, im}, new double[] {zr, zi});
                xr[i][k] = x[0];
                xi[i][k] = x[1];
            }
        }
        double[][][] v = ComplexMatrices.product(new double[][][] {s.ur, s.ui}, new double[][][] {xr, xi});
        for (int k = 0; k < n; k++) {
            double square = 0;
            for (int i = 0; i < n; i++) {
                square += v[0][i][k] * v[0][i][k] + v[1][i][k] * v[1][i][k];
            }
            double length = square > 0 ? Math.sqrt(square) : 1;
            for (int i = 0; i < n; i++) {
                v[0][i][k] /= length;
                v[1][i][k] /= length;
            }
        }
        return v;
    }

    /** The least of the rest comes next, and what stood there takes its place. */
    private static int[] order(ComplexSchur s) {
        int n = s.tr.length;
        int[] order = new int[n];
        double[] size = new double[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
            size[i] = Math.hypot(s.tr[i][i], s.ti[i][i]);
        }
        for (int i = 0; i < n; i++) {
            int least = i;
            for (int j = i + 1; j < n; j++) {
                least = size[order[j]] < size[order[least]] ? j : least;
            }
            int t = order[i];
            order[i] = order[least];
            order[least] = t;
        }
        return order;
    }

    /**
     * {@code V⁻*·(diag(dw) + f̄ ∘ (V*·dV − V*·V·diag(Re V*·dV)))·V*}, {@code f[i,j] = 1/(w[j] − w[i])}, 0 on the
     * diagonal.
     */
    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        g.to(0, () -> {
            Value v = g.out(1);
            Value adjoint = ComplexNumbers.conjugate(b, Matrices.transposed(b, v));
            Value middle = Matrices.diagonal(b, g.dy(0));
            if (g.flows(1)) {
                Value inner = b.matmul(adjoint, g.dy(1));
                Value on = Matrices.where(b, Compare.Fn.EQ, b.dim(v, -1));
                Value real = ComplexNumbers.real(b, inner);
                Value diagonal = b.cast(b.select(on, real, b.constant(real.dtype(), 0)), to);
                Value w = g.out(0);
                Value apart = b.minus(b.expandDims(w, -2), b.expandDims(w, -1));
                Value one = b.cast(b.constant(to.real(), 1), to);
                Value f = b.over(one, b.select(on, one, apart));
                f = ComplexNumbers.conjugate(b, b.select(on, b.minus(one, one), f));
                Value turned = b.minus(inner, b.matmul(b.matmul(adjoint, v), diagonal));
                middle = b.plus(middle, b.times(f, turned));
            }
            Value da = LinearSystems.solve(b, adjoint, b.matmul(middle, adjoint));
            return b.cast(da, g.in(0).dtype());
        });
    }
}
