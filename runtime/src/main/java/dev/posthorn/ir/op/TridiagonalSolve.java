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
import java.util.Arrays;
import java.util.List;

/**
 * The X of {@code T·X = B} for matrices with three diagonals: {@code d[…×3×n], B[…×n×k] → X[…×n×k]}, row i of T being
 * {@code d[2,i], d[1,i], d[0,i]} at columns i − 1, i, i + 1. By elimination with the larger of two pivots, in double. Gradient:
 * {@code dB = T⁻ᵀ·dX}, and −dB·Xᵀ on the diagonals. Source: TF TridiagonalSolve.
 */
public record TridiagonalSolve() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        DType dtype = in.count(2).sameDType();
        Shape d = in.shape(0);
        Shape right = in.shape(1);
        if (!dtype.isFloating()
                || d.rank() < 2
                || right.rank() != d.rank()
                || d.dim(-2) != 3 && d.dim(-2) != Shape.UNKNOWN) {
            throw new ShapeException("expected diagonals[…×3×n] and right sides[…×n×k] but was " + in.types());
        }
        Shape.merge(d.remove(d.rank() - 2), right.remove(d.rank() - 1));
        return in.type(1);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = Tensor.zeros(out);
        int n = out.shape().dim(-2);
        int k = out.shape().dim(-1);
        for (int m = 0; n > 0 && k > 0 && m < x.size() / (n * k); m++) {
            double[][] rows = new double[n][3 + k]; // pivot, next, the one after, right sides
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < k; j++) {
                    rows[i][3 + j] = in.get(1).getDouble((m * n + i) * k + j);
                }
            }
            solve(in.get(0), 3 * m * n, rows);
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < k; j++) {
                    x.setDouble((m * n + i) * k + j, rows[i][3 + j]);
                }
            }
        }
        return x;
    }

    private static void solve(Tensor d, int at, double[][] rows) {
        int n = rows.length;
        for (int i = 0; i < n; i++) {
            rows[i][0] = d.getDouble(at + n + i);
            rows[i][1] = i + 1 < n ? d.getDouble(at + i) : 0;
        }
        for (int i = 0; i + 1 < n; i++) {
            double[] below = rows[i + 1];
            double first = d.getDouble(at + 2 * n + i + 1);
            if (Math.abs(first) > Math.abs(rows[i][0])) { // row i + 1 begins one column before its pivot
                double[] upper = below.clone();
                upper[0] = first;
                upper[1] = below[0];
                upper[2] = below[1];
                below[0] = rows[i][1];
                below[1] = rows[i][2];
                System.arraycopy(rows[i], 3, below, 3, below.length - 3);
                first = rows[i][0];
                rows[i] = upper;
            }
            if (rows[i][0] == 0) {
                throw new ShapeException("expected a matrix that is not singular but was one");
            }
            double by = first / rows[i][0];
            below[0] -= by * rows[i][1];
            below[1] -= by * rows[i][2];
            for (int j = 3; j < below.length; j++) {
                below[j] -= by * rows[i][j];
            }
        }
        for (int i = n - 1; i >= 0; i--) {
            if (rows[i][0] == 0) {
                throw new ShapeException("expected a matrix that is not singular but was one");
            }
            for (int j = 3; j < rows[i].length; j++) {
                double v = rows[i][j];
                v -= i + 1 < n ? rows[i][1] * rows[i + 1][j] : 0;
                v -= i + 2 < n ? rows[i][2] * rows[i + 2][j] : 0;
                rows[i][j] = v / rows[i][0];
            }
        }
    }

    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        Value d = g.in(0);
        int axis = d.shape().rank() - 1;
        Value above = b.slice(d, -2, 0, 1);
        Value main = b.slice(d, -2, 1, 2);
        Value below = b.slice(d, -2, 2, 3);
        Value turned = b.concat(-2, List.of(shifted(b, below, axis, -1), main, shifted(b, above, axis, 1)));
        Value right = b.add(new TridiagonalSolve(), turned, g.dy());
        g.to(1, () -> right);
        g.to(0, () -> {
            Value minus = b.unary(Unary.Fn.NEG, right);
            Value up = shifted(b, g.out(), axis - 1, -1);
            Value down = shifted(b, g.out(), axis - 1, 1);
            List<Value> parts = List.of(up, g.out(), down).stream()
                    .map(x -> b.expandDims(b.reduce(Reduce.Fn.SUM, b.times(minus, x), false, axis), -2))
                    .toList();
            return b.concat(-2, parts);
        });
    }

    /** {@code y[i] = x[i − by]} along an axis, zeros where there is none. */
    public static Value shifted(Builder b, Value x, int axis, int by) {
        Integer[] low = new Integer[x.shape().rank()];
        Integer[] high = low.clone();
        Arrays.fill(low, 0);
        Arrays.fill(high, 0);
        low[axis] = Math.max(by, 0);
        high[axis] = Math.max(-by, 0);
        Value cut = by > 0 ? b.slice(x, axis, 0, -by) : b.slice(x, axis, -by, Slice.END);
        return b.add(new Pad(Pad.Mode.CONSTANT, List.of(low), List.of(high)), cut, b.constant(x.dtype(), 0));
    }
}
