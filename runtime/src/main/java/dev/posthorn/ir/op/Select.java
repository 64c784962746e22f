package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * {@code z[…] = c[…] ? x[…] : y[…]} with broadcasting of all three; c bool, x and y of one dtype. Source: TF SelectV2.
 */
public record Select() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        if (in.count(3).dtype(0) != DType.BOOL || in.dtype(1) != in.dtype(2)) {
            throw new ShapeException("expected a bool and two operands of one dtype but was " + in.types());
        }
        return in.type(1).withShape(Shape.broadcast(in.shape(0), Shape.broadcast(in.shape(1), in.shape(2))));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor z = Tensor.zeros(out);
        int[] ci = Index.broadcast(in.get(0).shape(), out.shape());
        int[] xi = Index.broadcast(in.get(1).shape(), out.shape());
        int[] yi = Index.broadcast(in.get(2).shape(), out.shape());
        for (int i = 0; i < ci.length; i++) {
            boolean first = in.get(0).bytes()[ci[i]] != 0;
            Copy.element(in.get(first ? 1 : 2), first ? xi[i] : yi[i], z, i);
        }
        return z;
    }

    @Override
    public void gradient(Adjoint g) {
        Value zero = g.builder().constant(g.dy().dtype(), 0);
        g.to(1, () -> g.builder().select(g.in(0), g.dy(), zero));
        g.to(2, () -> g.builder().select(g.in(0), zero, g.dy()));
    }
}
