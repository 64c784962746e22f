package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.util.List;
import java.util.Optional;

/** The dimensions of x as an int32 vector. Source: TF Shape. */
public record ShapeOf() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        Shape x = in.count(1).shape(0);
        return TensorType.of(DType.INT32, x.isRanked() ? x.rank() : Shape.UNKNOWN);
    }

    @Override
    public Optional<List<Tensor>> known(Operands in) {
        Shape x = in.shape(0);
        return x.isKnown() ? Optional.of(List.of(Tensor.of(Shape.of(x.rank()), x.dims()))) : Optional.empty();
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        return Tensor.of(out.shape(), in.get(0).shape().dims());
    }
}
