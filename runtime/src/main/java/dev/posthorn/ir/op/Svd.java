package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Singular values, descending, and vectors as columns: {@code A[…×m×n] → s[…×k], U[…×m×k], V[…×n×k]} with {@code A =
 * U·diag(s)·Vᵀ} and k the lesser of m and n; with {@code full} U and V are square. In double, by {@link JacobiSvd}. Source:
 * TF Svd.
 */
public record Svd(boolean full) implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        TensorType a = in.count(1).type(0);
        if (!a.dtype().isFloating() || a.shape().isRanked() && a.shape().rank() < 2) {
            throw new ShapeException("expected floating-point matrices but was " + a);
        }
        if (!a.shape().isRanked()) {
            return List.of(a, a, a);
        }
        int rank = a.shape().rank();
        int m = a.shape().dim(-2);
        int n = a.shape().dim(-1);
        int k = m == Shape.UNKNOWN || n == Shape.UNKNOWN ? Shape.UNKNOWN : Math.min(m, n);
        Shape left = a.shape().with(rank - 1, full ? m : k);
        Shape right = a.shape().with(rank - 2, n).with(rank - 1, full ? n : k);
        return List.of(
                a.withShape(a.shape().remove(rank - 1).with(rank - 2, k)), a.withShape(left), a.withShape(right));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        Tensor a = in.get(0);
        Tensor s = Tensor.zeros(out.get(0));
        Tensor u = Tensor.zeros(out.get(1));
        Tensor v = Tensor.zeros(out.get(2));
        int m = a.shape().dim(-2);
        int n = a.shape().dim(-1);
        int k = Math.min(m, n);
        for (int i = 0; k > 0 && i < a.size() / (m * n); i++) {
            double[][] x = new double[m][n];
            for (int j = 0; j < m * n; j++) {
                x[j / n][j % n] = a.getDouble(i * m * n + j);
            }
            JacobiSvd svd = new JacobiSvd(x);
            for (int j = 0; j < k; j++) {
                s.setDouble(i * k + j, svd.values[j]);
            }
            store(svd.u, u, i);
            store(svd.v, v, i);
        }
        return List.of(s, u, v);
    }

    private static void store(double[][] x, Tensor out, int at) {
        int rows = out.shape().dim(-2);
        int columns = out.shape().dim(-1);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                out.setDouble((at * rows + i) * columns + j, x[i][j]);
            }
        }
    }

    /** See J. Townsend, Differentiating the singular value decomposition; undefined for equal singular values. */
    @Override
    public void gradient(Adjoint g) {
        int m = g.in(0).shape().dim(-2);
        int n = g.in(0).shape().dim(-1);
        if (m == Shape.UNKNOWN || n == Shape.UNKNOWN || full && Math.abs(m - n) > 1 && (g.flows(1) || g.flows(2))) {
            g.undefined(); // more vectors than A decides
            return;
        }
        Builder b = g.builder();
        boolean tall = m > n;
        Value du = g.dy(tall ? 2 : 1);
        Value dv = g.dy(tall ? 1 : 2);
        g.to(0, () -> {
            Value d = wide(b, g.out(0), g.out(tall ? 2 : 1), g.out(tall ? 1 : 2), g.dy(0), du, dv);
            return tall ? Matrices.transposed(b, d) : d;
        });
    }

    /** The gradient for a matrix that is not higher than wide. */
    private Value wide(Builder b, Value s, Value u, Value v, Value ds, Value du, Value dv) {
        int k = u.shape().dim(-1);
        Value v1 = b.slice(v, -1, 0, k);
        Value dv1 = b.slice(dv, -1, 0, k);
        Value f = Matrices.differences(b, b.unary(Unary.Fn.SQUARE, s));
        Value fu = b.times(f, Matrices.inner(b, u, du));
        Value fv = b.times(f, Matrices.inner(b, v1, dv1));
        Value ofU = b.times(b.plus(fu, Matrices.transposed(b, fu)), b.expandDims(s, -2));
        Value ofV = b.times(b.plus(fv, Matrices.transposed(b, fv)), b.expandDims(s, -1));
        Value middle = b.plus(Matrices.diagonal(b, ds), b.plus(ofU, ofV));
        Value d = b.matmul(u, Matrices.outer(b, middle, v1));
        if (v.shape().dim(-2) == k) {
            return d;
        }
        Value rest = b.minus(Matrices.transposed(b, dv1), Matrices.outer(b, Matrices.inner(b, dv1, v1), v1));
        if (full) {
            Value v2 = b.slice(v, -1, k, Slice.END);
            Value dv2 = b.slice(dv, -1, k, Slice.END);
            rest = b.minus(rest, Matrices.outer(b, Matrices.inner(b, v1, dv2), v2));
        }
        return b.plus(d, b.matmul(b.times(u, b.expandDims(Matrices.reciprocal(b, s), -2)), rest));
    }
}
