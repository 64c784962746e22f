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
 * {@code y[…] = hash(x₁[…], x₂[…], …) mod buckets} as int64, operands of one shape, integers or strings: each element's
 * number (a string's fingerprint) is added to the hash, which starts as {@code key}. With no buckets modulo the largest
 * int64. Source: TF SparseCross with hashed output, for rows of one feature each.
 */
public record HashCross(long buckets, long key) implements Op.Single {
    /** The key that tf.sparse.cross_hashed uses. */
    public static final long DEFAULT_KEY = 0xDECAFCAFFEL;

    @Override
    public TensorType type(Operands in) {
        Shape shape = Shape.UNRANKED;
        for (TensorType t : in.types()) {
            if (!t.dtype().isInteger() && t.dtype() != DType.STRING) {
                throw new ShapeException("expected integers or strings but was " + t);
            }
            shape = Shape.merge(shape, t.shape());
        }
        return new TensorType(DType.INT64, shape);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor y = Tensor.zeros(out);
        for (int i = 0; i < y.size(); i++) {
            long hash = key;
            for (Tensor x : in) {
                hash = Hashes.concatenated(hash, Hashes.feature(x, i));
            }
            y.longs()[i] = Hashes.bucket(hash, buckets);
        }
        return y;
    }
}
