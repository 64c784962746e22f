package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Running sums along an axis: {@code y[k] = Σ x[i]} over i ≤ k; over i &lt; k where {@code exclusive}; counted from the
 * other end where {@code reverse}. x numeric. Source: TF Cumsum.
 */
public record CumSum(int axis, boolean exclusive, boolean reverse) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(1).type(0);
        if (!x.dtype().isFloating() && !x.dtype().isInteger()) {
            throw new ShapeException("expected a numeric operand but was " + x);
        }
        Index.axis(axis, x.shape());
        return x;
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        return new Running(axis, exclusive, reverse).of(in.get(0), out, 0, Double::sum, Long::sum);
    }

    @Override
    public void gradient(Adjoint g) {
        g.to(0, () -> g.builder().add(new CumSum(axis, exclusive, !reverse), g.dy()));
    }
}
