package dev.posthorn.ir.op.sparse;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Places in a tensor under another shape: {@code indices[n×r], shape[r], to[q] → indices[n×q], shape[q]}; one dimension of
 * {@code to} may be -1: whatever is left.
 *
 * <p>(C1) as many elements. Source: TF SparseReshape.
 */
public record SparseReshape() implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        int n = Places.indices(in.count(3), 0).shape().dim(0);
        Places.vector(in, 1);
        int q = Places.vector(in, 2).shape().dim(0);
        return List.of(Places.longs(n, q), Places.longs(q));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        long[] from = in.get(1).longs();
        long[] to = in.get(2).longs().clone();
        long size = Places.size(from);
        int open = -1;
        for (int a = 0; a < to.length; a++) {
            if (to[a] == -1 && open < 0) {
                open = a;
                to[a] = 1;
            }
        }
        long known = Places.size(to);
        if (open >= 0) {
            to[open] = known == 0 ? 0 : size / known;
        }
        if (Places.size(to) != size) { // (C1)
            throw new ShapeException("expected a shape of " + size + " elements, as " + Arrays.toString(from)
                    + ", but was " + in.get(2));
        }
        List<long[]> rows = new ArrayList<>();
        for (int i = 0; i < in.get(0).shape().dim(0); i++) {
            rows.add(Places.unravel(Places.flat(Places.row(in.get(0), i, from), from), to));
        }
        return List.of(Places.matrix(rows, to.length), Places.vector(to));
    }
}
