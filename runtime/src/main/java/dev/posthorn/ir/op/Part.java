package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.List;

/** The real or the imaginary part of complex numbers: {@code x[…] = Re z[…]}. Source: TF Real, Imag. */
public record Part(boolean imaginary) implements Op.Single {
    @Override
    public String name() {
        return imaginary ? "Imag" : "Real";
    }

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
        Tensor x = Tensor.zeros(out);
        for (int i = 0; i < x.size(); i++) {
            x.setDouble(i, in.get(0).getPart(i, imaginary ? 1 : 0));
        }
        return x;
    }

    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        g.to(0, () -> {
            Value zero = b.constant(g.dy().dtype(), 0);
            return imaginary ? b.add(new Complex(), zero, g.dy()) : b.add(new Complex(), g.dy(), zero);
        });
    }
}
