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
 * The position of the largest (or smallest) element along an axis, the first of equals: x[…×n×…] → y[…×…]. Source: TF
 * ArgMax.
 */
public record ArgReduce(boolean largest, int axis, DType to) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(1).type(0);
        boolean numeric = x.dtype().isFloating() || x.dtype().isInteger() || x.dtype() == DType.BOOL;
        if (!numeric || x.shape().dim(Index.axis(axis, x.shape())) == 0) {
            throw new ShapeException("expected a numeric operand with elements along axis " + axis + " but was " + x);
        }
        return new TensorType(to, x.shape().remove(axis));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        int[] step = Index.strides(x.shape());
        int[] starts = Index.walk(x.shape().with(axis, 1), step, 0);
        Tensor y = Tensor.zeros(out);
        for (int i = 0; i < starts.length; i++) {
            int best = 0;
            for (int k = 1; k < x.shape().dim(axis); k++) {
                double v = x.getDouble(starts[i] + k * step[axis]);
                double b = x.getDouble(starts[i] + best * step[axis]);
                best = largest ? v > b ? k : best : v < b ? k : best;
            }
            y.setLong(i, best);
        }
        return y;
    }

    @Override
    public void gradient(Adjoint g) {
        g.none();
    }
}
