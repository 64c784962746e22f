package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The largest or the mean element under a window, channels last: {@code x[batch×s₁…×c] → y[batch×o₁…×c]}. Padding never
 * counts: a mean divides by the number of elements that are inside the input.
 *
 * <p>(C1) a numeric dtype, floating-point for AVG. (C2) x of rank {@code window.rank() + 2}. Source: TF MaxPool,
 * AvgPool.
 */
public record Pool(Fn fn, Window window) implements Op.Single {
    /** What is taken of the elements under the window. */
    public enum Fn {
        MAX,
        AVG
    }

    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(1).type(0);
        if (!x.dtype().isFloating() && (fn == Fn.AVG || !x.dtype().isInteger())) { // (C1)
            throw new ShapeException("expected a floating-point operand but was " + x);
        }
        return pooled(x, window);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        int channels = x.shape().dim(-1);
        double[] y = new double[out.shape().size()];
        Arrays.fill(y, fn == Fn.MAX ? Double.NEGATIVE_INFINITY : 0);
        int[] counts = new int[channels == 0 ? 0 : y.length / channels];
        walk(window, x.shape(), out.shape(), (place, tap, at) -> {
            counts[place]++;
            for (int c = 0; c < channels; c++) {
                double v = x.getDouble(at * channels + c);
                int to = place * channels + c;
                y[to] = fn == Fn.MAX ? Math.max(y[to], v) : y[to] + v;
            }
        });
        for (int i = 0; i < y.length && fn == Fn.AVG; i++) {
            y[i] /= counts[i / channels];
        }
        return Copy.rounded(y, out);
    }

    /** All places of a window over x and taps that hit an element of it. */
    static void walk(Window window, Shape x, Shape y, Conv.Hit hit) {
        new Conv(window, Collections.nCopies(window.rank(), 1), 1).walk(x, y, hit);
    }

    /** Checks an operand and gives the type of its pooling. */
    static TensorType pooled(TensorType x, Window window) {
        if (x.shape().rank() != window.rank() + 2) { // (C2)
            throw new ShapeException("expected an operand of rank " + (window.rank() + 2) + " but was " + x);
        }
        int[] y = x.shape().dims();
        for (int a = 0; a < window.rank(); a++) {
            y[a + 1] = window.outputs(a, y[a + 1]);
        }
        return x.withShape(Shape.of(y));
    }

    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        g.to(
                0,
                () -> fn == Fn.MAX
                        ? b.add(new MaxPoolGradient(window), g.in(0), g.dy())
                        : b.add(new AvgPoolGradient(window), g.dy(), b.add(new ShapeOf(), g.in(0))));
    }
}
