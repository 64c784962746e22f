package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.ComplexNumbers;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * {@code z[…] = x[…] + i·y[…]}, broadcast; x and y of one dtype, float32 or float64 (C1). Derivatives by complex numbers are
 * those by their parts: {@code ∂L/∂x + i·∂L/∂y}. Source: TF Complex.
 */
public record Complex() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        DType parts = in.count(2).sameDType();
        if (parts != DType.FLOAT32 && parts != DType.FLOAT64) { // (C1)
            throw new ShapeException("expected parts of float32 or float64 but was " + in.types());
        }
        return new TensorType(
                parts == DType.FLOAT32 ? DType.COMPLEX64 : DType.COMPLEX128, Shape.broadcast(in.shape(0), in.shape(1)));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor z = Tensor.zeros(out);
        int[] x = Index.broadcast(in.get(0).shape(), out.shape());
        int[] y = Index.broadcast(in.get(1).shape(), out.shape());
        for (int i = 0; i < x.length; i++) {
            z.setComplex(i, in.get(0).getDouble(x[i]), in.get(1).getDouble(y[i]));
        }
        return z;
    }

    @Override
    public void gradient(Adjoint g) {
        g.to(0, () -> ComplexNumbers.real(g.builder(), g.dy()));
        g.to(1, () -> ComplexNumbers.imaginary(g.builder(), g.dy()));
    }
}
