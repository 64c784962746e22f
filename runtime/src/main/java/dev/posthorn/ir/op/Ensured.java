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
 * {@code y[…] = x[…]} where every element of the booleans {@code holds[…]} is true, else an error that says what was
 * expected. Source: TF Assert, CheckNumerics.
 */
public record Ensured(String expected) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        if (in.count(2).dtype(1) != DType.BOOL) {
            throw new ShapeException("expected booleans but was " + in.type(1));
        }
        return in.type(0);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor holds = in.get(1);
        for (int i = 0; i < holds.size(); i++) {
            if (holds.getLong(i) == 0) {
                throw new ShapeException("expected " + expected + " but was another (element " + i + ")");
            }
        }
        return in.get(0);
    }

    @Override
    public void gradient(Adjoint g) {
        g.to(0, g::dy);
    }
}
