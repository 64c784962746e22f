package dev.posthorn.ir.fn;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Unary;

/** {@code y[…]} with {@code erf(y) = x}. Source: TF Erfinv; M. Giles, Approximating the erfinv function, single precision. */
public record ErfInv() implements Activation, Op.Differentiable {
    private static final double[] CENTRE = {
        2.81022636e-08,
        3.43273939e-07,
        -3.5233877e-06,
        -4.39150654e-06,
        0.00021858087,
        -0.00125372503,
        -0.00417768164,
        0.246640727,
        1.50140941
    };
    private static final double[] TAIL = {
        -0.000200214257,
        0.000100950558,
        0.00134934322,
        -0.00367342844,
        0.00573950773,
        -0.0076224613,
        0.00943887047,
        1.00167406,
        2.83297682
    };

    @Override
    public Value apply(Builder b, Value x) {
        Value one = b.constant(x.dtype(), 1);
        Value w = b.unary(Unary.Fn.NEG, b.unary(Unary.Fn.LOG, b.times(b.minus(one, x), b.plus(one, x))));
        Value centre = polynomial(b, b.binary(Binary.Fn.SUB, w, 2.5), CENTRE);
        Value tail = polynomial(b, b.binary(Binary.Fn.SUB, b.unary(Unary.Fn.SQRT, w), 3), TAIL);
        Value y = b.times(b.select(b.compare(Compare.Fn.LT, w, b.constant(w.dtype(), 5)), centre, tail), x);
        Value edge = b.times(x, b.constant(x.dtype(), Double.POSITIVE_INFINITY));
        return b.select(b.compare(Compare.Fn.EQ, b.unary(Unary.Fn.ABS, x), one), edge, y);
    }

    private static Value polynomial(Builder b, Value x, double[] coefficients) {
        Value y = b.constant(x.dtype(), coefficients[0]);
        for (int i = 1; i < coefficients.length; i++) {
            y = b.binary(Binary.Fn.ADD, b.times(y, x), coefficients[i]);
        }
        return y;
    }

    /** {@code dx = dy · √π/2 · exp(y²)}. */
    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        g.to(0, () -> {
            Value slope = b.unary(Unary.Fn.EXP, b.unary(Unary.Fn.SQUARE, g.out()));
            return b.times(g.dy(), b.binary(Binary.Fn.MUL, slope, Math.sqrt(Math.PI) / 2));
        });
    }
}
