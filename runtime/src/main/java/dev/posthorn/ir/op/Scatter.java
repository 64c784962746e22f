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
import java.util.Arrays;
import java.util.List;

/**
 * Rows put into x one after the other: {@code x[n×r…], i[k], u[k×r…] → y[n×r…]}, y = x, then
 * {@code y[i[j]] = fn(y[i[j]], u[j])} for j = 0 … k-1.
 *
 * <p>(C1) integer indices in [0, n). (C2) one dtype, numeric unless fn is SET; ADD puts texts one behind the other. Source: TF TensorScatterUpdate,
 * UnsortedSegmentSum and kin.
 */
public record Scatter(Fn fn) implements Op.Single {
    /** What becomes of a row and its update. */
    public enum Fn {
        SET,
        ADD,
        MUL,
        MAX,
        MIN
    }

    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(3).type(0);
        boolean numeric = x.dtype().isFloating() || x.dtype().isInteger() || fn == Fn.ADD && x.dtype() == DType.STRING;
        if (in.dtype(2) != x.dtype() || !in.dtype(1).isInteger() || fn != Fn.SET && !numeric) { // (C2)
            throw new ShapeException("expected rows of one dtype and integers but was " + in.types());
        }
        Shape row = x.shape().slice(1, x.shape().rank());
        if (in.shape(1).rank() != 1 || !row.insert(0, in.shape(1).dim(0)).accepts(in.shape(2))) {
            Shape.merge(row.insert(0, in.shape(1).dim(0)), in.shape(2));
        }
        return x;
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor indices = in.get(1);
        Tensor updates = in.get(2);
        Tensor y = Tensor.zeros(out);
        int n = out.shape().dim(0);
        int row = out.shape().size(1, out.shape().rank());
        for (int i = 0; i < y.size(); i++) {
            Copy.element(in.get(0), i, y, i);
        }
        for (int j = 0; j < indices.size(); j++) {
            long at = indices.getLong(j);
            if (at < 0 || at >= n) { // (C1)
                throw new ShapeException("expected indices in [0, " + n + ") but was " + at + " (element " + j + ")");
            }
            for (int k = 0; k < row; k++) {
                int to = (int) at * row + k;
                if (fn == Fn.SET) {
                    Copy.element(updates, j * row + k, y, to);
                } else if (out.dtype() == DType.STRING) {
                    append(y.byteStrings(), to, updates.byteStrings()[j * row + k]);
                } else if (out.dtype().isFloating()) {
                    y.setDouble(to, real(y.getDouble(to), updates.getDouble(j * row + k)));
                } else {
                    y.setLong(to, whole(y.getLong(to), updates.getLong(j * row + k)));
                }
            }
        }
        return y;
    }

    /**
     * dy reaches u where it was put; x where nothing replaced it. Of updates of one row by SET each gets its
     * derivative, as in TensorFlow.
     */
    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        switch (fn) {
            case SET -> g.to(0, () -> b.add(this, g.dy(), g.in(1), Adjoint.zeros(b, g.in(2))));
            case ADD -> g.to(0, g::dy);
            case MUL -> {
                g.to(
                        0,
                        () -> b.times(
                                g.dy(),
                                b.add(
                                        this,
                                        b.broadcastTo(b.constant(g.in(0).dtype(), 1), b.dims(g.in(0))),
                                        g.in(1),
                                        g.in(2))));
                g.to(2, () -> b.times(b.gather(g.dy(), g.in(1), 0), others(g)));
                return;
            }
            default -> {
                // Those that became the extreme share dy.
                Value kept = equal(b, g.in(0), g.out());
                Value put = equal(b, g.in(2), b.gather(g.out(), g.in(1), 0));
                Value each = b.over(g.dy(), b.add(new Scatter(Fn.ADD), kept, g.in(1), put));
                g.to(0, () -> b.times(kept, each));
                g.to(2, () -> b.times(put, b.gather(each, g.in(1), 0)));
                return;
            }
        }
        g.to(2, () -> b.gather(g.dy(), g.in(1), 0));
    }

    /** The product of y's other factors, for each u: what is left without one 0, and 0 where there are more. */
    private static Value others(Adjoint g) {
        Builder b = g.builder();
        Value u = g.in(2);
        Value zero = b.constant(u.dtype(), 0);
        Value one = b.constant(u.dtype(), 1);
        Value isZero = b.compare(Compare.Fn.EQ, u, zero);
        Value filled = b.select(isZero, one, u);
        Value rest = b.gather(b.add(new Scatter(Fn.MUL), g.in(0), g.in(1), filled), g.in(1), 0);
        Value zeros = b.add(new Scatter(Fn.ADD), Adjoint.zeros(b, g.in(0)), g.in(1), b.cast(isZero, u.dtype()));
        Value count = b.gather(zeros, g.in(1), 0);
        Value alone = b.compare(Compare.Fn.EQ, count, b.cast(isZero, u.dtype()));
        return b.select(alone, b.over(rest, filled), zero);
    }

    private static Value equal(Builder b, Value x, Value y) {
        return b.cast(b.compare(Compare.Fn.EQ, x, y), x.dtype());
    }

    private static void append(byte[][] texts, int at, byte[] more) {
        byte[] both = Arrays.copyOf(texts[at], texts[at].length + more.length);
        System.arraycopy(more, 0, both, texts[at].length, more.length);
        texts[at] = both;
    }

    private double real(double y, double u) {
        return switch (fn) {
            case ADD -> y + u;
            case MUL -> y * u;
            case MAX -> y < u ? u : y;
            default -> u < y ? u : y;
        };
    }

    private long whole(long y, long u) {
        return switch (fn) {
            case ADD -> y + u;
            case MUL -> y * u;
            case MAX -> Math.max(y, u);
            default -> Math.min(y, u);
        };
    }
}
