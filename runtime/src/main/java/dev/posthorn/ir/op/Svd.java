package dev.posthorn.ir.op;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
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
}
