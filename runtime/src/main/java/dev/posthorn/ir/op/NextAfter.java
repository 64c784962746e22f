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

/** The number next to x on the way to y, broadcast: {@code x[…], y[…] → z[…]}, float32 or float64. Source: TF NextAfter. */
public record NextAfter() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        DType dtype = in.count(2).sameDType();
        if (dtype != DType.FLOAT32 && dtype != DType.FLOAT64) {
            throw new ShapeException("expected operands of float32 or float64 but was " + in.types());
        }
        return new TensorType(dtype, Shape.broadcast(in.shape(0), in.shape(1)));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor z = Tensor.zeros(out);
        int[] xs = Index.broadcast(in.get(0).shape(), out.shape());
        int[] ys = Index.broadcast(in.get(1).shape(), out.shape());
        for (int i = 0; i < xs.length; i++) {
            double x = in.get(0).getDouble(xs[i]);
            double y = in.get(1).getDouble(ys[i]);
            z.setDouble(i, out.dtype() == DType.FLOAT32 ? Math.nextAfter((float) x, y) : Math.nextAfter(x, y));
        }
        return z;
    }

    @Override
    public void gradient(Adjoint g) {
        g.to(0, g::dy);
        g.none(1);
    }
}
