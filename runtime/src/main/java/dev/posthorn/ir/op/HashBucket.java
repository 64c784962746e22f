package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * {@code y[…] = hash(x[…]) mod buckets} as int64; x strings. The hash is FarmHash's fingerprint, or SipHash where there is
 * a key of two numbers. Source: TF StringToHashBucketFast, StringToHashBucketStrong.
 */
public record HashBucket(long buckets, List<Long> key) implements Op.Single {
    public HashBucket {
        key = List.copyOf(key);
        if (buckets < 1 || key.size() != 0 && key.size() != 2) {
            throw new ShapeException(
                    "HashBucket: expected buckets and a key of 0 or 2 numbers but was " + buckets + ", " + key);
        }
    }

    @Override
    public TensorType type(Operands in) {
        return Texts.strings(in.count(1), 0).withDType(DType.INT64);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor y = Tensor.zeros(out);
        byte[][] x = in.get(0).byteStrings();
        for (int i = 0; i < x.length; i++) {
            long hash = key.isEmpty() ? Hashes.fingerprint(x[i]) : Hashes.sip(x[i], key.get(0), key.get(1));
            y.longs()[i] = Long.remainderUnsigned(hash, buckets);
        }
        return y;
    }
}
