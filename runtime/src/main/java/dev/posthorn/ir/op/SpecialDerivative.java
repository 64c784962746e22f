package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;

/** What the derivatives of {@link Special} functions are written with: x is the last operand. */
record SpecialDerivative(Adjoint g) {
    Builder b() {
        return g.builder();
    }

    Value x() {
        return g.in(g.operands() - 1);
    }

    Value in(int i) {
        return g.in(i);
    }

    Value y() {
        return g.out();
    }

    Value n(double v) {
        return b().constant(x().dtype(), v);
    }

    Value f(String fn) {
        return b().add(new Special(Special.Fn.valueOf(fn)), x());
    }

    Value g(String fn, Value a, Value x) {
        return b().add(new Special(Special.Fn.valueOf(fn)), a, x);
    }

    Value u(Unary.Fn fn, Value v) {
        return b().unary(fn, v);
    }

    /** {@code πx²/2}. */
    Value quarter() {
        return b().binary(Binary.Fn.MUL, u(Unary.Fn.SQUARE, x()), Math.PI / 2);
    }

    Value sign() {
        return u(Unary.Fn.SIGN, x());
    }

    Value plus(Value v, Value w) {
        return b().plus(v, w);
    }

    Value minus(Value v, Value w) {
        return b().minus(v, w);
    }

    Value times(Value v, Value w) {
        return b().times(v, w);
    }

    Value over(Value v, Value w) {
        return b().over(v, w);
    }

    Value lgamma(Value v) {
        return b().add(new Special(Special.Fn.LGAMMA), v);
    }

    /** {@code exp((a − 1)·log x − x − log Γ(a))}. */
    Value density() {
        Value power = times(minus(in(0), n(1)), u(Unary.Fn.LOG, x()));
        return u(Unary.Fn.EXP, minus(minus(power, x()), lgamma(in(0))));
    }

    Value betaDensity() {
        Value low = times(minus(in(0), n(1)), u(Unary.Fn.LOG, x()));
        Value high = times(minus(in(1), n(1)), u(Unary.Fn.LOG1P, u(Unary.Fn.NEG, x())));
        Value scale = minus(plus(lgamma(in(0)), lgamma(in(1))), lgamma(plus(in(0), in(1))));
        return u(Unary.Fn.EXP, minus(plus(low, high), scale));
    }
}
