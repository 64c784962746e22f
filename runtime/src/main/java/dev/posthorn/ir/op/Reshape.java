package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.Arrays;
import java.util.List;

/**
 * The same elements in the same order under another shape: {@code x[…], shape[n] → y[shape]}. One dimension of shape
 * may be -1: what is left. A scalar comes of an empty shape. Source: TF Reshape.
 */
public record Reshape() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(2).type(0);
        Shape to = in.shapeValue(1);
        if (!to.isRanked()) {
            return x.withShape(to);
        }
        int[] dims = to.dims();
        boolean constant = in.constant(1).isPresent();
        int open = -1;
        long rest = 1;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] == Shape.UNKNOWN) {
                if (constant && open >= 0) {
                    throw new ShapeException("expected at most one dimension of -1 but was " + Arrays.toString(dims));
                }
                open = open >= 0 ? Integer.MAX_VALUE : i;
            } else {
                rest *= dims[i];
            }
        }
        if (x.shape().isKnown()) {
            long size = x.shape().longSize();
            if (constant && open >= 0 && rest == 0) {
                throw new ShapeException(
                        "expected dimensions from which that of -1 follows but was " + to + " for " + x.shape());
            }
            if (open >= 0 && open < dims.length && rest != 0 && size % rest == 0) {
                dims[open] = Math.toIntExact(size / rest);
            } else if (open == -1 ? rest != size : open < dims.length && rest != 0) {
                throw new ShapeException(
                        "expected a shape of " + size + " elements but was " + to + " for " + x.shape());
            }
        }
        return x.withShape(Shape.of(dims));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        return Copy.same(in.get(0), out);
    }

    @Override
    public void gradient(Adjoint g) {
        g.to(0, () -> g.builder().add(new Reshape(), g.dy(), g.builder().add(new ShapeOf(), g.in(0))));
    }
}
