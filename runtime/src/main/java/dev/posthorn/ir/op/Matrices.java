package dev.posthorn.ir.op;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.stream.IntStream;

/** Matrices {@code […×m×n]} in gradients. */
final class Matrices {
    private Matrices() {}

    /** The shape of square matrices, of which one side may be known alone. */
    static Shape square(Shape s) {
        int m = s.dim(-2);
        int n = s.dim(-1);
        if (m != n && m != Shape.UNKNOWN && n != Shape.UNKNOWN) {
            throw new ShapeException("expected square matrices but was " + s);
        }
        int side = m == Shape.UNKNOWN ? n : m;
        return s.with(s.rank() - 1, side).with(s.rank() - 2, side);
    }

    static Value transposed(Builder b, Value x) {
        int rank = x.shape().rank();
        int[] perm = IntStream.range(0, rank).toArray();
        perm[rank - 2] = rank - 1;
        perm[rank - 1] = rank - 2;
        return b.transpose(x, perm);
    }

    /** {@code aᵀ·b}. */
    static Value inner(Builder b, Value x, Value y) {
        return b.add(new MatMul(true, false), x, y);
    }

    /** {@code x·yᵀ}. */
    static Value outer(Builder b, Value x, Value y) {
        return b.add(new MatMul(false, true), x, y);
    }

    /** Whether an element of an n×n matrix stands {@code fn} the diagonal: LT above it, EQ on it, GT below it. */
    static Value where(Builder b, Compare.Fn fn, Dim n) {
        Value count = n.isKnown() ? b.constant(DType.INT32, n.known()) : n.value();
        Value places = b.add(new Iota(DType.INT32), count);
        return b.compare(fn, b.expandDims(places, 1), places);
    }

    /** Vectors {@code […×n]} on the diagonals of matrices. */
    static Value diagonal(Builder b, Value x) {
        Value on = where(b, Compare.Fn.EQ, b.dim(x, -1));
        return b.select(on, b.expandDims(x, -1), b.constant(x.dtype(), 0));
    }

    /** {@code 1/x}, and 0 at 0. */
    static Value reciprocal(Builder b, Value x) {
        return b.over(x, b.binary(Binary.Fn.ADD, b.unary(Unary.Fn.SQUARE, x), 1e-20));
    }

    /** {@code f[i, j] = 1 / (x[j] − x[i])}, 0 on the diagonal. */
    static Value differences(Builder b, Value x) {
        Value f = reciprocal(b, b.minus(b.expandDims(x, -2), b.expandDims(x, -1)));
        return b.select(where(b, Compare.Fn.EQ, b.dim(x, -1)), b.constant(x.dtype(), 0), f);
    }
}
