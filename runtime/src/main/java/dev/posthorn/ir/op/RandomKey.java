package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * The key and the counter that {@link Random} starts from, of a seed: {@code seed[2] → key[1], counter[2]} as uint64. Any two
 * integers are as good a seed as others: they are scrambled. Source: TF StatelessRandomGetKeyCounter.
 */
public record RandomKey() implements Op.Primitive {
    /** The key under which seeds are scrambled. */
    private static final long SCRAMBLER = 0x02461e29_3ec8f720L;

    @Override
    public List<TensorType> infer(Operands in) {
        DType dtype = in.count(1).dtype(0);
        if (dtype != DType.INT32 && dtype != DType.INT64 || !in.shape(0).accepts(Shape.of(2))) {
            throw new ShapeException("expected a seed of two int32 or int64 but was " + in.type(0));
        }
        return List.of(TensorType.of(DType.UINT64, 1), TensorType.of(DType.UINT64, 2));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        Tensor seed = in.get(0);
        int[] mixed = new Philox(SCRAMBLER, seed.getLong(0), seed.getLong(1)).next();
        long[] key = {mixed[0] & 0xffffffffL | (long) mixed[1] << 32};
        long[] counter = {0, mixed[2] & 0xffffffffL | (long) mixed[3] << 32};
        return List.of(Tensor.of(DType.UINT64, Shape.of(1), key), Tensor.of(DType.UINT64, Shape.of(2), counter));
    }
}
