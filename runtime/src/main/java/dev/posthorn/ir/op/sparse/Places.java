package dev.posthorn.ir.op.sparse;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.Arrays;
import java.util.List;

/** What ops of sparse places share. */
final class Places {
    private Places() {}

    /** The type of operand {@code i}: int64 indices {@code [n×rank]}. */
    static TensorType indices(Operands in, int i) {
        return of(in, i, 2);
    }

    /** The type of operand {@code i}: an int64 vector. */
    static TensorType vector(Operands in, int i) {
        return of(in, i, 1);
    }

    private static TensorType of(Operands in, int i, int rank) {
        TensorType t = in.type(i);
        if (t.dtype() != DType.INT64 || t.shape().isRanked() && t.shape().rank() != rank) {
            throw new ShapeException("expected int64 of rank " + rank + " but was " + t + " (operand " + i + ")");
        }
        return t.shape().isRanked() ? t : t.withShape(Shape.of(unknown(rank)));
    }

    static int[] unknown(int rank) {
        int[] dims = new int[rank];
        Arrays.fill(dims, Shape.UNKNOWN);
        return dims;
    }

    static TensorType longs(int... dims) {
        return TensorType.of(DType.INT64, dims);
    }

    static Tensor vector(long... values) {
        return Tensor.of(Shape.of(values.length), values);
    }

    static Tensor vector(List<Long> values) {
        return vector(values.stream().mapToLong(v -> v).toArray());
    }

    /** Rows of places as a tensor. */
    static Tensor matrix(List<long[]> rows, int rank) {
        long[] all = new long[Math.multiplyExact(rows.size(), rank)];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, all, i * rank, rank);
        }
        return Tensor.of(Shape.of(rows.size(), rank), all);
    }

    /** Row {@code i} of {@code [n×rank]}. */
    static long[] row(Tensor indices, int i) {
        int rank = indices.shape().dim(1);
        return Arrays.copyOfRange(indices.longs(), i * rank, (i + 1) * rank);
    }

    /** Row {@code i}, checked to lie in a tensor of {@code shape}. */
    static long[] row(Tensor indices, int i, long[] shape) {
        long[] row = row(indices, i);
        if (row.length != shape.length) {
            throw new ShapeException("expected " + shape.length + " places an element but was " + row.length);
        }
        for (int a = 0; a < row.length; a++) {
            if (row[a] < 0 || row[a] >= shape[a]) {
                throw new ShapeException("expected places in " + Arrays.toString(shape) + " but was "
                        + Arrays.toString(row) + " (element " + i + ")");
            }
        }
        return row;
    }

    /** The number of elements of a dense tensor of this shape. */
    static long size(long[] shape) {
        long n = 1;
        for (long d : shape) {
            if (d < 0) {
                throw new ShapeException("expected dimensions of at least 0 but was " + Arrays.toString(shape));
            }
            try {
                n = d == 0 ? 0 : Math.multiplyExact(n, d);
            } catch (ArithmeticException e) {
                throw new ShapeException("expected fewer than 2^63 elements but was " + Arrays.toString(shape), e);
            }
        }
        return n;
    }

    /** The place in row-major order. */
    static long flat(long[] row, long[] shape) {
        long at = 0;
        for (int a = 0; a < row.length; a++) {
            at = at * shape[a] + row[a];
        }
        return at;
    }

    static long[] unravel(long flat, long[] shape) {
        long[] row = new long[shape.length];
        long rest = flat;
        for (int a = row.length - 1; a >= 0; a--) {
            row[a] = rest % shape[a];
            rest /= shape[a];
        }
        return row;
    }

    /** Row splits, checked: from 0 to {@code n}, ascending; any end where {@code n} is -1. */
    static long[] splits(Tensor t, long n) {
        long[] s = t.cast(DType.INT64).longs();
        for (int i = 0; i < s.length; i++) {
            if (s[i] < (i == 0 ? 0 : s[i - 1]) || i == 0 && s[i] != 0) {
                throw new ShapeException("expected splits that ascend from 0 but was " + t);
            }
        }
        if (s.length == 0 || n >= 0 && s[s.length - 1] != n) {
            throw new ShapeException("expected splits that end at " + n + " but was " + t);
        }
        return s;
    }
}
