package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
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
        for (int i = 0; i < g.operands(); i++) {
            int n = g.in(i).shape().dim(axis);
            if (from == Shape.UNKNOWN || n == Shape.UNKNOWN) {
                throw new ShapeException("expected operands of known length along axis " + axis
                        + " to differentiate but was " + g.in(i).type());
            }
            int at = from;
            g.to(i, () -> b.slice(g.dy(), axis, at, at + n));
            from += n;
        }
    }
}
