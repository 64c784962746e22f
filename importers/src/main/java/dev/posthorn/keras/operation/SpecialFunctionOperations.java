package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.ElementwiseOperations.constant;
import static dev.posthorn.keras.operation.ElementwiseOperations.divideNoNan;
import static dev.posthorn.keras.operation.ElementwiseOperations.floating;
import static dev.posthorn.keras.operation.ElementwiseOperations.scaled;
import static dev.posthorn.keras.operation.ElementwiseOperations.wide;
import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Unary;
import java.util.List;
import java.util.Map;

/**
 * Operations of several steps for each element: roots, hyperbolas, special functions. Source:
 * keras/src/backend/tensorflow/numpy.py, math.py, core.py.
 */
final class SpecialFunctionOperations {
    static final Map<String, Operation> ALL = Map.ofEntries(
            Map.entry("Cbrt", of(a -> cbrt(a.b(), wide(a.b(), a.x())))),
            Map.entry(
                    "Exp2",
                    of(a -> a.b().binary(
                                    Binary.Fn.POW, a.b().constant(floating(a).dtype(), 2), floating(a)))),
            Map.entry("Heaviside", of(a -> heaviside(a.b(), wide(a.b(), a.strong())))),
            Map.entry("Hypot", of(a -> hypot(a.b(), wide(a.b(), a.strong())))),
            Map.entry("I0", of(a -> i0(a.b(), floating(a)))),
            Map.entry("Ldexp", of(a -> ldexp(a.b(), a.strong(Promotion.Kind.FLOAT)))),
            Map.entry("Logaddexp", of(a -> logAddExp(a.b(), a.strong(Promotion.Kind.FLOAT), 1))),
            Map.entry("Logaddexp2", of(a -> logAddExp(a.b(), a.strong(Promotion.Kind.FLOAT), Math.log(2)))),
            Map.entry("Sinc", of(a -> sinc(a.b(), floating(a)))));

    private SpecialFunctionOperations() {}

    private static Value cbrt(Builder b, Value x) {
        Value root = b.binary(Binary.Fn.POW, b.unary(Unary.Fn.ABS, x), 1.0 / 3);
        return b.times(b.unary(Unary.Fn.SIGN, x), root);
    }

    private static Value heaviside(Builder b, List<Value> in) {
        Value x = in.get(0);
        Value zero = constant(b, x, 0);
        Value up = b.select(b.compare(Compare.Fn.GT, x, zero), constant(b, x, 1), in.get(1));
        return b.select(b.compare(Compare.Fn.LT, x, zero), zero, up);
    }

    private static Value hypot(Builder b, List<Value> in) {
        Value x = b.unary(Unary.Fn.ABS, in.get(0));
        Value y = b.unary(Unary.Fn.ABS, in.get(1));
        Value most = b.binary(Binary.Fn.MAX, x, y);
        Value ratio = divideNoNan(b, List.of(b.binary(Binary.Fn.MIN, x, y), most));
        Value one = constant(b, x, 1);
        return b.times(most, b.unary(Unary.Fn.SQRT, b.plus(one, b.unary(Unary.Fn.SQUARE, ratio))));
    }

    private static Value ldexp(Builder b, List<Value> in) {
        return b.times(in.get(0), b.binary(Binary.Fn.POW, constant(b, in.get(1), 2), in.get(1)));
    }

    /** log(exp(s·x) + exp(s·y)) / s. */
    private static Value logAddExp(Builder b, List<Value> in, double s) {
        Value x = scaled(b, in.get(0), s);
        Value y = scaled(b, in.get(1), s);
        Value distance = b.unary(Unary.Fn.NEG, b.unary(Unary.Fn.ABS, b.minus(x, y)));
        Value sum = b.plus(b.binary(Binary.Fn.MAX, x, y), b.unary(Unary.Fn.LOG1P, b.unary(Unary.Fn.EXP, distance)));
        return scaled(b, sum, 1 / s);
    }

    private static Value sinc(Builder b, Value x) {
        Value none = b.compare(Compare.Fn.EQ, x, constant(b, x, 0));
        Value pi = scaled(b, b.select(none, constant(b, x, 1), x), Math.PI);
        return b.select(none, constant(b, x, 1), b.over(b.unary(Unary.Fn.SIN, pi), pi));
    }

    /** The sum of {@code c[i]·x^i}, the highest power first. */
    private static Value polynomial(Builder b, Value x, double... c) {
        Value y = constant(b, x, c[0]);
        for (int i = 1; i < c.length; i++) {
            y = b.binary(Binary.Fn.ADD, b.times(y, x), c[i]);
        }
        return y;
    }

    /** The modified Bessel function of order 0. Source: Abramowitz and Stegun 9.8.1, 9.8.2. */
    private static Value i0(Builder b, Value x) {
        Value d = b.unary(Unary.Fn.ABS, x);
        Value t = b.unary(Unary.Fn.SQUARE, b.binary(Binary.Fn.DIV, d, 3.75));
        Value near = polynomial(b, t, 0.0045813, 0.0360768, 0.2659732, 1.2067492, 3.0899424, 3.5156229, 1);
        Value safe = b.binary(Binary.Fn.MAX, d, 3.75);
        Value inverse = b.over(constant(b, x, 3.75), safe);
        Value far = polynomial(
                b,
                inverse,
                0.00392377,
                -0.01647633,
                0.02635537,
                -0.02057706,
                0.00916281,
                -0.00157565,
                0.00225319,
                0.01328592,
                0.39894228);
        far = b.times(far, b.over(b.unary(Unary.Fn.EXP, safe), b.unary(Unary.Fn.SQRT, safe)));
        return b.select(b.compare(Compare.Fn.LT, d, constant(b, x, 3.75)), near, far);
    }
}
