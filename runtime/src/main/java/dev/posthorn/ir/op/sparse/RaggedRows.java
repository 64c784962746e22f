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
 * Rows of a ragged tensor, by number: {@code rows[m], splits₁[n₁+1] … splits_d[n_d+1] → splits₁'[m+1] … splits_d', from[k]}:
 * the splits of what was picked, and which values it has.
 *
 * <p>(C1) rows in [0, n₁). Source: TF RaggedGather.
 */
public record RaggedRows() implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        List<TensorType> all = new ArrayList<>();
        for (int i = 0; i < in.size(); i++) {
            int n = Places.vector(in, i).shape().dim(0);
            if (i < in.size() - 1) {
                all.add(Places.longs(i > 0 || n == Shape.UNKNOWN ? Shape.UNKNOWN : n + 1));
            } else {
                all.add(Places.longs(Shape.UNKNOWN));
            }
        }
        return all;
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        List<Tensor> all = new ArrayList<>();
        long[] rows = in.get(0).longs();
        for (int d = 1; d < in.size(); d++) {
            long[] splits = Places.splits(in.get(d), -1);
            long[] ends = new long[rows.length + 1];
            for (int i = 0; i < rows.length; i++) {
                if (rows[i] < 0 || rows[i] >= splits.length - 1) { // (C1)
                    throw new ShapeException("expected a row in [0, " + (splits.length - 1) + ") but was " + rows[i]
                            + " (element " + i + ")");
                }
                ends[i + 1] = ends[i] + splits[(int) rows[i] + 1] - splits[(int) rows[i]];
            }
            long[] inner = new long[Math.toIntExact(ends[rows.length])];
            for (int i = 0; i < rows.length; i++) {
                for (long j = ends[i]; j < ends[i + 1]; j++) {
                    inner[(int) j] = splits[(int) rows[i]] + j - ends[i];
                }
            }
            all.add(Places.vector(ends));
            rows = inner;
        }
        all.add(Places.vector(rows));
        return all;
    }
}
