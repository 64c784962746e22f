package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongUnaryOperator;

/** {@code y[…] = fn(x[…])}, element by element; x numeric. Source: the TensorFlow op of the same name. */
public record Unary(Fn fn) implements Op.Single {
    /** The functions: one line each. Those without an integer form take floating-point operands only. */
    public enum Fn {
        ABS(Math::abs, Math::abs),
        NEG(x -> -x, x -> -x),
        SIGN(Math::signum, Long::signum),
        SQUARE(x -> x * x, x -> x * x),
        RELU(x -> x > 0 || Double.isNaN(x) ? x : 0, x -> Math.max(x, 0)),
        CEIL(Math::ceil, x -> x),
        FLOOR(Math::floor, x -> x),
        /** To the nearest integer, ties to even. */
        ROUND(Math::rint, x -> x),
        EXP(Math::exp),
        EXPM1(Math::expm1),
        LOG(Math::log),
        LOG1P(Math::log1p),
        SQRT(Math::sqrt),
        RSQRT(x -> 1 / Math.sqrt(x)),
        RECIPROCAL(x -> 1 / x),
        SIN(Math::sin),
        COS(Math::cos),
        TAN(Math::tan),
        ASIN(Math::asin),
        ACOS(Math::acos),
        ATAN(Math::atan),
        SINH(Math::sinh),
        COSH(Math::cosh),
        TANH(Math::tanh),
        ASINH(SpecialFunctions::asinh),
        ACOSH(SpecialFunctions::acosh),
        ATANH(SpecialFunctions::atanh),
        /** 1 / (1 + exp(-x)). */
        SIGMOID(x -> 1 / (1 + Math.exp(-x))),
        /** log(1 + exp(x)). */
        SOFTPLUS(x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
        ERF(SpecialFunctions::erf),
        ERFC(SpecialFunctions::erfc);

        private final DoubleUnaryOperator real;
        private final LongUnaryOperator integer;

        Fn(DoubleUnaryOperator real) {
            this(real, null);
        }

        Fn(DoubleUnaryOperator real, LongUnaryOperator integer) {
            this.real = real;
            this.integer = integer;
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
}
