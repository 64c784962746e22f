package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * {@code c[…×m×n] = a[…×m×k] · b[…×k×n]}; either operand's last two axes may be transposed; leading axes broadcast.
 *
 * <p>(C1) one numeric dtype. (C2) ranks of at least 2. (C3) equal inner dimensions. Source: TF BatchMatMulV2.
 */
public record MatMul(boolean transposeA, boolean transposeB) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        DType dtype = in.count(2).sameDType();
        if (!dtype.isFloating() && !dtype.isInteger()) { // (C1)
            throw new ShapeException("expected numeric operands but was " + in.types());
        }
        Shape a = in.shape(0);
        Shape b = in.shape(1);
        if (!a.isRanked() || !b.isRanked()) {
            return new TensorType(dtype, Shape.UNRANKED);
        }
        if (a.rank() < 2 || b.rank() < 2) { // (C2)
            throw new ShapeException("expected operands of rank 2 or more but was " + a + " · " + b);
        }
        int k = a.dim(transposeA ? -2 : -1);
        int k2 = b.dim(transposeB ? -1 : -2);
        if (k != k2 && k != Shape.UNKNOWN && k2 != Shape.UNKNOWN) { // (C3)
            throw new ShapeException(
                    "expected equal inner dimensions but was " + a + " · " + b + " (" + k + " and " + k2 + ")");
        }
        Shape batch = Shape.broadcast(a.slice(0, a.rank() - 2), b.slice(0, b.rank() - 2));
        return new TensorType(dtype, batch.append(a.dim(transposeA ? -1 : -2), b.dim(transposeB ? -2 : -1)));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor a = in.get(0);
        Tensor b = in.get(1);
        Tensor c = Tensor.zeros(out);
        Shape batch = out.shape().slice(0, out.shape().rank() - 2);
        int m = out.shape().dim(-2);
        int n = out.shape().dim(-1);
        int k = a.shape().dim(transposeA ? -2 : -1);
        int[] ai = Index.broadcast(a.shape().slice(0, a.shape().rank() - 2), batch);
        int[] bi = Index.broadcast(b.shape().slice(0, b.shape().rank() - 2), batch);
        boolean floating = out.dtype().isFloating();
        for (int t = 0; t < ai.length; t++) {
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    long whole = 0;
                    for (int p = 0; p < k; p++) {
                        int ap = ai[t] * m * k + (transposeA ? p * m + i : i * k + p);
                        int bp = bi[t] * k * n + (transposeB ? j * k + p : p * n + j);
                        if (floating) {
                            sum += a.getDouble(ap) * b.getDouble(bp);
                        } else {
                            whole += a.getLong(ap) * b.getLong(bp);
                        }
                    }
                    int at = (t * m + i) * n + j;
                    if (floating) {
                        c.setDouble(at, sum);
                    } else {
                        c.setLong(at, whole);
                    }
                }
            }
        }
        return c;
    }

    @Override
    public void gradient(Adjoint g) {
        Value a = g.in(0);
        Value b = g.in(1);
        Value dc = g.dy();
        g.to(0, () -> transposeA ? product(g, transposeB, true, b, dc) : product(g, false, !transposeB, dc, b));
        boolean shared = !transposeA && b.shape().isRanked() && b.shape().rank() == 2;
        Value rows = shared ? rows(g, a) : a;
        Value rowsOfC = shared ? rows(g, dc) : dc;
        g.to(
                1,
                () -> transposeB
                        ? product(g, true, transposeA, rowsOfC, rows)
                        : product(g, !transposeA, false, rows, rowsOfC));
    }

    private static Value product(Adjoint g, boolean transposeA, boolean transposeB, Value a, Value b) {
        return g.builder().add(new MatMul(transposeA, transposeB), a, b);
    }

    /** All rows of all matrices as one matrix: a second operand that they share gets its sum over all of them at once. */
    private static Value rows(Adjoint g, Value x) {
        if (!x.shape().isRanked() || x.shape().rank() == 2) {
            return x;
        }
        return g.builder().reshape(x, Dim.of(-1), g.builder().dim(x, -1));
    }
}
