package dev.posthorn.ir.fn;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Value;
import java.util.List;

/**
 * {@code y = x} with a derivative that is not known: to need it is an error that says {@code what} is missing.
 */
public record NoGradient(String what) implements Op.Composite, Op.Differentiable {
    @Override
    public String name() {
        return what;
    }

    @Override
    public List<Value> expand(Builder b, List<Value> in) {
        new Operands(in).count(1);
        return in;
    }

    @Override
    public void gradient(Adjoint g) {
        g.undefined();
    }
}
