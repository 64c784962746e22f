package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/** The number of bits of integers that are 1: {@code x[…] → y[…]}, uint8. Source: TF PopulationCount. */
public record PopulationCount() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(1).type(0);
        if (!x.dtype().isInteger()) {
            throw new ShapeException("expected integers but was " + x);
        }
        return x.withDType(DType.UINT8);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor y = Tensor.zeros(out);
        long bits = -1L >>> 64 - 8 * in.get(0).dtype().bytes();
        for (int i = 0; i < y.size(); i++) {
            y.setLong(i, Long.bitCount(in.get(0).getLong(i) & bits));
        }
        return y;
    }
}
