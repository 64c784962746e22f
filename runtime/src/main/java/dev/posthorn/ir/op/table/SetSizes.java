package dev.posthorn.ir.op.table;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How many different elements are along the last axis of a sparse tensor: {@code indices[n×r], x[n], shape[r] → y[r-1 dims]}
 * as int32. Source: TF SetSize.
 */
public record SetSizes() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        int rank = in.count(3).shape(2).rank() == 1 ? in.shape(2).dim(0) : Shape.UNKNOWN;
        if (rank < 1) {
            throw new ShapeException("expected a sparse tensor of known rank but was " + in.types());
        }
        int[] dims = new int[rank - 1];
        Arrays.fill(dims, Shape.UNKNOWN);
        return TensorType.of(DType.INT32, dims);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        long[] shape = in.get(2).longs();
        int rank = shape.length;
        int[] dims = new int[rank - 1];
        Arrays.setAll(dims, a -> Math.toIntExact(shape[a]));
        Tensor y = Tensor.zeros(TensorType.of(DType.INT32, dims));
        Set<Object> seen = new HashSet<>();
        for (int i = 0; i < in.get(1).size(); i++) {
            int group = 0;
            for (int a = 0; a < rank - 1; a++) {
                long at = in.get(0).longs()[i * rank + a];
                if (at < 0 || at >= dims[a]) {
                    throw new ShapeException("expected places in " + Arrays.toString(shape) + " but was " + at);
                }
                group = group * dims[a] + (int) at;
            }
            if (seen.add(List.of(group, RowKeys.of(in.get(1), i, 1)))) {
                y.ints()[group]++;
            }
        }
        return y;
    }
}
