package dev.posthorn.ir.fn;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Value;
import java.util.List;

/** {@code y = x}, a constant as gradients see it. Source: TF StopGradient. */
public record StopGradient() implements Op.Composite, Op.Differentiable {
    @Override
    public List<Value> expand(Builder b, List<Value> in) {
        new Operands(in).count(1);
        return in;
    }

    @Override
    public void gradient(Adjoint g) {
        g.none();
    }
}
