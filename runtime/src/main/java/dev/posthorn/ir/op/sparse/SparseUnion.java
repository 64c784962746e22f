package dev.posthorn.ir.op.sparse;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The places of either of two sparse tensors in order: {@code a[n×r], b[m×r] → indices[k×r], inA[k], inB[k]}: which element
 * of a and of b is there; n, m where none is. Both operands in order. Source: TF SparseAdd.
 */
public record SparseUnion() implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        int rank = Shape.merge(
                        Places.indices(in.count(2), 0).shape().slice(1, 2),
                        Places.indices(in, 1).shape().slice(1, 2))
                .dim(0);
        TensorType places = Places.longs(Shape.UNKNOWN);
        return List.of(Places.longs(Shape.UNKNOWN, rank), places, places);
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        Tensor a = in.get(0);
        Tensor b = in.get(1);
        int n = a.shape().dim(0);
        int m = b.shape().dim(0);
        int rank = a.shape().dim(1);
        if (rank != b.shape().dim(1)) {
            throw new ShapeException("expected equal ranks but was " + a.type() + " and " + b.type());
        }
        List<long[]> rows = new ArrayList<>();
        List<Long> inA = new ArrayList<>();
        List<Long> inB = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < n || j < m) {
            long[] x = i < n ? Places.row(a, i) : null;
            long[] y = j < m ? Places.row(b, j) : null;
            int order = x == null ? 1 : y == null ? -1 : Arrays.compare(x, y);
            rows.add(order <= 0 ? x : y);
            inA.add((long) (order <= 0 ? i++ : n));
            inB.add((long) (order >= 0 ? j++ : m));
        }
        return List.of(Places.matrix(rows, rank), Places.vector(inA), Places.vector(inB));
    }
}
