package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.Arrays;
import java.util.List;

/**
 * The derivative of a largest-element {@link Pool} by its operand: {@code x[batch×s₁…×c], dy[batch×o₁…×c] → dx} of x's
 * type, every dy given to the element that was the largest under its window: the first of equals, and with three spatial axes each
 * of them.
 *
 * <p>(C1) one floating-point dtype. (C2) dy of the shape that pooling gives. Source: TF MaxPoolGrad, MaxPool3DGrad.
 */
public record MaxPoolGradient(Window window) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        DType dtype = in.count(2).sameDType();
        if (!dtype.isFloating()) { // (C1)
            throw new ShapeException("expected floating-point operands but was " + in.types());
        }
        Shape.merge(Pool.pooled(in.type(0), window).shape(), in.shape(1)); // (C2)
        return in.type(0);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor dy = in.get(1);
        double[] dx = new double[out.shape().size()];
        largest(window, in.get(0), dy.shape(), (place, element) -> dx[element] += dy.getDouble(place));
        return Copy.rounded(dx, out);
    }

    /** A place of the result, and an element of x that was the largest there. */
    @FunctionalInterface
    interface Choice {
        void at(int place, int element);
    }

    /** All choices for each window of x; none where a window sees nothing. */
    static void largest(Window window, Tensor x, Shape y, Choice choice) {
        int channels = x.shape().dim(-1);
        int[] from = new int[y.size()];
        Arrays.fill(from, -1);
        Pool.walk(window, x.shape(), y, (place, tap, at) -> {
            for (int c = 0; c < channels; c++) {
                int i = place * channels + c;
                int here = at * channels + c;
                if (from[i] < 0 || x.getDouble(here) > x.getDouble(from[i])) {
                    from[i] = here;
                }
            }
        });
        if (window.rank() < 3) {
            for (int i = 0; i < from.length; i++) {
                if (from[i] >= 0) {
                    choice.at(i, from[i]);
                }
            }
            return;
        }
        Pool.walk(window, x.shape(), y, (place, tap, at) -> {
            for (int c = 0; c < channels; c++) {
                int i = place * channels + c;
                if (x.getDouble(at * channels + c) == x.getDouble(from[i])) {
                    choice.at(i, at * channels + c);
                }
            }
        });
    }

    @Override
    public void gradient(Adjoint g) {
        g.none(0); // which element is the largest does not change
        g.to(1, () -> g.builder().add(new MaxPoolGather(window), g.in(0), g.dy()));
    }
}
