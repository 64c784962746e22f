package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * The elements of v that stand where x is largest under a window: {@code x[batch×s₁…×c], v[batch×s₁…×c] → y[batch×o₁…×c]},
 * the first of equals, and with three spatial axes their sum. It is the gradient of {@link MaxPoolGradient}.
 *
 * <p>(C1) one floating-point dtype. (C2) equal shapes. Source: TF MaxPoolGradGrad, MaxPool3DGradGrad.
 */
public record MaxPoolGather(Window window) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        DType dtype = in.count(2).sameDType();
        if (!dtype.isFloating()) { // (C1)
            throw new ShapeException("expected floating-point operands but was " + in.types());
        }
        Shape.merge(in.shape(0), in.shape(1)); // (C2)
        return Pool.pooled(in.type(0), window);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor v = in.get(1);
        double[] y = new double[out.shape().size()];
        MaxPoolGradient.largest(window, in.get(0), out.shape(), (place, element) -> y[place] += v.getDouble(element));
        return Copy.rounded(y, out);
    }

    @Override
    public void gradient(Adjoint g) {
        g.none(0);
        g.to(1, () -> g.builder().add(new MaxPoolGradient(window), g.in(0), g.dy()));
    }
}
