package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Operands one after the other along an axis; all other dimensions equal. Source: TF ConcatV2. */
public record Concat(int axis) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        DType dtype = in.sameDType();
        Shape y = in.shape(0);
        int sum = y.dim(Index.axis(axis, y));
        for (int i = 1; i < in.size(); i++) {
            int d = in.shape(i).dim(axis);
            sum = sum == Shape.UNKNOWN || d == Shape.UNKNOWN ? Shape.UNKNOWN : sum + d;
            try {
                y = Shape.merge(y.with(axis, Shape.UNKNOWN), in.shape(i).with(axis, Shape.UNKNOWN));
            } catch (ShapeException e) {
                throw new ShapeException("expected equal shapes but for axis " + axis + " but was " + in.types(), e);
            }
        }
        return new TensorType(dtype, y.with(axis, sum));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor y = Tensor.zeros(out);
        int outer = out.shape().size(0, axis);
        int row = out.shape().size(axis, out.shape().rank());
        int at = 0;
        for (Tensor x : in) {
            int part = x.shape().size(axis, x.shape().rank());
            for (int o = 0; o < outer; o++) {
                for (int i = 0; i < part; i++) {
                    Copy.element(x, o * part + i, y, o * row + at + i);
                }
            }
            at += part;
        }
        return y;
    }

    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        int from = 0;
        Value first = null; // where the part begins, once that is computed
        for (int i = 0; i < g.operands(); i++) {
            Value x = g.in(i);
            int n = x.shape().dim(axis);
            if (first == null && n != Shape.UNKNOWN) {
                int at = from;
                g.to(i, () -> b.slice(g.dy(), axis, at, at + n));
                from += n;
                continue;
            }
            Dim start = first == null ? Dim.of(from) : new Dim(Shape.UNKNOWN, first);
            g.to(i, () -> part(b, g.dy(), start, x));
            Value before = first == null ? b.constant(DType.INT32, from) : first;
            Dim size = b.dim(x, axis);
            first = b.plus(before, size.isKnown() ? b.constant(DType.INT32, size.known()) : size.value());
        }
    }

    /** As much of {@code y} as {@code x} has, from {@code start} on. */
    private Value part(Builder b, Value y, Dim start, Value x) {
        Dim[] from = new Dim[x.shape().rank()];
        Arrays.fill(from, Dim.of(0));
        from[axis] = start;
        DynamicSlice slice = new DynamicSlice(Collections.nCopies(from.length, 1));
        return b.add(slice, y, b.shape(from), b.shape(b.dims(x)));
    }
}
