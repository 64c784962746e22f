package dev.posthorn.ir.fn;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Unary;

/** {@code y[…] = x > 0 ? x : alpha·(exp(x) − 1)}. Source: keras.activations.elu, TF Elu. */
public record Elu(double alpha) implements Activation, Op.Differentiable {
    @Override
    public Value apply(Builder b, Value x) {
        Value zero = b.constant(x.dtype(), 0);
        Value negative = b.unary(Unary.Fn.EXPM1, b.binary(Binary.Fn.MIN, x, zero));
        return b.select(b.compare(Compare.Fn.GT, x, zero), x, b.binary(Binary.Fn.MUL, negative, alpha));
    }

    /** {@code dx = x > 0 ? dy : dy·(y + alpha)}. */
    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        g.to(0, () -> {
            Value x = g.in(0);
            Value zero = b.constant(x.dtype(), 0);
            Value y = b.select(b.compare(Compare.Fn.LT, x, zero), g.out(), zero); // also where x is NaN
            Value below = b.times(g.dy(), b.binary(Binary.Fn.ADD, y, alpha));
            return b.select(b.compare(Compare.Fn.GT, x, zero), g.dy(), below);
        });
    }
}
