package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * {@code y[…] = (to) x[…]}: floating-point to integer truncates toward zero, to bool is {@code x ≠ 0}. Source: TF Cast.
 */
public record Cast(DType to) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(1).type(0);
        for (DType d : List.of(x.dtype(), to)) {
            if (!d.isFloating() && !d.isInteger() && d != DType.BOOL) {
                throw new ShapeException("expected numeric types but was " + x + " to " + to);
            }
        }
        return x.withDType(to);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        return in.get(0).cast(to);
    }

    @Override
    public void gradient(Adjoint g) {
        g.to(0, () -> g.builder().cast(g.dy(), g.in(0).dtype()));
    }
}
