package dev.posthorn.ir.op.sparse;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the values of a ragged tensor are in a sparse one: {@code splits₁ … splits_d, n[] → indices[n×(d+1)], shape[d+1]},
 * for n values; each dimension is the length of its longest row.
 *
 * <p>(C1) splits end where the next level does. Source: TF RaggedTensorToSparse.
 */
public record RaggedIndices() implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        for (int i = 0; i < in.size() - 1; i++) {
            Places.vector(in, i);
        }
        return List.of(Places.longs(Shape.UNKNOWN, in.size()), Places.longs(in.size()));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        int depth = in.size() - 1;
        long[] shape = new long[depth + 1];
        shape[0] = in.get(0).size() - 1L;
        List<long[]> rows = new ArrayList<>();
        for (long i = 0; i < shape[0]; i++) {
            rows.add(new long[] {i});
        }
        for (int d = 0; d < depth; d++) {
            long n = d + 1 < depth ? in.get(d + 1).size() - 1 : in.get(depth).getLong(0);
            long[] splits = Places.splits(in.get(d), n); // (C1)
            List<long[]> inner = new ArrayList<>();
            for (int i = 0; i < splits.length - 1; i++) {
                shape[d + 1] = Math.max(shape[d + 1], splits[i + 1] - splits[i]);
                for (long j = 0; j < splits[i + 1] - splits[i]; j++) {
                    long[] place = java.util.Arrays.copyOf(rows.get(i), d + 2);
                    place[d + 1] = j;
                    inner.add(place);
                }
            }
            rows = inner;
        }
        return List.of(Places.matrix(rows, depth + 1), Places.vector(shape));
    }
}
