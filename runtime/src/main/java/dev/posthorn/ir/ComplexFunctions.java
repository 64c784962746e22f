package dev.posthorn.ir;

import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.model.ShapeException;

/** Functions of complex numbers {@code z = x + i·y}, written as functions of x and y. */
final class ComplexFunctions {
    private final Builder b;

    ComplexFunctions(Builder b) {
        this.b = b;
    }

    /** {@code fn(z)}. */
    Value of(Unary.Fn fn, Value z) {
        Value x = re(z);
        Value y = im(z);
        return switch (fn) {
            case NEG -> join(negative(x), negative(y));
            case SQUARE -> times(z, z);
            case SIGN -> sign(z);
            case RECIPROCAL -> over(number(z, 1), z);
            case SQRT -> root(z);
            case RSQRT -> over(number(z, 1), root(z));
            case EXP -> polar(u(Unary.Fn.EXP, x), y);
            case EXPM1 -> {
                Value half = u(Unary.Fn.SQUARE, u(Unary.Fn.SIN, scale(y, 0.5)));
                Value less = b.minus(b.times(u(Unary.Fn.EXPM1, x), u(Unary.Fn.COS, y)), scale(half, 2));
                yield join(less, b.times(u(Unary.Fn.EXP, x), u(Unary.Fn.SIN, y)));
            }
            case LOG -> join(u(Unary.Fn.LOG, ComplexNumbers.magnitude(b, z)), angle(y, x));
            case LOG1P -> {
                Value square = b.plus(b.times(x, b.binary(Binary.Fn.ADD, x, 2)), u(Unary.Fn.SQUARE, y));
                yield join(scale(u(Unary.Fn.LOG1P, square), 0.5), angle(y, b.binary(Binary.Fn.ADD, x, 1)));
            }
            case SIN ->
                join(
                        b.times(u(Unary.Fn.SIN, x), u(Unary.Fn.COSH, y)),
                        b.times(u(Unary.Fn.COS, x), u(Unary.Fn.SINH, y)));
            case COS ->
                join(
                        b.times(u(Unary.Fn.COS, x), u(Unary.Fn.COSH, y)),
                        negative(b.times(u(Unary.Fn.SIN, x), u(Unary.Fn.SINH, y))));
            case SINH ->
                join(
                        b.times(u(Unary.Fn.SINH, x), u(Unary.Fn.COS, y)),
                        b.times(u(Unary.Fn.COSH, x), u(Unary.Fn.SIN, y)));
            case COSH ->
                join(
                        b.times(u(Unary.Fn.COSH, x), u(Unary.Fn.COS, y)),
                        b.times(u(Unary.Fn.SINH, x), u(Unary.Fn.SIN, y)));
            case TANH -> hyperbolicTangent(x, y);
            case TAN -> back(hyperbolicTangent(negative(y), x));
            case SIGMOID -> over(number(z, 1), plus(number(z, 1), of(Unary.Fn.EXP, join(negative(x), negative(y)))));
            case ASINH -> areaSine(z);
            case ACOSH -> log(plus(z, times(root(plus(z, number(z, 1))), root(minus(z, number(z, 1))))));
            case ATANH -> areaTangent(z);
            case ASIN -> back(areaSine(turned(z)));
            case ACOS -> minus(number(z, Math.PI / 2), back(areaSine(turned(z))));
            case ATAN -> back(areaTangent(turned(z)));
            default ->
                throw new ShapeException(fn + ": expected a real operand but was " + z.type() + ", at " + b.scope());
        };
    }

    private Value re(Value z) {
        return ComplexNumbers.real(b, z);
    }

    private Value im(Value z) {
        return ComplexNumbers.imaginary(b, z);
    }

    private Value join(Value x, Value y) {
        return ComplexNumbers.of(b, x, y);
    }

    private Value u(Unary.Fn fn, Value x) {
        return b.unary(fn, x);
    }

    private Value negative(Value x) {
        return u(Unary.Fn.NEG, x);
    }

    private Value scale(Value x, double by) {
        return b.binary(Binary.Fn.MUL, x, by);
    }

    private Value angle(Value y, Value x) {
        return b.binary(Binary.Fn.ATAN2, y, x);
    }

    private Value number(Value z, double x) {
        return b.constant(z.dtype(), x);
    }

    private Value polar(Value radius, Value angle) {
        return join(b.times(radius, u(Unary.Fn.COS, angle)), b.times(radius, u(Unary.Fn.SIN, angle)));
    }

    private Value log(Value z) {
        return of(Unary.Fn.LOG, z);
    }

    /** {@code i·z}. */
    private Value turned(Value z) {
        return join(negative(im(z)), re(z));
    }

    /** {@code −i·z}. */
    private Value back(Value z) {
        return join(im(z), negative(re(z)));
    }

    Value plus(Value z, Value w) {
        return join(b.plus(re(z), re(w)), b.plus(im(z), im(w)));
    }

    Value minus(Value z, Value w) {
        return join(b.minus(re(z), re(w)), b.minus(im(z), im(w)));
    }

    Value times(Value z, Value w) {
        Value real = b.minus(b.times(re(z), re(w)), b.times(im(z), im(w)));
        return join(real, b.plus(b.times(re(z), im(w)), b.times(im(z), re(w))));
    }

    Value over(Value z, Value w) {
        Value square = b.plus(u(Unary.Fn.SQUARE, re(w)), u(Unary.Fn.SQUARE, im(w)));
        Value product = times(z, ComplexNumbers.conjugate(b, w));
        return join(b.over(re(product), square), b.over(im(product), square));
    }

    /** {@code z^w = exp(w·log z)}; a power of 0 is 0, and 1 where w is 0. */
    Value power(Value z, Value w) {
        Value none = b.compare(Compare.Fn.EQ, z, number(z, 0));
        Value safe = b.select(none, number(z, 1), z);
        Value one = b.compare(Compare.Fn.EQ, w, number(w, 0));
        Value ofZero = b.select(one, number(z, 1), number(z, 0));
        return b.select(none, ofZero, of(Unary.Fn.EXP, times(w, log(safe))));
    }

    private Value sign(Value z) {
        Value r = ComplexNumbers.magnitude(b, z);
        Value zero = b.constant(r.dtype(), 0);
        Value none = b.compare(Compare.Fn.EQ, r, zero);
        Value divisor = b.select(none, b.constant(r.dtype(), 1), r);
        return join(b.over(re(z), divisor), b.over(im(z), divisor));
    }

    /** The root whose real part is not negative. */
    private Value root(Value z) {
        Value x = re(z);
        Value y = im(z);
        Value zero = b.constant(x.dtype(), 0);
        Value r = ComplexNumbers.magnitude(b, z);
        Value t = u(Unary.Fn.SQRT, scale(b.plus(r, u(Unary.Fn.ABS, x)), 0.5));
        Value none = b.compare(Compare.Fn.EQ, t, zero);
        Value other = b.over(y, scale(b.select(none, b.constant(x.dtype(), 1), t), 2));
        Value right = b.compare(Compare.Fn.GE, x, zero);
        Value up = b.compare(Compare.Fn.GE, y, zero);
        return join(b.select(right, t, u(Unary.Fn.ABS, other)), b.select(right, other, b.select(up, t, negative(t))));
    }

    /** {@code (t·(1 + v²) + i·v·(1 − t²)) / (1 + t²v²)} with {@code t = tanh x, v = tan y}: nothing overflows. */
    private Value hyperbolicTangent(Value x, Value y) {
        Value t = u(Unary.Fn.TANH, x);
        Value v = u(Unary.Fn.TAN, y);
        Value one = b.constant(x.dtype(), 1);
        Value tt = u(Unary.Fn.SQUARE, t);
        Value vv = u(Unary.Fn.SQUARE, v);
        Value divisor = b.plus(one, b.times(tt, vv));
        return join(b.over(b.times(t, b.plus(one, vv)), divisor), b.over(b.times(v, b.minus(one, tt)), divisor));
    }

    /** {@code log(z + √(z² + 1))}. */
    private Value areaSine(Value z) {
        return log(plus(z, root(plus(times(z, z), number(z, 1)))));
    }

    /** {@code (log(1 + z) − log(1 − z)) / 2}. */
    private Value areaTangent(Value z) {
        Value difference = minus(of(Unary.Fn.LOG1P, z), of(Unary.Fn.LOG1P, join(negative(re(z)), negative(im(z)))));
        return join(scale(re(difference), 0.5), scale(im(difference), 0.5));
    }
}
