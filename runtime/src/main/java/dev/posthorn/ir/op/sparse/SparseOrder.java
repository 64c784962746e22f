package dev.posthorn.ir.op.sparse;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How elements are put in row-major order: {@code indices[n×r] → y[n]}, element i of the order is element y[i]; equal places
 * keep their order. Source: TF SparseReorder.
 */
public record SparseOrder() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        return Places.longs(Places.indices(in.count(1), 0).shape().dim(0));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        long[][] rows = IntStream.range(0, x.shape().dim(0))
                .mapToObj(i -> Places.row(x, i))
                .toArray(long[][]::new);
        return Places.vector(IntStream.range(0, rows.length)
                .boxed()
                .sorted((i, j) -> Arrays.compare(rows[i], rows[j]))
                .mapToLong(i -> i)
                .toArray());
    }
}
