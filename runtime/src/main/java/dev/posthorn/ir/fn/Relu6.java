package dev.posthorn.ir.fn;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Unary;

/** {@code y[…] = min(max(x[…], 0), 6)}. Source: TF Relu6. */
public record Relu6() implements Activation, Op.Differentiable {
    @Override
    public Value apply(Builder b, Value x) {
        return b.binary(Binary.Fn.MIN, b.unary(Unary.Fn.RELU, x), 6);
    }

    /** {@code dx = 0 < x < 6 ? dy : 0}. */
    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        g.to(0, () -> {
            Value x = g.out(); // lies inside where x does; x need not be kept
            Value inside = b.add(
                    new Binary(Binary.Fn.AND),
                    b.compare(Compare.Fn.GT, x, b.constant(x.dtype(), 0)),
                    b.compare(Compare.Fn.LT, x, b.constant(x.dtype(), 6)));
            return b.select(inside, g.dy(), b.constant(x.dtype(), 0));
        });
    }
}
