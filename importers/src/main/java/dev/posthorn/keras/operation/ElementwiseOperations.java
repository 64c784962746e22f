package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.ComplexNumbers;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.DivideNoNan;
import dev.posthorn.ir.fn.ErfInv;
import dev.posthorn.ir.fn.StopGradient;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Operations element by element. Source: keras/src/backend/tensorflow/numpy.py, math.py, core.py. */
final class ElementwiseOperations {
    static final Map<String, Operation> ALL = Map.ofEntries(
            Map.entry("Absolute", of(a -> absolute(a.b(), a.x()))),
            Map.entry("Add", of(a -> arithmetic(a.b(), a.weak(), Binary.Fn.ADD))),
            Map.entry(
                    "AllClose",
                    of(a -> a.b().reduce(
                                    Reduce.Fn.ALL,
                                    allClose(a),
                                    false,
                                    IntStream.range(0, allClose(a).shape().rank())
                                            .toArray()))),
            Map.entry("Arccos", unary(Unary.Fn.ACOS)),
            Map.entry("Arccosh", unary(Unary.Fn.ACOSH)),
            Map.entry("Arcsin", unary(Unary.Fn.ASIN)),
            Map.entry("Arcsinh", unary(Unary.Fn.ASINH)),
            Map.entry("Arctan", unary(Unary.Fn.ATAN)),
            Map.entry("Arctan2", of(a -> binary(a.b(), a.strong(Promotion.Kind.FLOAT), Binary.Fn.ATAN2))),
            Map.entry("Arctanh", unary(Unary.Fn.ATANH)),
            Map.entry("BitwiseAnd", of(a -> binary(a.b(), a.strong(), Binary.Fn.AND))),
            Map.entry("BitwiseInvert", of(a -> not(a.b(), a.x()))),
            Map.entry("BitwiseLeftShift", of(a -> shifted(a.b(), a.strong(), Binary.Fn.MUL))),
            Map.entry("BitwiseNot", of(a -> not(a.b(), a.x()))),
            Map.entry("BitwiseOr", of(a -> binary(a.b(), a.strong(), Binary.Fn.OR))),
            Map.entry("BitwiseRightShift", of(a -> shifted(a.b(), a.strong(), Binary.Fn.FLOOR_DIV))),
            Map.entry("BitwiseXor", of(a -> binary(a.b(), a.strong(), Binary.Fn.XOR))),
            Map.entry("Cast", of(a -> a.b().cast(a.x(), a.dtype("dtype", a.x().dtype())))),
            Map.entry("Cbrt", of(a -> cbrt(a.b(), wide(a.b(), a.x())))),
            Map.entry("Ceil", unary(Unary.Fn.CEIL)),
            Map.entry("Clip", of(ElementwiseOperations::clip)),
            Map.entry("ConvertToTensor", of(a -> a.b().cast(a.x(), a.dtype("dtype", a.x().dtype())))),
            Map.entry("Copy", of(Arguments::x)),
            Map.entry("Cos", unary(Unary.Fn.COS)),
            Map.entry("Cosh", unary(Unary.Fn.COSH)),
            Map.entry("Deg2rad", of(a -> scaled(a.b(), wide(a.b(), a.x()), Math.PI / 180))),
            Map.entry("Divide", of(a -> binary(a.b(), a.weak(Promotion.Kind.FLOAT), Binary.Fn.DIV))),
            Map.entry("DivideNoNan", of(a -> divideNoNan(a.b(), a.weak(Promotion.Kind.FLOAT)))),
            Map.entry("Equal", compare(Compare.Fn.EQ)),
            Map.entry("Erf", unary(Unary.Fn.ERF)),
            Map.entry("Erfc", unary(Unary.Fn.ERFC)),
            Map.entry("Erfinv", of(a -> a.b().add(new ErfInv(), floating(a)))),
            Map.entry("Exp", unary(Unary.Fn.EXP)),
            Map.entry(
                    "Exp2",
                    of(a -> a.b().binary(
                                    Binary.Fn.POW, a.b().constant(floating(a).dtype(), 2), floating(a)))),
            Map.entry("Expm1", unary(Unary.Fn.EXPM1)),
            Map.entry("Fabs", of(a -> a.b().unary(Unary.Fn.ABS, floating(a)))),
            Map.entry("Floor", unary(Unary.Fn.FLOOR)),
            Map.entry("FloorDivide", of(a -> binary(a.b(), a.weak(), Binary.Fn.FLOOR_DIV))),
            Map.entry("Fmax", of(a -> ignoringNan(a.b(), a.weak(), Binary.Fn.MAX))),
            Map.entry("Fmin", of(a -> ignoringNan(a.b(), a.weak(), Binary.Fn.MIN))),
            Map.entry("Fmod", of(a -> binary(a.b(), numeric(a.b(), a.strong()), Binary.Fn.REM))),
            Map.entry("Greater", compare(Compare.Fn.GT)),
            Map.entry("GreaterEqual", compare(Compare.Fn.GE)),
            Map.entry("Heaviside", of(a -> heaviside(a.b(), wide(a.b(), a.strong())))),
            Map.entry("Hypot", of(a -> hypot(a.b(), wide(a.b(), a.strong())))),
            Map.entry("I0", of(a -> i0(a.b(), floating(a)))),
            Map.entry("Identity", of(Arguments::x)),
            Map.entry("Isclose", of(ElementwiseOperations::isClose)),
            Map.entry("Isfinite", of(a -> magnitude(a, Compare.Fn.LT))),
            Map.entry("Isinf", of(a -> magnitude(a, Compare.Fn.EQ))),
            Map.entry("Isnan", of(a -> isNan(a.b(), floating(a)))),
            Map.entry(
                    "Isneginf",
                    of(a -> a.b().compare(
                                    Compare.Fn.EQ,
                                    floating(a),
                                    constant(a.b(), floating(a), Double.NEGATIVE_INFINITY)))),
            Map.entry(
                    "Isposinf",
                    of(a -> a.b().compare(
                                    Compare.Fn.EQ,
                                    floating(a),
                                    constant(a.b(), floating(a), Double.POSITIVE_INFINITY)))),
            Map.entry("Ldexp", of(a -> ldexp(a.b(), a.strong(Promotion.Kind.FLOAT)))),
            Map.entry("LeftShift", of(a -> shifted(a.b(), a.strong(), Binary.Fn.MUL))),
            Map.entry("Less", compare(Compare.Fn.LT)),
            Map.entry("LessEqual", compare(Compare.Fn.LE)),
            Map.entry("Log", unary(Unary.Fn.LOG)),
            Map.entry("Log10", of(a -> scaled(a.b(), a.b().unary(Unary.Fn.LOG, floating(a)), 1 / Math.log(10)))),
            Map.entry("Log1p", unary(Unary.Fn.LOG1P)),
            Map.entry("Log2", of(a -> scaled(a.b(), a.b().unary(Unary.Fn.LOG, floating(a)), 1 / Math.log(2)))),
            Map.entry("Logaddexp", of(a -> logAddExp(a.b(), a.strong(Promotion.Kind.FLOAT), 1))),
            Map.entry("Logaddexp2", of(a -> logAddExp(a.b(), a.strong(Promotion.Kind.FLOAT), Math.log(2)))),
            Map.entry("LogicalAnd", logical(Binary.Fn.AND)),
            Map.entry("LogicalNot", of(a -> not(a.b(), bool(a.b(), a.x())))),
            Map.entry("LogicalOr", logical(Binary.Fn.OR)),
            Map.entry("LogicalXor", logical(Binary.Fn.XOR)),
            Map.entry("Maximum", of(a -> binary(a.b(), a.weak(), Binary.Fn.MAX))),
            Map.entry("Minimum", of(a -> binary(a.b(), a.weak(), Binary.Fn.MIN))),
            Map.entry("Mod", of(a -> binary(a.b(), numeric(a.b(), a.strong()), Binary.Fn.FLOOR_MOD))),
            Map.entry("Multiply", of(a -> arithmetic(a.b(), a.weak(), Binary.Fn.MUL))),
            Map.entry("NanToNum", of(ElementwiseOperations::nanToNum)),
            Map.entry("Negative", same(Unary.Fn.NEG)),
            Map.entry("NotEqual", compare(Compare.Fn.NE)),
            Map.entry("Power", of(a -> binary(a.b(), a.weak(), Binary.Fn.POW))),
            Map.entry("Rad2deg", of(a -> scaled(a.b(), wide(a.b(), a.x()), 180 / Math.PI))),
            Map.entry("Reciprocal", unary(Unary.Fn.RECIPROCAL)),
            Map.entry("Relu", same(Unary.Fn.RELU)),
            Map.entry("RightShift", of(a -> shifted(a.b(), a.strong(), Binary.Fn.FLOOR_DIV))),
            Map.entry("Round", of(ElementwiseOperations::round)),
            Map.entry("Rsqrt", unary(Unary.Fn.RSQRT)),
            Map.entry("SaturateCast", of(ElementwiseOperations::saturateCast)),
            Map.entry("Sigmoid", unary(Unary.Fn.SIGMOID)),
            Map.entry("Sign", same(Unary.Fn.SIGN)),
            Map.entry("Signbit", of(ElementwiseOperations::signBit)),
            Map.entry("Sin", unary(Unary.Fn.SIN)),
            Map.entry("Sinc", of(a -> sinc(a.b(), floating(a)))),
            Map.entry("Sinh", unary(Unary.Fn.SINH)),
            Map.entry("Softplus", unary(Unary.Fn.SOFTPLUS)),
            Map.entry("Sqrt", unary(Unary.Fn.SQRT)),
            Map.entry("Square", of(a -> a.b().unary(Unary.Fn.SQUARE, numeric(a.b(), a.x())))),
            Map.entry("StopGradient", of(a -> a.b().add(new StopGradient(), a.x()))),
            Map.entry("Subtract", of(a -> binary(a.b(), a.weak(), Binary.Fn.SUB))),
            Map.entry("Tan", unary(Unary.Fn.TAN)),
            Map.entry("Tanh", unary(Unary.Fn.TANH)),
            Map.entry("TrueDivide", of(a -> binary(a.b(), a.weak(Promotion.Kind.FLOAT), Binary.Fn.DIV))),
            Map.entry("Trunc", of(ElementwiseOperations::trunc)),
            Map.entry("Where", of(ElementwiseOperations::where)));

    private ElementwiseOperations() {}

    /** A function that computes in floating point. */
    private static Operation unary(Unary.Fn fn) {
        return of(a -> a.b().unary(fn, floating(a)));
    }

    /** A function that keeps the type. */
    private static Operation same(Unary.Fn fn) {
        return of(a -> a.b().unary(fn, a.x()));
    }

    private static Operation compare(Compare.Fn fn) {
        return of(a -> {
            List<Value> in = a.strong();
            return a.b().compare(fn, in.get(0), in.get(1));
        });
    }

    private static Operation logical(Binary.Fn fn) {
        return of(a -> {
            List<Value> in = a.strong();
            return a.b().binary(fn, bool(a.b(), in.get(0)), bool(a.b(), in.get(1)));
        });
    }

    private static Value binary(Builder b, List<Value> in, Binary.Fn fn) {
        return b.binary(fn, in.get(0), in.get(1));
    }

    /** A sum or product, which on bool are OR and AND. */
    private static Value arithmetic(Builder b, List<Value> in, Binary.Fn fn) {
        boolean logical = in.get(0).dtype() == DType.BOOL;
        return binary(b, in, !logical ? fn : fn == Binary.Fn.ADD ? Binary.Fn.OR : Binary.Fn.AND);
    }

    static Value floating(Arguments a) {
        return floating(a.b(), a.x());
    }

    static Value floating(Builder b, Value x) {
        return b.cast(x, Promotion.floating(x.dtype()));
    }

    /** Integers in floating point, those of 64 bits in float64: so some functions have it, unlike the others. */
    private static Value wide(Builder b, Value x) {
        return x.dtype() == DType.INT64 ? b.cast(x, DType.FLOAT64) : floating(b, x);
    }

    private static List<Value> wide(Builder b, List<Value> in) {
        return in.stream().map(v -> wide(b, v)).toList();
    }

    static Value bool(Builder b, Value x) {
        return b.cast(x, DType.BOOL);
    }

    /** bool as int32. */
    static Value numeric(Builder b, Value x) {
        return x.dtype() == DType.BOOL ? b.cast(x, DType.INT32) : x;
    }

    private static List<Value> numeric(Builder b, List<Value> in) {
        return in.stream().map(v -> numeric(b, v)).toList();
    }

    static Value scaled(Builder b, Value x, double factor) {
        return b.binary(Binary.Fn.MUL, x, factor);
    }

    static Value constant(Builder b, Value like, double value) {
        return b.constant(like.dtype(), value);
    }

    static Value not(Builder b, Value x) {
        return x.dtype() == DType.BOOL
                ? b.compare(Compare.Fn.EQ, x, constant(b, x, 0))
                : b.binary(Binary.Fn.XOR, x, constant(b, x, -1));
    }

    static Value isNan(Builder b, Value x) {
        return b.compare(Compare.Fn.NE, x, x);
    }

    private static Value absolute(Builder b, Value x) {
        if (x.dtype().isComplex()) {
            return ComplexNumbers.magnitude(b, x);
        }
        boolean signed = x.dtype().isFloating() || x.dtype().kind() == DType.Kind.SIGNED;
        return signed ? b.unary(Unary.Fn.ABS, x) : x;
    }

    private static Value magnitude(Arguments a, Compare.Fn fn) {
        Value x = floating(a);
        return a.b().compare(fn, a.b().unary(Unary.Fn.ABS, x), constant(a.b(), x, Double.POSITIVE_INFINITY));
    }

    private static Value cbrt(Builder b, Value x) {
        Value root = b.binary(Binary.Fn.POW, b.unary(Unary.Fn.ABS, x), 1.0 / 3);
        return b.times(b.unary(Unary.Fn.SIGN, x), root);
    }

    private static Value clip(Arguments a) {
        Value x = numeric(a.b(), a.x());
        Value low = a.b().constant(x.dtype(), a.number("x_min", Double.NEGATIVE_INFINITY));
        Value high = a.b().constant(x.dtype(), a.number("x_max", Double.POSITIVE_INFINITY));
        return a.b().binary(Binary.Fn.MAX, a.b().binary(Binary.Fn.MIN, x, high), low);
    }

    private static Value divideNoNan(Builder b, List<Value> in) {
        return DivideNoNan.of(b, in.get(0), in.get(1));
    }

    private static Value ignoringNan(Builder b, List<Value> in, Binary.Fn fn) {
        Value x = in.get(0);
        Value y = in.get(1);
        return b.select(isNan(b, x), y, b.select(isNan(b, y), x, b.binary(fn, x, y)));
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

    /** As {@link #isClose}, but infinities are close to themselves. */
    private static Value allClose(Arguments a) {
        List<Value> in = a.strong();
        return a.b().binary(Binary.Fn.OR, isClose(a), a.b().compare(Compare.Fn.EQ, in.get(0), in.get(1)));
    }

    private static Value isClose(Arguments a) {
        Builder b = a.b();
        List<Value> in = a.strong();
        Value x = in.get(0);
        Value y = in.get(1);
        if (!x.dtype().isFloating()) {
            return b.compare(Compare.Fn.EQ, x, y);
        }
        double rtol = a.raw("rtol", 2) instanceof Number n ? n.doubleValue() : 1e-5;
        double atol = a.raw("atol", 3) instanceof Number n ? n.doubleValue() : 1e-8;
        Value allowed = b.plus(scaled(b, b.unary(Unary.Fn.ABS, y), rtol), constant(b, x, atol));
        Value close = b.compare(Compare.Fn.LE, b.unary(Unary.Fn.ABS, b.minus(x, y)), allowed);
        return a.flag("equal_nan")
                ? b.binary(Binary.Fn.OR, close, b.binary(Binary.Fn.AND, isNan(b, x), isNan(b, y)))
                : close;
    }

    /** log(exp(s·x) + exp(s·y)) / s. */
    private static Value logAddExp(Builder b, List<Value> in, double s) {
        Value x = scaled(b, in.get(0), s);
        Value y = scaled(b, in.get(1), s);
        Value distance = b.unary(Unary.Fn.NEG, b.unary(Unary.Fn.ABS, b.minus(x, y)));
        Value sum = b.plus(b.binary(Binary.Fn.MAX, x, y), b.unary(Unary.Fn.LOG1P, b.unary(Unary.Fn.EXP, distance)));
        return scaled(b, sum, 1 / s);
    }

    private static Value nanToNum(Arguments a) {
        Builder b = a.b();
        Value x = a.x();
        if (!x.dtype().isFloating()) {
            return x;
        }
        double most = largest(x.dtype());
        Value inf = constant(b, x, Double.POSITIVE_INFINITY);
        Value low = constant(b, x, Double.NEGATIVE_INFINITY);
        Value y = b.select(isNan(b, x), constant(b, x, a.number("nan", 0)), x);
        y = b.select(b.compare(Compare.Fn.EQ, y, inf), constant(b, x, a.number("posinf", most)), y);
        return b.select(b.compare(Compare.Fn.EQ, y, low), constant(b, x, a.number("neginf", -most)), y);
    }

    /** The largest finite number. */
    /** The least number of a type. */
    static double least(DType dtype) {
        return dtype.isFloating() ? -largest(dtype) : dtype.kind() == DType.Kind.SIGNED ? -largest(dtype) - 1 : 0;
    }

    static double largest(DType dtype) {
        return switch (dtype) {
            case INT8, INT16, INT32, INT64 -> Math.pow(2, dtype.bytes() * 8 - 1) - 1;
            case UINT8, UINT16, UINT32, UINT64 -> Math.pow(2, dtype.bytes() * 8) - 1;
            case FLOAT64 -> Double.MAX_VALUE;
            case FLOAT16 -> 65504;
            case BFLOAT16 -> 0x1.FEp127;
            default -> Float.MAX_VALUE;
        };
    }

    private static Value round(Arguments a) {
        Builder b = a.b();
        Value x = a.x();
        int decimals = a.integer("decimals", 0);
        if (decimals == 0 || decimals > 0 && !x.dtype().isFloating()) {
            return b.unary(Unary.Fn.ROUND, x);
        }
        Value y = floating(b, x);
        Value factor = constant(b, y, Math.pow(10, decimals));
        return b.cast(b.over(b.unary(Unary.Fn.ROUND, b.times(y, factor)), factor), x.dtype());
    }

    private static Value saturateCast(Arguments a) {
        Value x = a.x();
        DType to = a.dtype("dtype", x.dtype());
        if (to.isInteger()) {
            boolean signed = to.kind() == DType.Kind.SIGNED;
            int bits = to.bytes() * 8;
            double low = signed ? -Math.pow(2, bits - 1) : 0;
            double high = Math.pow(2, signed ? bits - 1 : bits) - 1;
            x = a.b().binary(Binary.Fn.MIN, a.b().binary(Binary.Fn.MAX, x, low), high);
        }
        return a.b().cast(x, to);
    }

    private static Value signBit(Arguments a) {
        Value x = numeric(a.b(), a.x());
        Value zero = constant(a.b(), x, 0);
        Value below = a.b().compare(Compare.Fn.LT, x, zero);
        if (!x.dtype().isFloating()) {
            return below;
        }
        Value inverse = a.b().unary(Unary.Fn.RECIPROCAL, x); // of -0 it is -∞
        return a.b().binary(Binary.Fn.OR, below, a.b().compare(Compare.Fn.LT, inverse, zero));
    }

    private static Value sinc(Builder b, Value x) {
        Value none = b.compare(Compare.Fn.EQ, x, constant(b, x, 0));
        Value pi = scaled(b, b.select(none, constant(b, x, 1), x), Math.PI);
        return b.select(none, constant(b, x, 1), b.over(b.unary(Unary.Fn.SIN, pi), pi));
    }

    /** {@code x·2^y} or {@code ⌊x/2^y⌋}, wide enough that 2^y is exact. */
    private static Value shifted(Builder b, List<Value> in, Binary.Fn fn) {
        Value x = b.cast(in.get(0), DType.INT64);
        Value power = b.binary(Binary.Fn.POW, b.constant(DType.INT64, 2), b.cast(in.get(1), DType.INT64));
        return b.cast(b.binary(fn, x, power), in.get(0).dtype());
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

    private static Value trunc(Arguments a) {
        Value x = a.x();
        if (!x.dtype().isFloating()) {
            return x;
        }
        Value below = a.b().compare(Compare.Fn.LT, x, constant(a.b(), x, 0));
        return a.b().select(below, a.b().unary(Unary.Fn.CEIL, x), a.b().unary(Unary.Fn.FLOOR, x));
    }

    private static Value where(Arguments a) {
        if (a.raw("x1", 1) == null || a.raw("x2", 2) == null) {
            throw a.unsupported("a condition alone");
        }
        List<Value> in = a.promoted(List.of(a.raw("x1", 1), a.raw("x2", 2)));
        return a.b().select(bool(a.b(), a.tensor("condition", 0)), in.get(0), in.get(1));
    }
}
