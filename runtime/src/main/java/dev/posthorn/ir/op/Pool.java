package dev.posthorn.ir.op;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.Arrays;
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
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        Tensor y = Tensor.zeros(out);
        int rank = window.rank();
        int channels = x.shape().dim(-1);
        Shape places = out.shape().slice(0, rank + 1);
        Shape taps = Shape.of(window.size().stream().mapToInt(i -> i).toArray());
        int[] o = new int[rank + 1];
        int[] k = new int[rank];
        double[] result = new double[channels];
        for (int place = 0, n = places.size(); place < n; place++) {
            Arrays.fill(result, fn == Fn.MAX ? Double.NEGATIVE_INFINITY : 0);
            Conv.unravel(place, places, o);
            int count = 0;
            for (int tap = 0, t = taps.size(); tap < t; tap++) {
                Conv.unravel(tap, taps, k);
                int at = o[0];
                for (int a = 0; a < rank && at >= 0; a++) {
                    int position = window.position(a, o[a + 1], k[a]);
                    boolean inside = position >= 0 && position < x.shape().dim(a + 1);
                    at = inside ? at * x.shape().dim(a + 1) + position : -1;
                }
                if (at >= 0) {
                    count++;
                    for (int c = 0; c < channels; c++) {
                        double v = x.getDouble(at * channels + c);
                        result[c] = fn == Fn.MAX ? Math.max(result[c], v) : result[c] + v;
                    }
                }
            }
            for (int c = 0; c < channels; c++) {
                y.setDouble(place * channels + c, fn == Fn.MAX ? result[c] : result[c] / count);
            }
        }
        return y;
    }
}
