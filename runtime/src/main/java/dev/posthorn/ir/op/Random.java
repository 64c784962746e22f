package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;
import java.util.Set;

/**
 * Random numbers that follow from their operands alone: {@code shape[n], key[1], counter[2] → y[shape]}, and for {@code
 * UNIFORM_INT} the scalars {@code least, end} of y's type too. The generator is {@link Philox}; {@link RandomKey} makes key
 * and counter. No gradient flows.
 *
 * <p>(C1) least is below end. Uniform numbers and integers are TensorFlow's bit by bit; normal ones of float32 and less may
 * differ in their last bits, for the logarithm, sine and cosine of C's library are not correctly rounded. Source: TF
 * StatelessRandomUniformV2, StatelessRandomNormalV2, StatelessTruncatedNormalV2, StatelessRandomUniformIntV2,
 * StatelessRandomUniformFullIntV2.
 */
public record Random(Distribution distribution, DType dtype) implements Op.Single {
    /** How numbers are distributed. */
    public enum Distribution {
        /** Over [0, 1). */
        UNIFORM,
        /** Around 0 with variance 1. */
        NORMAL,
        /** The same, where less than 2 from 0. */
        TRUNCATED_NORMAL,
        /** Over [least, end). */
        UNIFORM_INT,
        /** Over all values of the type. */
        FULL_INT
    }

    private static final Set<DType> INTEGERS = Set.of(DType.INT32, DType.INT64, DType.UINT32, DType.UINT64);

    /** Draws that each group of truncated numbers has for its own. */
    private static final int RESERVED = 256;

    @Override
    public TensorType type(Operands in) {
        boolean bounded = distribution == Distribution.UNIFORM_INT;
        boolean full = distribution == Distribution.FULL_INT;
        if (!(bounded || full ? INTEGERS.contains(dtype) : dtype.isFloating())) {
            throw new ShapeException("expected a type of numbers that are " + distribution + " but was " + dtype);
        }
        in.count(bounded ? 5 : 3);
        if (in.dtype(1) != DType.UINT64 || in.dtype(2) != DType.UINT64) {
            throw new ShapeException(
                    "expected a key and a counter of uint64 but was " + in.type(1) + ", " + in.type(2));
        }
        if (!in.shape(1).accepts(Shape.of(1)) || !in.shape(2).accepts(Shape.of(2))) {
            throw new ShapeException("expected a key[1] and a counter[2] but was " + in.type(1) + ", " + in.type(2));
        }
        for (int i = 3; i < in.size(); i++) {
            if (in.dtype(i) != dtype || !in.shape(i).accepts(Shape.SCALAR)) {
                throw new ShapeException("expected a bound that is a scalar of " + dtype + " but was " + in.type(i));
            }
        }
        return new TensorType(dtype, in.shapeValue(0));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        long[] counter = in.get(2).longs();
        Philox source = new Philox(in.get(1).longs()[0], counter[0], counter[1]);
        Tensor y = Tensor.zeros(out);
        switch (distribution) {
            case UNIFORM -> uniform(source, y);
            case NORMAL -> normal(source, y);
            case TRUNCATED_NORMAL -> {
                for (int from = 0, group = 0; from < y.size(); from += group(), group++) {
                    Philox own = new Philox(in.get(1).longs()[0], counter[0], counter[1]);
                    truncated(own.skip((long) group * group() * RESERVED / 4), y, from);
                }
            }
            case UNIFORM_INT ->
                integers(source, y, in.get(3).getLong(0), in.get(4).getLong(0));
            case FULL_INT -> integers(source, y, 0, 0);
        }
        return y;
    }

    /** Numbers of this type that one draw gives. */
    private int group() {
        return dtype.bytes() == 8 ? 2 : 4;
    }

    private void uniform(Philox source, Tensor y) {
        for (int from = 0; from < y.size(); from += group()) {
            int[] r = source.next();
            for (int i = 0; i < group() && from + i < y.size(); i++) {
                double value = switch (dtype) {
                    case FLOAT64 -> Philox.unit(r[2 * i], r[2 * i + 1]);
                    case FLOAT16 -> (r[i] & 0x3ff) / 1024.0;
                    case BFLOAT16 -> (r[i] & 0x7f) / 128.0;
                    default -> Philox.unit(r[i]);
                };
                y.setDouble(from + i, value);
            }
        }
    }

    private void normal(Philox source, Tensor y) {
        double[] two = new double[2];
        for (int from = 0; from < y.size(); from += group()) {
            int[] r = source.next();
            for (int i = 0; i < group() && from + i < y.size(); i += 2) {
                two(r, i, two);
                y.setDouble(from + i, two[0]);
                if (from + i + 1 < y.size()) {
                    y.setDouble(from + i + 1, two[1]);
                }
            }
        }
    }

    /** A pair, of the numbers from {@code i} of the four; of all of them where it is a pair of doubles. */
    private void two(int[] r, int i, double[] two) {
        if (dtype == DType.FLOAT64) {
            Philox.normal(r[0], r[1], r[2], r[3], two);
        } else {
            Philox.normal(r[i], r[i + 1], two);
        }
    }

    private void truncated(Philox source, Tensor y, int from) {
        double[] two = new double[2];
        int end = Math.min(from + group(), y.size());
        int at = from;
        while (at < end) {
            int[] r = source.next();
            for (int i = 0; i < group() && at < end; i += 2) {
                two(r, i, two);
                for (int k = 0; k < 2 && at < end; k++) {
                    if (Math.abs(two[k]) < 2) {
                        y.setDouble(at++, two[k]);
                    }
                }
            }
        }
    }

    private void integers(Philox source, Tensor y, long least, long end) {
        boolean wide = dtype.bytes() == 8;
        if (distribution == Distribution.UNIFORM_INT && least >= end) { // (C1)
            throw new ShapeException("expected bounds that ascend but was " + least + " and " + end);
        }
        long range = wide ? end - least : end - least & 0xffffffffL;
        for (int from = 0; from < y.size(); from += group()) {
            int[] r = source.next();
            for (int i = 0; i < group() && from + i < y.size(); i++) {
                long bits = wide ? r[2 * i] & 0xffffffffL | (long) r[2 * i + 1] << 32 : r[i] & 0xffffffffL;
                y.setLong(from + i, range == 0 ? bits : least + Long.remainderUnsigned(bits, range));
            }
        }
    }

    @Override
    public void gradient(Adjoint g) {
        g.none();
    }
}
