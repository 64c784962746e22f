package dev.posthorn.ir.op.sparse;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.List;

/**
 * An element for every row that has none: {@code indices[n×r], shape[r] → indices[k×r], from[k], empty[rows], to[n]}. Rows
 * go in order, and each in the order it had; an empty one gets an element at its start. Element j was element from[j], which
 * is n for a new one; element i is now element to[i].
 *
 * <p>(C1) rows inside of the shape. (C2) at most 2^31 - 9 rows. Source: TF SparseFillEmptyRows.
 */
public record SparseFillRows() implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        Shape x = Places.indices(in.count(2), 0).shape();
        Places.vector(in, 1);
        return List.of(
                Places.longs(Shape.UNKNOWN, x.dim(1)),
                Places.longs(Shape.UNKNOWN),
                TensorType.of(DType.BOOL, Shape.UNKNOWN),
                Places.longs(x.dim(0)));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        Tensor x = in.get(0);
        int n = x.shape().dim(0);
        int rank = x.shape().dim(1);
        long rows = in.get(1).longs()[0];
        if (rows < 0 || rows > Integer.MAX_VALUE - 8) { // (C2)
            throw new ShapeException("expected at most 2^31 - 9 rows but was " + rows);
        }
        int[] next = new int[(int) rows + 1];
        for (int i = 0; i < n; i++) {
            long row = x.longs()[i * rank];
            if (row < 0 || row >= rows) { // (C1)
                throw new ShapeException("expected a row in [0, " + rows + ") but was " + row + " (element " + i + ")");
            }
            next[(int) row + 1]++;
        }
        Tensor empty = Tensor.zeros(TensorType.of(DType.BOOL, (int) rows));
        for (int r = 0; r < rows; r++) {
            empty.bytes()[r] = (byte) (next[r + 1] == 0 ? 1 : 0);
            next[r + 1] = next[r] + Math.max(1, next[r + 1]);
        }
        int k = next[(int) rows];
        List<long[]> all = new ArrayList<>();
        long[] from = new long[k];
        java.util.Arrays.fill(from, n);
        for (int r = 0, j = 0; r < rows; r++) {
            for (; j < next[r + 1]; j++) {
                long[] place = new long[rank];
                place[0] = r;
                all.add(place);
            }
        }
        long[] to = new long[n];
        for (int i = 0; i < n; i++) {
            int j = next[(int) x.longs()[i * rank]]++;
            to[i] = j;
            from[j] = i;
            all.set(j, Places.row(x, i));
        }
        return List.of(Places.matrix(all, rank), Places.vector(from), empty, Places.vector(to));
    }
}
