package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.Supplier;

/** {@code z[…] = fn(x[…], y[…])} with NumPy broadcasting; both of one dtype. Source: the TensorFlow op of that name. */
public record Binary(Fn fn) implements Op.Single {
    /** The functions: one line each. AND, OR, XOR are bitwise on integers and logical on bool. */
    public enum Fn {
        ADD(Double::sum, Long::sum),
        SUB((x, y) -> x - y, (x, y) -> x - y),
        MUL((x, y) -> x * y, (x, y) -> x * y),
        /** On integers truncates toward zero. */
        DIV((x, y) -> x / y, (x, y) -> x / y),
        /** On floating-point numbers {@code ⌊z⌋} of the quotient z as it is rounded to the operands' type. */
        FLOOR_DIV((x, y) -> Math.floor(x / y), Math::floorDiv),
        /** The remainder that has the sign of y. */
        FLOOR_MOD(Binary::floorMod, Math::floorMod),
        /** The remainder that has the sign of x. */
        REM((x, y) -> x % y, (x, y) -> x % y),
        POW(Math::pow, Binary::power),
        MAX(Math::max, Math::max),
        MIN(Math::min, Math::min),
        ATAN2(Math::atan2, null),
        AND(null, (x, y) -> x & y),
        OR(null, (x, y) -> x | y),
        XOR(null, (x, y) -> x ^ y);

        private final DoubleBinaryOperator real;
        private final LongBinaryOperator integer;

        Fn(DoubleBinaryOperator real, LongBinaryOperator integer) {
            this.real = real;
            this.integer = integer;
        }

        public double apply(double x, double y) {
            return real.applyAsDouble(x, y);
        }

        public long applyAsLong(long x, long y) {
            return integer.applyAsLong(x, y);
        }

        /** On integers of 64 bits without a sign. */
        private LongBinaryOperator unsigned() {
            return switch (this) {
                case DIV, FLOOR_DIV -> Long::divideUnsigned;
                case FLOOR_MOD, REM -> Long::remainderUnsigned;
                case MAX -> (x, y) -> Long.compareUnsigned(x, y) > 0 ? x : y;
                case MIN -> (x, y) -> Long.compareUnsigned(x, y) < 0 ? x : y;
                default -> integer;
            };
        }

        private boolean takes(DType dtype) {
            boolean bitwise = real == null;
            return dtype.isFloating() ? !bitwise : dtype.isInteger() ? integer != null : dtype == DType.BOOL && bitwise;
        }
    }

    private static double floorMod(double x, double y) {
        double r = x % y;
        return r != 0 && r < 0 != y < 0 ? r + y : r;
    }

    private static long power(long x, long y) {
        long r = 1;
        for (long e = y, base = x; e > 0; e >>= 1, base *= base) {
            r = (e & 1) != 0 ? r * base : r;
        }
        return y >= 0 ? r : x == 1 ? 1 : x == -1 ? (y & 1) == 0 ? 1 : -1 : 0;
    }

    @Override
    public String name() {
        return fn.name();
    }

    @Override
    public TensorType type(Operands in) {
        DType dtype = in.count(2).sameDType();
        if (!fn.takes(dtype)) {
            throw new ShapeException("expected operands that " + fn + " takes but was " + in.types());
        }
        return new TensorType(dtype, Shape.broadcast(in.shape(0), in.shape(1)));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        Tensor y = in.get(1);
        Tensor z = Tensor.zeros(out);
        int[] xi = Index.broadcast(x.shape(), out.shape());
        int[] yi = Index.broadcast(y.shape(), out.shape());
        boolean floating = out.dtype().isFloating();
        LongBinaryOperator whole = out.dtype() == DType.UINT64 ? fn.unsigned() : fn.integer;
        for (int i = 0; i < xi.length; i++) {
            if (floating) {
                z.setDouble(i, (fn == Fn.FLOOR_DIV ? Fn.DIV : fn).apply(x.getDouble(xi[i]), y.getDouble(yi[i])));
                if (fn == Fn.FLOOR_DIV) {
                    z.setDouble(i, Math.floor(z.getDouble(i)));
                }
            } else {
                z.setLong(i, whole.applyAsLong(x.getLong(xi[i]), y.getLong(yi[i])));
            }
        }
        return z;
    }

    @Override
    public String toString() {
        return fn.name();
    }

    /** Equal operands of MAX and MIN give all to x; POW gives nothing to the exponent where x ≤ 0, as in TensorFlow. */
    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        Value x = g.in(0);
        Value y = g.in(1);
        Value dy = g.dy();
        switch (fn) {
            case ADD -> both(g, () -> dy, () -> dy);
            case SUB -> both(g, () -> dy, () -> b.unary(Unary.Fn.NEG, dy));
            case MUL -> both(g, () -> b.times(dy, y), () -> b.times(dy, x));
            case DIV -> both(g, () -> b.over(dy, y), () -> b.times(dy, b.over(b.over(b.unary(Unary.Fn.NEG, x), y), y)));
            case FLOOR_MOD -> both(g, () -> dy, () -> b.unary(Unary.Fn.NEG, b.times(dy, b.binary(Fn.FLOOR_DIV, x, y))));
            case REM -> both(g, () -> dy, () -> b.unary(Unary.Fn.NEG, b.times(dy, b.over(b.minus(x, g.out()), y))));
            case POW ->
                both(g, () -> b.times(b.times(dy, y), b.binary(Fn.POW, x, b.binary(Fn.SUB, y, 1))), () -> {
                    Value positive = b.compare(Compare.Fn.GT, x, b.constant(x.dtype(), 0));
                    Value log = b.unary(Unary.Fn.LOG, b.select(positive, x, b.constant(x.dtype(), 1)));
                    return b.times(b.times(dy, g.out()), log);
                });
            case MAX, MIN -> {
                Value zero = b.constant(dy.dtype(), 0);
                Value first = b.compare(fn == Fn.MAX ? Compare.Fn.GE : Compare.Fn.LE, x, y);
                both(g, () -> b.select(first, dy, zero), () -> b.select(first, zero, dy));
            }
            case ATAN2 -> {
                Value scale = b.over(dy, b.plus(b.unary(Unary.Fn.SQUARE, x), b.unary(Unary.Fn.SQUARE, y)));
                both(g, () -> b.times(y, scale), () -> b.unary(Unary.Fn.NEG, b.times(x, scale)));
            }
            default -> g.none();
        }
    }

    private static void both(Adjoint g, Supplier<Value> dx, Supplier<Value> dy) {
        g.to(0, dx);
        g.to(1, dy);
    }
}
