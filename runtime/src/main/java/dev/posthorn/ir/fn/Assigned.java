package dev.posthorn.ir.fn;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Value;
import java.util.List;

/**
 * A variable that is read after it was given another value: {@code before[…], now[…] → now}. What depends on it depends, as
 * gradients see it, on the variable, and not on what the new value was made of. Source: TF AssignVariableOp, ReadVariableOp.
 */
public record Assigned() implements Op.Composite, Op.Differentiable {
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
