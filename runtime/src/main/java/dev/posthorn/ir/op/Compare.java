package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.Arrays;
import java.util.List;

/** {@code z[…] = x[…] fn y[…]} as bool, with broadcasting; NaN compares unequal. EQ and NE also take strings. */
public record Compare(Fn fn) implements Op.Single {
    /** The relations. */
    public enum Fn {
        EQ,
        NE,
        LT,
        LE,
        GT,
        GE
    }

    @Override
    public String name() {
        return fn.name();
    }

    @Override
    public TensorType type(Operands in) {
        DType dtype = in.count(2).sameDType();
        boolean ordered = dtype.isFloating() || dtype.isInteger();
        boolean equality = fn == Fn.EQ || fn == Fn.NE;
        if (!ordered && !(equality && (dtype == DType.BOOL || dtype == DType.STRING))) {
            throw new ShapeException("expected operands that " + fn + " takes but was " + in.types());
        }
        return new TensorType(DType.BOOL, Shape.broadcast(in.shape(0), in.shape(1)));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        Tensor y = in.get(1);
        Tensor z = Tensor.zeros(out);
        int[] xi = Index.broadcast(x.shape(), out.shape());
        int[] yi = Index.broadcast(y.shape(), out.shape());
        for (int i = 0; i < xi.length; i++) {
            z.bytes()[i] = (byte) (holds(x, xi[i], y, yi[i]) ? 1 : 0);
        }
        return z;
    }

    private boolean holds(Tensor x, int i, Tensor y, int j) {
        if (x.dtype() == DType.STRING) {
            return Arrays.equals(x.byteStrings()[i], y.byteStrings()[j]) == (fn == Fn.EQ);
        }
        if (x.dtype().isFloating()) {
            double a = x.getDouble(i);
            double b = y.getDouble(j);
            return switch (fn) {
                case EQ -> a == b;
                case NE -> a != b;
                case LT -> a < b;
                case LE -> a <= b;
                case GT -> a > b;
                case GE -> a >= b;
            };
        }
        int order = order(x.dtype(), x.getLong(i), y.getLong(j));
        return switch (fn) {
            case EQ -> order == 0;
            case NE -> order != 0;
            case LT -> order < 0;
            case LE -> order <= 0;
            case GT -> order > 0;
            case GE -> order >= 0;
        };
    }

    /** The order of two integers. */
    static int order(DType dtype, long x, long y) {
        return dtype == DType.UINT64 ? Long.compareUnsigned(x, y) : Long.compare(x, y);
    }

    @Override
    public String toString() {
        return fn.name();
    }
}
