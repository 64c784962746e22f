package dev.posthorn.ir.op;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * {@code y[…] = x[…]}, integers, each at least {@code least}; a smaller one is an error that says what was expected. Source:
 * TF Assert on what goes on.
 */
public record Checked(long least, String expected) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(1).type(0);
        if (!x.dtype().isInteger()) {
            throw new ShapeException("expected integers but was " + x);
        }
        return x;
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        for (int i = 0; i < x.size(); i++) {
            if (x.getLong(i) < least) {
                throw new ShapeException("expected " + expected + " but was another (element " + i + ")");
            }
        }
        return x;
    }
}
