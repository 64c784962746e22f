package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * {@code y[…] = fn(x[…])}, element by element; x numeric. Source: the TensorFlow op of the same name, also for the gradient
 * at kinks: {@code relu'(0) = abs'(0) = 0}.
 */
public record Unary(Fn fn) implements Op.Single {
    /** {@code dx = dy · fn'(x)}. */
    @FunctionalInterface
    private interface Derivative {
        Value of(Builder b, Value x, Value y, Value dy);
    }

    /**
     * The functions: one line each. Those without an integer form take floating-point operands only; those without a
     * derivative are steps.
     */
    public enum Fn {
        ABS(Math::abs, Math::abs, (b, x, y, dy) -> b.times(dy, sign(b, x))),
        NEG(x -> -x, x -> -x, (b, x, y, dy) -> negative(b, dy)),
        SIGN(Math::signum, Long::signum, null),
        SQUARE(x -> x * x, x -> x * x, (b, x, y, dy) -> b.times(dy, b.binary(Binary.Fn.MUL, x, 2))),
        RELU(x -> x > 0 || Double.isNaN(x) ? x : 0, x -> Math.max(x, 0), (b, x, y, dy) -> whereAboveZero(b, y, dy)),
        CEIL(Math::ceil, x -> x, null),
        FLOOR(Math::floor, x -> x, null),
        /** To the nearest integer, ties to even. */
        ROUND(Math::rint, x -> x, null),
        EXP(Math::exp, (b, x, y, dy) -> b.times(dy, y)),
        EXPM1(Math::expm1, (b, x, y, dy) -> b.times(dy, b.unary(Fn.EXP, x))),
        LOG(Math::log, (b, x, y, dy) -> b.over(dy, x)),
        LOG1P(Math::log1p, (b, x, y, dy) -> b.over(dy, b.binary(Binary.Fn.ADD, x, 1))),
        SQRT(Math::sqrt, (b, x, y, dy) -> b.over(b.binary(Binary.Fn.MUL, dy, 0.5), y)),
        RSQRT(x -> 1 / Math.sqrt(x), (b, x, y, dy) -> b.times(b.binary(Binary.Fn.MUL, dy, -0.5), cube(b, y))),
        RECIPROCAL(x -> 1 / x, (b, x, y, dy) -> b.times(negative(b, dy), b.unary(Fn.SQUARE, y))),
        SIN(Math::sin, (b, x, y, dy) -> b.times(dy, cos(b, x))),
        COS(Math::cos, (b, x, y, dy) -> b.times(negative(b, dy), b.unary(Fn.SIN, x))),
        TAN(Math::tan, (b, x, y, dy) -> b.over(dy, b.unary(Fn.SQUARE, b.unary(Fn.COS, x)))),
        ASIN(Math::asin, (b, x, y, dy) -> b.over(dy, b.unary(Fn.SQRT, oneMinusSquare(b, x)))),
        ACOS(Math::acos, (b, x, y, dy) -> b.over(negative(b, dy), b.unary(Fn.SQRT, oneMinusSquare(b, x)))),
        ATAN(Math::atan, (b, x, y, dy) -> b.over(dy, b.binary(Binary.Fn.ADD, b.unary(Fn.SQUARE, x), 1))),
        SINH(Math::sinh, (b, x, y, dy) -> b.times(dy, cosh(b, x))),
        COSH(Math::cosh, (b, x, y, dy) -> b.times(dy, b.unary(Fn.SINH, x))),
        TANH(Math::tanh, (b, x, y, dy) -> b.times(dy, oneMinusSquare(b, y))),
        ASINH(SpecialFunctions::asinh, (b, x, y, dy) -> b.over(dy, b.unary(Fn.COSH, y))),
        ACOSH(SpecialFunctions::acosh, (b, x, y, dy) -> b.over(dy, b.unary(Fn.SINH, y))),
        ATANH(SpecialFunctions::atanh, (b, x, y, dy) -> b.over(dy, oneMinusSquare(b, x))),
        /** 1 / (1 + exp(-x)). */
        SIGMOID(
                x -> 1 / (1 + Math.exp(-x)),
                (b, x, y, dy) -> b.times(dy, b.times(y, b.minus(b.constant(y.dtype(), 1), y)))),
        /** log(1 + exp(x)). */
        SOFTPLUS(
                x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
                (b, x, y, dy) -> b.times(dy, b.unary(Fn.SIGMOID, x))),
        ERF(SpecialFunctions::erf, (b, x, y, dy) -> b.times(dy, bell(b, x, 2 / Math.sqrt(Math.PI)))),
        ERFC(SpecialFunctions::erfc, (b, x, y, dy) -> b.times(dy, bell(b, x, -2 / Math.sqrt(Math.PI))));

        private final DoubleUnaryOperator real;
        private final LongUnaryOperator integer;
        private final Derivative derivative;

        Fn(DoubleUnaryOperator real, Derivative derivative) {
            this(real, null, derivative);
        }

        Fn(DoubleUnaryOperator real, LongUnaryOperator integer, Derivative derivative) {
            this.real = real;
            this.integer = integer;
            this.derivative = derivative;
        }

        public double apply(double x) {
            return real.applyAsDouble(x);
        }

        public long applyAsLong(long x) {
            return integer.applyAsLong(x);
        }
    }

    @Override
    public String name() {
        return fn.name();
    }

    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(1).type(0);
        if (!x.dtype().isFloating() && !(x.dtype().isInteger() && fn.integer != null)) {
            throw new ShapeException(
                    "expected a " + (fn.integer == null ? "floating-point" : "real") + " operand but was " + x);
        }
        return x;
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        Tensor y = Tensor.zeros(out);
        boolean floating = out.dtype().kind() == DType.Kind.FLOAT;
        for (int i = 0, n = y.size(); i < n; i++) {
            if (floating) {
                y.setDouble(i, fn.real.applyAsDouble(x.getDouble(i)));
            } else {
                y.setLong(i, fn.integer.applyAsLong(x.getLong(i)));
            }
        }
        return y;
    }

    @Override
    public String toString() {
        return fn.name();
    }

    @Override
    public void gradient(Adjoint g) {
        if (fn.derivative == null) {
            g.none();
        } else {
            g.to(0, () -> fn.derivative.of(g.builder(), g.in(0), g.out(), g.dy()));
        }
    }

    /** y is above zero where x is; x need not be kept. */
    private static Value whereAboveZero(Builder b, Value y, Value dy) {
        return b.select(b.compare(Compare.Fn.GT, y, b.constant(y.dtype(), 0)), dy, b.constant(dy.dtype(), 0));
    }

    private static Value sign(Builder b, Value x) {
        return b.unary(Fn.SIGN, x);
    }

    private static Value negative(Builder b, Value x) {
        return b.unary(Fn.NEG, x);
    }

    private static Value cos(Builder b, Value x) {
        return b.unary(Fn.COS, x);
    }

    private static Value cosh(Builder b, Value x) {
        return b.unary(Fn.COSH, x);
    }

    private static Value cube(Builder b, Value y) {
        return b.times(y, b.unary(Fn.SQUARE, y));
    }

    private static Value oneMinusSquare(Builder b, Value x) {
        return b.minus(b.constant(x.dtype(), 1), b.unary(Fn.SQUARE, x));
    }

    private static Value bell(Builder b, Value x, double factor) {
        return b.binary(Binary.Fn.MUL, b.unary(Fn.EXP, b.unary(Fn.NEG, b.unary(Fn.SQUARE, x))), factor);
    }
}
