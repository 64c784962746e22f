package dev.posthorn.ir.op.sparse;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Places in row-major order: {@code indices[n×r], shape[r] → y[n]}.
 *
 * <p>(C1) every place inside of the shape. (C2) with {@code ascending} each after the one before. Source: TF SparseToDense.
 */
public record Ravel(boolean ascending) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        Places.vector(in.count(2), 1);
        return Places.longs(Places.indices(in, 0).shape().dim(0));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        long[] shape = in.get(1).longs();
        Places.size(shape);
        long[] y = new long[in.get(0).shape().dim(0)];
        for (int i = 0; i < y.length; i++) {
            y[i] = Places.flat(Places.row(in.get(0), i, shape), shape); // (C1)
            if (ascending && i > 0 && y[i] <= y[i - 1]) { // (C2)
                throw new ShapeException(
                        "expected places in order, each once, but was element " + i + " not after the one" + " before");
            }
        }
        return Places.vector(y);
    }
}
