package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * {@code P·A = L·U} of square matrices: {@code A[…×n×n] → LU[…×n×n], p[…×n]}, L with ones on its diagonal below it, U from it
 * on; row i of P·A is row p[i] of A. Each step takes the largest element of its column. In double. Source: TF Lu.
 */
public record Lu(DType index) implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        TensorType a = in.count(1).type(0);
        int rank = a.shape().rank();
        if (!a.dtype().isFloating() || rank < 2) {
            throw new ShapeException("expected floating-point matrices but was " + a);
        }
        int n = a.shape().dim(-1);
        int m = a.shape().dim(-2);
        if (n != m && n != Shape.UNKNOWN && m != Shape.UNKNOWN) {
            throw new ShapeException("expected square matrices but was " + a);
        }
        int side = n == Shape.UNKNOWN ? m : n;
        Shape square = a.shape().with(rank - 2, side).with(rank - 1, side);
        return List.of(a.withShape(square), new TensorType(index, square.remove(rank - 1)));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        Tensor lu = Tensor.zeros(out.get(0));
        Tensor p = Tensor.zeros(out.get(1));
        int n = in.get(0).shape().dim(-1);
        for (int m = 0; n > 0 && m < lu.size() / (n * n); m++) {
            double[][] a = new double[n][n];
            int[] order = new int[n];
            for (int i = 0; i < n; i++) {
                order[i] = i;
                for (int j = 0; j < n; j++) {
                    a[i][j] = in.get(0).getDouble((m * n + i) * n + j);
                }
            }
            decompose(a, order);
            for (int i = 0; i < n; i++) {
                p.setLong(m * n + i, order[i]);
                for (int j = 0; j < n; j++) {
                    lu.setDouble((m * n + i) * n + j, a[i][j]);
                }
            }
        }
        return List.of(lu, p);
    }

    private static void decompose(double[][] a, int[] order) {
        int n = a.length;
        for (int k = 0; k < n; k++) {
            int pivot = k;
            for (int i = k + 1; i < n; i++) {
                pivot = Math.abs(a[i][k]) > Math.abs(a[pivot][k]) ? i : pivot;
            }
            if (a[pivot][k] == 0) {
                throw new ShapeException("expected a matrix that is not singular but was one");
            }
            double[] row = a[k];
            a[k] = a[pivot];
            a[pivot] = row;
            int place = order[k];
            order[k] = order[pivot];
            order[pivot] = place;
            for (int i = k + 1; i < n; i++) {
                a[i][k] /= a[k][k];
                for (int j = k + 1; j < n; j++) {
                    a[i][j] -= a[i][k] * a[k][j];
                }
            }
        }
    }
}
