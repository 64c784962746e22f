package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.ComparisonOperations.isNan;
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
import dev.posthorn.ir.op.Unary;
import java.util.List;
import java.util.Map;

/** Operations element by element. Source: keras/src/backend/tensorflow/numpy.py, math.py, core.py. */
final class ElementwiseOperations {
    static final Map<String, Operation> ALL = Map.ofEntries(
            Map.entry("Absolute", of(a -> absolute(a.b(), a.x()))),
            Map.entry("Add", of(a -> arithmetic(a.b(), a.weak(), Binary.Fn.ADD))),
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
            Map.entry("ConvertToTensor", of(a -> a.b().cast(a.x(), a.dtype("dtype", a.x().dtype())))),
            Map.entry("Copy", of(Arguments::x)),
            Map.entry("Cos", unary(Unary.Fn.COS)),
            Map.entry("Cosh", unary(Unary.Fn.COSH)),
            Map.entry("Deg2rad", of(a -> scaled(a.b(), wide(a.b(), a.x()), Math.PI / 180))),
            Map.entry("Divide", of(a -> binary(a.b(), a.weak(Promotion.Kind.FLOAT), Binary.Fn.DIV))),
            Map.entry("DivideNoNan", of(a -> divideNoNan(a.b(), a.weak(Promotion.Kind.FLOAT)))),
            Map.entry("Erf", unary(Unary.Fn.ERF)),
            Map.entry("Erfc", unary(Unary.Fn.ERFC)),
            Map.entry("Erfinv", of(a -> a.b().add(new ErfInv(), floating(a)))),
            Map.entry("Exp", unary(Unary.Fn.EXP)),
            Map.entry("Expm1", unary(Unary.Fn.EXPM1)),
            Map.entry("Fabs", of(a -> a.b().unary(Unary.Fn.ABS, floating(a)))),
            Map.entry("FloorDivide", of(a -> binary(a.b(), a.weak(), Binary.Fn.FLOOR_DIV))),
            Map.entry("Fmax", of(a -> ignoringNan(a.b(), a.weak(), Binary.Fn.MAX))),
            Map.entry("Fmin", of(a -> ignoringNan(a.b(), a.weak(), Binary.Fn.MIN))),
            Map.entry("Fmod", of(a -> binary(a.b(), numeric(a.b(), a.strong()), Binary.Fn.REM))),
            Map.entry("Identity", of(Arguments::x)),
            Map.entry("LeftShift", of(a -> shifted(a.b(), a.strong(), Binary.Fn.MUL))),
            Map.entry("Log", unary(Unary.Fn.LOG)),
            Map.entry("Log10", of(a -> scaled(a.b(), a.b().unary(Unary.Fn.LOG, floating(a)), 1 / Math.log(10)))),
            Map.entry("Log1p", unary(Unary.Fn.LOG1P)),
            Map.entry("Log2", of(a -> scaled(a.b(), a.b().unary(Unary.Fn.LOG, floating(a)), 1 / Math.log(2)))),
            Map.entry("Maximum", of(a -> binary(a.b(), a.weak(), Binary.Fn.MAX))),
            Map.entry("Minimum", of(a -> binary(a.b(), a.weak(), Binary.Fn.MIN))),
            Map.entry("Mod", of(a -> binary(a.b(), numeric(a.b(), a.strong()), Binary.Fn.FLOOR_MOD))),
            Map.entry("Multiply", of(a -> arithmetic(a.b(), a.weak(), Binary.Fn.MUL))),
            Map.entry("Negative", same(Unary.Fn.NEG)),
            Map.entry("Power", of(a -> binary(a.b(), a.weak(), Binary.Fn.POW))),
            Map.entry("Rad2deg", of(a -> scaled(a.b(), wide(a.b(), a.x()), 180 / Math.PI))),
            Map.entry("Reciprocal", unary(Unary.Fn.RECIPROCAL)),
            Map.entry("Relu", same(Unary.Fn.RELU)),
            Map.entry("RightShift", of(a -> shifted(a.b(), a.strong(), Binary.Fn.FLOOR_DIV))),
            Map.entry("Rsqrt", unary(Unary.Fn.RSQRT)),
            Map.entry("Sigmoid", unary(Unary.Fn.SIGMOID)),
            Map.entry("Sign", same(Unary.Fn.SIGN)),
            Map.entry("Sin", unary(Unary.Fn.SIN)),
            Map.entry("Sinh", unary(Unary.Fn.SINH)),
            Map.entry("Softplus", unary(Unary.Fn.SOFTPLUS)),
            Map.entry("Sqrt", unary(Unary.Fn.SQRT)),
            Map.entry("Square", of(a -> a.b().unary(Unary.Fn.SQUARE, numeric(a.b(), a.x())))),
            Map.entry("StopGradient", of(a -> a.b().add(new StopGradient(), a.x()))),
            Map.entry("Subtract", of(a -> binary(a.b(), a.weak(), Binary.Fn.SUB))),
            Map.entry("Tan", unary(Unary.Fn.TAN)),
            Map.entry("Tanh", unary(Unary.Fn.TANH)),
            Map.entry("TrueDivide", of(a -> binary(a.b(), a.weak(Promotion.Kind.FLOAT), Binary.Fn.DIV))),
            Map.entry("Where", of(ElementwiseOperations::where)));

    private ElementwiseOperations() {}

    /** A function that computes in floating point. */
    static Operation unary(Unary.Fn fn) {
        return of(a -> a.b().unary(fn, floating(a)));
    }

    /** A function that keeps the type. */
    private static Operation same(Unary.Fn fn) {
        return of(a -> a.b().unary(fn, a.x()));
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
    static Value wide(Builder b, Value x) {
        return x.dtype() == DType.INT64 ? b.cast(x, DType.FLOAT64) : floating(b, x);
    }

    static List<Value> wide(Builder b, List<Value> in) {
        return in.stream().map(v -> wide(b, v)).toList();
    }

    static Value bool(Builder b, Value x) {
        return b.cast(x, DType.BOOL);
    }

    /** bool as int32. */
    static Value numeric(Builder b, Value x) {
        return x.dtype() == DType.BOOL ? b.cast(x, DType.INT32) : x;
    }

    static List<Value> numeric(Builder b, List<Value> in) {
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

    private static Value absolute(Builder b, Value x) {
        if (x.dtype().isComplex()) {
            return ComplexNumbers.magnitude(b, x);
        }
        boolean signed = x.dtype().isFloating() || x.dtype().kind() == DType.Kind.SIGNED;
        return signed ? b.unary(Unary.Fn.ABS, x) : x;
    }

    static Value divideNoNan(Builder b, List<Value> in) {
        return DivideNoNan.of(b, in.get(0), in.get(1));
    }

    private static Value ignoringNan(Builder b, List<Value> in, Binary.Fn fn) {
        Value x = in.get(0);
        Value y = in.get(1);
        return b.select(isNan(b, x), y, b.select(isNan(b, y), x, b.binary(fn, x, y)));
    }

    /** {@code x·2^y} or {@code ⌊x/2^y⌋}, wide enough that 2^y is exact. */
    private static Value shifted(Builder b, List<Value> in, Binary.Fn fn) {
        Value x = b.cast(in.get(0), DType.INT64);
        Value power = b.binary(Binary.Fn.POW, b.constant(DType.INT64, 2), b.cast(in.get(1), DType.INT64));
        return b.cast(b.binary(fn, x, power), in.get(0).dtype());
    }

    private static Value where(Arguments a) {
        if (a.raw("x1", 1) == null || a.raw("x2", 2) == null) {
            throw a.unsupported("a condition alone");
        }
        List<Value> in = a.promoted(List.of(a.raw("x1", 1), a.raw("x2", 2)));
        return a.b().select(bool(a.b(), a.tensor("condition", 0)), in.get(0), in.get(1));
    }
}
