package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Eigenvalues of symmetric matrices, ascending, and their vectors as columns: {@code A[…×n×n] → w[…×n], V[…×n×n]}, {@code A·V
 * = V·diag(w)}; of A only what is not above the diagonal is read. By reflections to tridiagonal form and implicit QR steps
 * in double, as many as the precision of the type needs, for each may turn signs. Source: TF SelfAdjointEigV2 (Eigen's
 * SelfAdjointEigenSolver, whose signs these are).
 */
public record Eigh() implements Op.Primitive {
    private static final int SWEEPS = 30;

    @Override
    public List<TensorType> infer(Operands in) {
        Shape a = in.count(1).shape(0);
        int rank = a.isRanked() ? a.rank() : 2;
        if (!in.dtype(0).isFloating() || rank < 2) {
            throw new ShapeException("expected floating-point matrices but was " + in.type(0));
        }
        if (!a.isRanked()) {
            return List.of(in.type(0), in.type(0));
        }
        int m = a.dim(-2);
        int n = a.dim(-1);
        if (m != n && m != Shape.UNKNOWN && n != Shape.UNKNOWN) {
            throw new ShapeException("expected square matrices but was " + a);
        }
        int size = m == Shape.UNKNOWN ? n : m;
        Shape square = a.with(rank - 1, size).with(rank - 2, size);
        return List.of(in.type(0).withShape(square.remove(rank - 2)), in.type(0).withShape(square));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        Tensor w = Tensor.zeros(out.get(0));
        Tensor v = Tensor.zeros(out.get(1));
        int n = out.get(1).shape().dim(-1);
        double epsilon = v.dtype() == DType.FLOAT64 ? Math.ulp(1.0) : Math.ulp(1f);
        for (int m = 0; n > 0 && m < v.size() / (n * n); m++) {
            double[][] a = new double[n][n];
            for (int i = 0; i < n * n; i++) {
                a[i / n][i % n] = in.get(0).getDouble(m * n * n + i);
            }
            double[] values = decompose(a, epsilon);
            for (int i = 0; i < n; i++) {
                w.setDouble(m * n + i, values[i]);
                for (int j = 0; j < n; j++) {
                    v.setDouble((m * n + i) * n + j, a[i][j]);
                }
            }
        }
        return List.of(w, v);
    }

    /** The eigenvalues; the vectors take the place of {@code a}. */
    private static double[] decompose(double[][] a, double epsilon) {
        int n = a.length;
        double scale = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                scale = Math.max(scale, Math.abs(a[i][j]));
            }
        }
        scale = scale == 0 ? 1 : scale;
        double[] diagonal = new double[n];
        double[] below = new double[Math.max(n - 1, 0)];
        double[] factors = new double[below.length];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                a[i][j] /= scale;
            }
        }
        tridiagonalise(a, factors, below);
        for (int i = 0; i < n; i++) {
            diagonal[i] = a[i][i];
        }
        accumulate(a, factors);
        iterate(diagonal, below, a, epsilon);
        sort(diagonal, a);
        for (int i = 0; i < n; i++) {
            diagonal[i] *= scale;
        }
        return diagonal;
    }

    /** Reflections below the diagonal; each column keeps the tail of its vector, whose head is 1. */
    private static void tridiagonalise(double[][] a, double[] factors, double[] below) {
        int n = a.length;
        for (int i = 0; i < n - 1; i++) {
            double tail = 0;
            for (int r = i + 2; r < n; r++) {
                tail += a[r][i] * a[r][i];
            }
            double head = a[i + 1][i];
            double beta = head;
            double h = 0;
            if (tail > Double.MIN_NORMAL) {
                beta = head >= 0 ? -Math.sqrt(head * head + tail) : Math.sqrt(head * head + tail);
                for (int r = i + 2; r < n; r++) {
                    a[r][i] /= head - beta;
                }
                h = (beta - head) / beta;
            }
            below[i] = beta;
            factors[i] = h;
            a[i + 1][i] = 1;
            double[] p = new double[n];
            double dot = 0;
            for (int r = i + 1; r < n; r++) {
                for (int c = i + 1; c < n; c++) {
                    p[r] += h * (r >= c ? a[r][c] : a[c][r]) * a[c][i];
                }
                dot += p[r] * a[r][i];
            }
            for (int r = i + 1; r < n; r++) {
                p[r] -= h * dot / 2 * a[r][i];
            }
            for (int r = i + 1; r < n; r++) {
                for (int c = i + 1; c <= r; c++) {
                    a[r][c] -= a[r][i] * p[c] + p[r] * a[c][i];
                }
            }
        }
    }

    /** The product of the reflections, in their own place. */
    private static void accumulate(double[][] a, double[] factors) {
        int n = a.length;
        double[][] q = new double[n][n];
        for (int i = 0; i < n; i++) {
            q[i][i] = 1;
        }
        for (int k = n - 2; k >= 0; k--) {
            for (int c = 0; c < n; c++) {
                double dot = 0;
                for (int r = k + 1; r < n; r++) {
                    dot += a[r][k] * q[r][c];
                }
                for (int r = k + 1; r < n; r++) {
                    q[r][c] -= factors[k] * dot * a[r][k];
                }
            }
        }
        System.arraycopy(q, 0, a, 0, n);
    }

    private static void iterate(double[] d, double[] e, double[][] q, double epsilon) {
        int end = d.length - 1;
        int sweeps = 0;
        while (end > 0 && sweeps++ <= SWEEPS * d.length) {
            for (int i = 0; i < end; i++) {
                if (Math.abs(e[i]) <= epsilon * Math.sqrt(Math.abs(d[i]) + Math.abs(d[i + 1]))) {
                    e[i] = 0;
                }
            }
            while (end > 0 && e[end - 1] == 0) {
                end--;
            }
            if (end == 0) {
                return;
            }
            int start = end - 1;
            while (start > 0 && e[start - 1] != 0) {
                start--;
            }
            step(d, e, start, end, q);
        }
    }

    /** One implicit QR step with Wilkinson's shift on rows {@code start} to {@code end}. */
    private static void step(double[] d, double[] e, int start, int end, double[][] q) {
        double td = (d[end - 1] - d[end]) / 2;
        double last = e[end - 1];
        double mu = d[end];
        if (td == 0) {
            mu -= Math.abs(last);
        } else if (last != 0) {
            double h = Math.hypot(td, last);
            double sum = td + (td > 0 ? h : -h);
            mu -= last * last == 0 ? last / (sum / last) : last * last / sum;
        }
        double x = d[start] - mu;
        double z = e[start];
        for (int k = start; k < end && z != 0; k++) {
            double[] cs = rotation(x, z);
            double c = cs[0];
            double s = cs[1];
            double sdk = s * d[k] + c * e[k];
            double dkp1 = s * e[k] + c * d[k + 1];
            d[k] = c * (c * d[k] - s * e[k]) - s * (c * e[k] - s * d[k + 1]);
            d[k + 1] = s * sdk + c * dkp1;
            e[k] = c * sdk - s * dkp1;
            if (k > start) {
                e[k - 1] = c * e[k - 1] - s * z;
            }
            x = e[k];
            if (k < end - 1) {
                z = -s * e[k + 1];
                e[k + 1] = c * e[k + 1];
            }
            for (double[] row : q) {
                double left = row[k];
                row[k] = c * left - s * row[k + 1];
                row[k + 1] = s * left + c * row[k + 1];
            }
        }
    }

    /** Cosine and sine of the rotation that makes (p, q) a multiple of (1, 0). */
    private static double[] rotation(double p, double q) {
        if (q == 0) {
            return new double[] {p < 0 ? -1 : 1, 0};
        }
        if (p == 0) {
            return new double[] {0, q < 0 ? 1 : -1};
        }
        if (Math.abs(p) > Math.abs(q)) {
            double t = q / p;
            double u = Math.copySign(Math.sqrt(1 + t * t), p);
            return new double[] {1 / u, -t / u};
        }
        double t = p / q;
        double u = Math.copySign(Math.sqrt(1 + t * t), q);
        return new double[] {t / u, -1 / u};
    }

    private static void sort(double[] d, double[][] q) {
        for (int i = 0; i < d.length - 1; i++) {
            int least = i;
            for (int j = i + 1; j < d.length; j++) {
                least = d[j] < d[least] ? j : least;
            }
            if (least != i) {
                double t = d[i];
                d[i] = d[least];
                d[least] = t;
                for (double[] row : q) {
                    double u = row[i];
                    row[i] = row[least];
                    row[least] = u;
                }
            }
        }
    }

    /** {@code V·(diag(dw) + f ∘ Vᵀ·dV)·Vᵀ}, {@code f[i,j] = 1/(w[j] − w[i])}, folded to the half that is read. */
    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        g.to(0, () -> {
            Value v = g.out(1);
            Value inner = Matrices.diagonal(b, g.dy(0));
            if (g.flows(1)) {
                inner = b.plus(inner, b.times(Matrices.differences(b, g.out(0)), Matrices.inner(b, v, g.dy(1))));
            }
            Value d = b.matmul(v, Matrices.outer(b, inner, v));
            Value both = b.plus(d, Matrices.transposed(b, d));
            Value below = Matrices.where(b, Compare.Fn.GT, b.dim(v, -1));
            Value on = Matrices.where(b, Compare.Fn.EQ, b.dim(v, -1));
            return b.select(below, both, b.select(on, d, b.constant(d.dtype(), 0)));
        });
    }
}
