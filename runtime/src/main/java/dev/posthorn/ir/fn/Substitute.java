package dev.posthorn.ir.fn;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Value;
import java.util.List;

/**
 * A value in the place of another: {@code x[…], value[…] → value}. What depends on it depends, as gradients see it, on x, and
 * not on what the value was made of. So is a variable that is read after it was given a new value. Source: TF
 * AssignVariableOp, ReadVariableOp.
 */
public record Substitute() implements Op.Composite, Op.Differentiable {
    @Override
    public List<Value> expand(Builder b, List<Value> in) {
        new Operands(in).count(2);
        return in.subList(1, 2);
    }

    @Override
    public void gradient(Adjoint g) {
        g.to(0, g::dy);
        g.none(1);
    }
}
