package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/** {@code y = 0, 1, …, n-1} for the int32 scalar operand n. Source: TF Range. */
public record Iota(DType dtype) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        if (in.count(1).dtype(0) != DType.INT32 || in.shape(0).rank() != 0) {
            throw new ShapeException("expected an int32 scalar but was " + in.type(0));
        }
        Shape n = in.shapeValue(0);
        return TensorType.of(dtype, n.dim(0));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor y = Tensor.zeros(out);
        for (int i = 0; i < y.size(); i++) {
            y.setLong(i, i);
        }
        return y;
    }
}
