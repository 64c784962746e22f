package dev.posthorn.ir.fn;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Unary;

/** {@code y[…] = s·(x > 0 ? x : a·(exp(x) − 1))}, a ≈ 1.6733 and s ≈ 1.0507. Source: TF Selu. */
public record Selu() implements Activation, Op.Differentiable {
    private static final double ALPHA = 1.6732632423543772848170429916717;
    private static final double SCALE = 1.0507009873554804934193349852946;

    @Override
    public Value apply(Builder b, Value x) {
        Value zero = b.constant(x.dtype(), 0);
        Value negative = b.unary(Unary.Fn.EXPM1, b.binary(Binary.Fn.MIN, x, zero));
        return b.select(
                b.compare(Compare.Fn.GT, x, zero),
                b.binary(Binary.Fn.MUL, x, SCALE),
                b.binary(Binary.Fn.MUL, negative, SCALE * ALPHA));
    }

    /** {@code dx = y < 0 ? dy·(y + s·a) : dy·s}. */
    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        g.to(0, () -> {
            Value y = g.out();
            Value below = b.compare(Compare.Fn.LT, y, b.constant(y.dtype(), 0));
            Value slope = b.binary(Binary.Fn.ADD, y, SCALE * ALPHA);
            return b.times(g.dy(), b.select(below, slope, b.constant(y.dtype(), SCALE)));
        });
    }
}
