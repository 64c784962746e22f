package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.ComplexNumbers;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * {@code y[…] = |z[…]|} of complex numbers; its derivative is {@code z / |z|}, and 0 where z is 0. Source: TF ComplexAbs.
 */
public record Magnitude() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        TensorType z = in.count(1).type(0);
        if (!z.dtype().isComplex()) {
            throw new ShapeException("expected complex numbers but was " + z);
        }
        return z.withDType(z.dtype().real());
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor y = Tensor.zeros(out);
        for (int i = 0; i < y.size(); i++) {
            y.setDouble(i, Math.hypot(in.get(0).getPart(i, 0), in.get(0).getPart(i, 1)));
        }
        return y;
    }

    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        g.to(0, () -> {
            Value zero = b.constant(g.out().dtype(), 0);
            Value none = b.compare(Compare.Fn.EQ, g.out(), zero);
            Value divisor = b.select(none, b.constant(g.out().dtype(), 1), g.out());
            Value scale = b.select(none, zero, b.over(g.dy(), divisor));
            return ComplexNumbers.scaled(b, g.in(0), scale);
        });
    }
}
