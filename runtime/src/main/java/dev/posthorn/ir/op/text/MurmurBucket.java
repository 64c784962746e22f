package dev.posthorn.ir.op.text;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Hashes;
import dev.posthorn.ir.op.Texts;
import dev.posthorn.model.ShapeException;
import java.util.List;

/** {@code y[…] = hash(x[…]) mod buckets} as int64, by the hash that TensorFlow had first. Source: TF StringToHashBucket. */
public record MurmurBucket(long buckets) implements Op.Single {
    public MurmurBucket {
        if (buckets < 1) {
            throw new ShapeException("MurmurBucket: expected at least 1 bucket but was " + buckets);
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
            y.longs()[i] = Long.remainderUnsigned(Hashes.murmur(x[i]), buckets);
        }
        return y;
    }
}
