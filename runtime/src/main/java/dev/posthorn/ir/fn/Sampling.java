package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.model.ShapeException;

/**
 * How pixels between pixels are made. Along an axis from n to m elements, output o takes inputs i with weights that
 * depend on the distance d of i from the place {@code p = (o + ½)·n/m − ½}; weights outside of the input are dropped.
 */
public enum Sampling {
    /** The input under the place: {@code i = ⌊(o + ½)·n/m⌋}. Source: TF ResizeNearestNeighbor. */
    NEAREST,
    /** {@code max(1 − d, 0)}, the place moved into the input. Source: TF ResizeBilinear. */
    BILINEAR,
    /**
     * {@code 1.5d³ − 2.5d² + 1} for d ≤ 1, {@code −0.5d³ + 2.5d² − 4d + 2} for d ≤ 2, made to add up to 1; the fraction
     * of the place is rounded to 1/1024. Source: TF ResizeBicubic, whose table of weights has that many entries.
     */
    BICUBIC,
    /** {@code sinc(d)·sinc(d/3)} for d ≤ 3, made to add up to 1. Source: TF ScaleAndTranslate. */
    LANCZOS3,
    /** {@code sinc(d)·sinc(d/5)} for d ≤ 5, made to add up to 1. Source: TF ScaleAndTranslate. */
    LANCZOS5,
    /** As much as input i has of the part from {@code o·n/m} to {@code (o + 1)·n/m}. Source: TF ResizeArea. */
    AREA;

    /**
     * {@code x[b×h×w×c] → y[b×height×width×c]}; with {@code antialias} a smaller image takes every input into account: the
     * distances are divided by n/m, as TF ScaleAndTranslate does.
     */
    Value resample(Builder b, Value x, Dim height, Dim width, boolean antialias) {
        if (x.shape().rank() != 4) {
            throw new ShapeException("expected images of rank 4 but was " + x.type());
        }
        Dim[] d = b.dims(x);
        if (this == NEAREST) {
            return b.gather(b.gather(x, nearest(b, d[1], height), 1), nearest(b, d[2], width), 2);
        }
        Value wide = LayerNorm.widened(b, x);
        Value rows = b.cast(weights(b, d[1], height, antialias), wide.dtype());
        Value columns = b.cast(weights(b, d[2], width, antialias), wide.dtype());
        Dim row = d[2].isKnown() && d[3].isKnown() ? Dim.of(d[2].known() * d[3].known()) : Dim.of(-1);
        Value y = b.matmul(rows, b.reshape(wide, d[0], d[1], row));
        return b.cast(b.matmul(columns, b.reshape(y, d[0], height, d[2], d[3])), x.dtype());
    }

    private static Value nearest(Builder b, Dim from, Dim to) {
        Value place = b.unary(Unary.Fn.FLOOR, b.times(centres(b, to), b.over(real(b, from), real(b, to))));
        Value last = b.binary(Binary.Fn.SUB, real(b, from), 1);
        return b.cast(b.binary(Binary.Fn.MIN, place, last), DType.INT32);
    }

    /** The weights {@code [to×from]}. */
    private Value weights(Builder b, Dim from, Dim to, boolean antialias) {
        Value inputs = b.add(new Iota(DType.FLOAT32), whole(b, from));
        Value ratio = antialias || this == LANCZOS3 || this == LANCZOS5
                ? b.unary(Unary.Fn.RECIPROCAL, b.over(real(b, to), real(b, from)))
                : b.over(real(b, from), real(b, to));
        Value centres = b.expandDims(b.times(centres(b, to), ratio), 1);
        Value places = b.binary(Binary.Fn.SUB, centres, 0.5);
        if (this == AREA) {
            return overlaps(b, inputs, centres(b, to), b.over(real(b, from), real(b, to)));
        }
        if (antialias) {
            Value d = distance(b, b.binary(Binary.Fn.ADD, inputs, 0.5), centres);
            return normalised(b, kernel(b, b.over(d, b.binary(Binary.Fn.MAX, ratio, 1))));
        }
        if (this == BILINEAR) {
            Value last = b.binary(Binary.Fn.SUB, real(b, from), 1);
            Value inside = b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, places, 0), last);
            return b.unary(Unary.Fn.RELU, b.minus(b.constant(DType.FLOAT32, 1), distance(b, inputs, inside)));
        }
        if (this == BICUBIC) {
            Value base = b.unary(Unary.Fn.FLOOR, places);
            Value steps = b.unary(Unary.Fn.ROUND, b.binary(Binary.Fn.MUL, b.minus(places, base), 1024));
            return normalised(b, kernel(b, distance(b, inputs, b.plus(base, b.binary(Binary.Fn.DIV, steps, 1024)))));
        }
        return normalised(b, kernel(b, distance(b, b.binary(Binary.Fn.ADD, inputs, 0.5), centres)));
    }

    /** The weight at a distance. */
    private Value kernel(Builder b, Value d) {
        return switch (this) {
            case NEAREST, AREA -> throw new IllegalStateException("expected a kernel but was " + this);
            case BILINEAR -> b.unary(Unary.Fn.RELU, b.minus(b.constant(d.dtype(), 1), d));
            case BICUBIC -> cubic(b, d);
            case LANCZOS3 -> lanczos(b, d, 3);
            case LANCZOS5 -> lanczos(b, d, 5);
        };
    }

    private static Value overlaps(Builder b, Value inputs, Value centres, Value ratio) {
        Value centre = b.expandDims(centres, 1);
        Value start = b.times(b.binary(Binary.Fn.SUB, centre, 0.5), ratio);
        Value end = b.times(b.binary(Binary.Fn.ADD, centre, 0.5), ratio);
        Value from = b.binary(Binary.Fn.MAX, start, inputs);
        Value to = b.binary(Binary.Fn.MIN, end, b.binary(Binary.Fn.ADD, inputs, 1));
        return b.over(b.unary(Unary.Fn.RELU, b.minus(to, from)), ratio);
    }

    private static Value normalised(Builder b, Value w) {
        return b.over(w, b.reduce(Reduce.Fn.SUM, w, true, 1));
    }

    private static Value cubic(Builder b, Value d) {
        Value d2 = b.unary(Unary.Fn.SQUARE, d);
        Value near =
                b.binary(Binary.Fn.ADD, b.times(b.binary(Binary.Fn.SUB, b.binary(Binary.Fn.MUL, d, 1.5), 2.5), d2), 1);
        Value bend = b.binary(Binary.Fn.ADD, b.binary(Binary.Fn.MUL, d, -0.5), 2.5);
        Value far = b.binary(Binary.Fn.ADD, b.times(b.binary(Binary.Fn.SUB, b.times(bend, d), 4), d), 2);
        return within(b, d, 1, near, within(b, d, 2, far, b.constant(d.dtype(), 0)));
    }

    private static Value lanczos(Builder b, Value d, int radius) {
        Value angle = b.binary(Binary.Fn.MUL, b.binary(Binary.Fn.MAX, d, 1e-3), Math.PI);
        Value sines =
                b.times(b.unary(Unary.Fn.SIN, angle), b.unary(Unary.Fn.SIN, b.binary(Binary.Fn.DIV, angle, radius)));
        Value w = b.over(b.binary(Binary.Fn.MUL, sines, radius), b.unary(Unary.Fn.SQUARE, angle));
        Value far = within(b, d, radius, w, b.constant(d.dtype(), 0));
        return within(b, d, 1e-3, b.constant(d.dtype(), 1), far);
    }

    private static Value within(Builder b, Value d, double limit, Value inside, Value outside) {
        return b.select(b.compare(Compare.Fn.LE, d, b.constant(d.dtype(), limit)), inside, outside);
    }

    private static Value distance(Builder b, Value inputs, Value places) {
        return b.unary(Unary.Fn.ABS, b.minus(inputs, places));
    }

    /** {@code o + ½} for every output. */
    private static Value centres(Builder b, Dim to) {
        return b.binary(Binary.Fn.ADD, b.add(new Iota(DType.FLOAT32), whole(b, to)), 0.5);
    }

    private static Value whole(Builder b, Dim d) {
        return d.isKnown() ? b.constant(DType.INT32, d.known()) : d.value();
    }

    private static Value real(Builder b, Dim d) {
        return b.cast(whole(b, d), DType.FLOAT32);
    }
}
