package dev.posthorn.ir;

import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Cast;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Complex;
import dev.posthorn.ir.op.CumSum;
import dev.posthorn.ir.op.Magnitude;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.ir.op.Part;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.ScatterAdd;
import dev.posthorn.ir.op.SumTo;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Arithmetic of complex numbers, written as that of their real and imaginary parts whenever a {@link Builder} is asked for an
 * op on complex operands: no kernel and no gradient need know of it. Ops that only move elements take complex ones as they
 * are, and are nodes.
 */
public final class ComplexNumbers {
    private ComplexNumbers() {}

    /** {@code x + i·y}. */
    public static Value of(Builder b, Value x, Value y) {
        return b.add(new Complex(), x, y);
    }

    public static Value real(Builder b, Value z) {
        return part(b, z, 0);
    }

    public static Value imaginary(Builder b, Value z) {
        return part(b, z, 1);
    }

    private static Value part(Builder b, Value z, int which) {
        boolean made = z.node().op() instanceof Complex
                && z.shape().isKnown()
                && z.node().input(which).shape().equals(z.shape());
        return made ? z.node().input(which) : b.add(new Part(which == 1), z);
    }

    /** {@code x − i·y}. */
    public static Value conjugate(Builder b, Value z) {
        return z.dtype().isComplex() ? of(b, real(b, z), b.unary(Unary.Fn.NEG, imaginary(b, z))) : z;
    }

    /** {@code s·z}, s real. */
    public static Value scaled(Builder b, Value z, Value s) {
        return of(b, b.times(real(b, z), s), b.times(imaginary(b, z), s));
    }

    public static Value magnitude(Builder b, Value z) {
        return b.add(new Magnitude(), z);
    }

    /** The angle from the real axis, of (−π, π]. */
    public static Value angle(Builder b, Value z) {
        return b.binary(Binary.Fn.ATAN2, imaginary(b, z), real(b, z));
    }

    /** What the op gives, where it is arithmetic of complex numbers; else null. */
    static List<Value> written(Builder b, Op op, List<Value> in) {
        boolean complex = in.stream().anyMatch(v -> v.dtype().isComplex());
        if (op instanceof Cast c && (complex || c.to().isComplex())) {
            return List.of(cast(b, in.get(0), c.to()));
        }
        if (!complex) {
            return null;
        }
        Value first = in.get(0);
        if (op instanceof Unary u) {
            return List.of(new ComplexFunctions(b).of(u.fn(), first));
        } else if (op instanceof Binary f) {
            return List.of(binary(b, f.fn(), first, in.get(1)));
        } else if (op instanceof Compare c) {
            return List.of(compare(b, c.fn(), first, in.get(1)));
        } else if (op instanceof MatMul m) {
            return List.of(product(b, m, first, in.get(1)));
        } else if (op instanceof Reduce r) {
            return List.of(reduce(b, r, first));
        } else if (op instanceof CumSum) {
            return List.of(of(b, b.add(op, real(b, first)), b.add(op, imaginary(b, first))));
        } else if (op instanceof SumTo) {
            return List.of(of(b, b.add(op, real(b, first), in.get(1)), b.add(op, imaginary(b, first), in.get(1))));
        } else if (op instanceof ScatterAdd) {
            Value x = b.add(op, first, real(b, in.get(1)), in.get(2));
            return List.of(of(b, x, b.add(op, first, imaginary(b, in.get(1)), in.get(2))));
        }
        return null;
    }

    private static Value cast(Builder b, Value x, DType to) {
        if (!to.isComplex()) {
            return b.cast(real(b, x), to);
        }
        DType parts = to.real();
        return x.dtype().isComplex()
                ? of(b, b.cast(real(b, x), parts), b.cast(imaginary(b, x), parts))
                : of(b, b.cast(x, parts), b.constant(parts, 0));
    }

    private static Value binary(Builder b, Binary.Fn fn, Value z, Value w) {
        if (z.dtype() != w.dtype()) {
            throw new ShapeException(fn + ": expected operands of one dtype but was " + List.of(z.type(), w.type())
                    + ", at " + b.scope());
        }
        ComplexFunctions f = new ComplexFunctions(b);
        return switch (fn) {
            case ADD -> f.plus(z, w);
            case SUB -> f.minus(z, w);
            case MUL -> f.times(z, w);
            case DIV -> f.over(z, w);
            case POW -> f.power(z, w);
            default ->
                throw new ShapeException(fn + ": expected a function of complex numbers but was none, at " + b.scope());
        };
    }

    private static Value compare(Builder b, Compare.Fn fn, Value z, Value w) {
        if (fn != Compare.Fn.EQ && fn != Compare.Fn.NE) {
            throw new ShapeException(
                    fn + ": expected numbers that have an order but was " + z.type() + ", at " + b.scope());
        }
        Value x = b.compare(fn, real(b, z), real(b, w));
        Value y = b.compare(fn, imaginary(b, z), imaginary(b, w));
        return b.binary(fn == Compare.Fn.EQ ? Binary.Fn.AND : Binary.Fn.OR, x, y);
    }

    private static Value product(Builder b, MatMul op, Value z, Value w) {
        Value x = real(b, z);
        Value y = imaginary(b, z);
        Value u = real(b, w);
        Value v = imaginary(b, w);
        return of(b, b.minus(b.add(op, x, u), b.add(op, y, v)), b.plus(b.add(op, x, v), b.add(op, y, u)));
    }

    private static Value reduce(Builder b, Reduce op, Value z) {
        if (op.fn() == Reduce.Fn.SUM || op.fn() == Reduce.Fn.MEAN) {
            return of(b, b.add(op, real(b, z)), b.add(op, imaginary(b, z)));
        }
        if (op.fn() != Reduce.Fn.PROD) {
            throw new ShapeException(
                    op.fn() + ": expected numbers that have an order but was " + z.type() + ", at " + b.scope());
        }
        Value y = z;
        for (int i = op.axes().size() - 1; i >= 0; i--) {
            int axis = op.axes().get(i);
            int n = z.shape().dim(axis);
            if (n == Shape.UNKNOWN) {
                throw new ShapeException(
                        "PROD: expected a known axis of complex numbers but was " + z.type() + ", at " + b.scope());
            }
            Dim[] dims = b.dims(y);
            dims[axis] = Dim.of(1);
            Value product = b.broadcastTo(b.constant(z.dtype(), 1), dims);
            for (int k = 0; k < n; k++) {
                product = b.times(product, b.slice(y, axis, k, k + 1));
            }
            y = op.keepDims() ? product : b.squeeze(product, axis);
        }
        return y;
    }
}
