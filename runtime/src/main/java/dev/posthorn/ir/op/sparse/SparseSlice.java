package dev.posthorn.ir.op.sparse;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.List;

/**
 * The elements of a part: {@code indices[n×r], shape[r], start[r], size[r] → indices[k×r], from[k], shape[r]}, those with
 * {@code start ≤ place < start + size}, counted from start; element j was element from[j]. The part ends where the tensor
 * does. Source: TF SparseSlice.
 */
public record SparseSlice() implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        int rank = Places.indices(in.count(4), 0).shape().dim(1);
        for (int i = 1; i < 4; i++) {
            Places.vector(in, i);
        }
        return List.of(Places.longs(Shape.UNKNOWN, rank), Places.longs(Shape.UNKNOWN), Places.longs(rank));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        Tensor x = in.get(0);
        long[] shape = in.get(1).longs();
        long[] start = in.get(2).longs();
        long[] size = in.get(3).longs().clone();
        int rank = x.shape().dim(1);
        if (shape.length != rank || start.length != rank || size.length != rank) {
            throw new ShapeException("expected a part of " + rank + " axes but was " + in.get(2) + ", " + in.get(3));
        }
        for (int a = 0; a < rank; a++) {
            if (start[a] < 0 || size[a] < 0) {
                throw new ShapeException("expected a part from 0 on but was " + in.get(2) + ", " + in.get(3));
            }
            size[a] = Math.max(0, Math.min(size[a], shape[a] - start[a]));
        }
        List<long[]> rows = new ArrayList<>();
        List<Long> from = new ArrayList<>();
        for (int i = 0; i < x.shape().dim(0); i++) {
            long[] row = Places.row(x, i);
            boolean inside = true;
            for (int a = 0; a < rank; a++) {
                row[a] -= start[a];
                inside &= row[a] >= 0 && row[a] < size[a];
            }
            if (inside) {
                rows.add(row);
                from.add((long) i);
            }
        }
        return List.of(Places.matrix(rows, rank), Places.vector(from), Places.vector(size));
    }
}
