package dev.posthorn.ir.fn;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Unary;

/** {@code y[…] = x / (1 + |x|)}. Source: TF Softsign. */
public record Softsign() implements Activation, Op.Differentiable {
    @Override
    public Value apply(Builder b, Value x) {
        return b.over(x, b.binary(Binary.Fn.ADD, b.unary(Unary.Fn.ABS, x), 1));
    }

    /** {@code dx = dy / (1 + |x|)²}. */
    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        g.to(
                0,
                () -> b.over(
                        g.dy(), b.unary(Unary.Fn.SQUARE, b.binary(Binary.Fn.ADD, b.unary(Unary.Fn.ABS, g.in(0)), 1))));
    }
}
