package dev.posthorn.ir.op;

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
 * N-dimensional cross-correlation, channels last: {@code x[batch×s₁…×cin], w[k₁…×cin/groups×cout] → y[batch×o₁…×cout]},
 * {@code y[b,o,c] = Σ_k Σ_i x[b, o·stride + k·dilation − low, i] · w[k, i, c]}, where i runs over the channels of c's
 * group. A depthwise convolution has {@code groups = cin}.
 *
 * <p>The window, per spatial axis: see {@link Window}. {@code inputDilations} puts that many minus one zeros between
 * the elements of x first, which makes transposed convolutions and the gradient with respect to x.
 *
 * <p>(C1) one floating-point dtype. (C2) x and w of rank {@code window.rank() + 2}. (C3)
 * {@code cin = groups · w's input channels}. (C4) groups divides cout. Source: TF Conv2D, XLA ConvGeneralDilated.
 */
public record Conv(Window window, List<Integer> inputDilations, int groups) implements Op.Single {
    public Conv {
        inputDilations = List.copyOf(inputDilations);
    }

    /** The window, and what is not as usual. */
    @Override
    public String toString() {
        boolean dilates = inputDilations.stream().anyMatch(d -> d != 1);
        return "Conv[" + window + (dilates ? ", inputDilations=" + inputDilations : "")
                + (groups == 1 ? "" : ", groups=" + groups) + "]";
    }

    @Override
    public TensorType type(Operands in) {
        DType dtype = in.count(2).sameDType();
        if (!dtype.isFloating()) { // (C1)
            throw new ShapeException("expected floating-point operands but was " + in.types());
        }
        Shape x = in.shape(0);
        Shape w = in.shape(1);
        int rank = window.rank();
        if (x.rank() != rank + 2 || w.rank() != rank + 2) { // (C2)
            throw new ShapeException("expected x and kernel of rank " + (rank + 2) + " but was " + x + " and " + w);
        }
        if (x.dim(-1) != Shape.UNKNOWN && x.dim(-1) != groups * w.dim(-2)) { // (C3)
            throw new ShapeException("expected " + groups * w.dim(-2) + " channels but was " + x.dim(-1) + " (" + x
                    + " with kernel " + w + " in " + groups + " groups)");
        }
        if (w.dim(-1) % groups != 0) { // (C4)
            throw new ShapeException("expected filters in " + groups + " equal groups but was " + w.dim(-1));
        }
        int[] y = new int[rank + 2];
        y[0] = x.dim(0);
        y[rank + 1] = w.dim(-1);
        for (int a = 0; a < rank; a++) {
            int size = x.dim(a + 1);
            int dilated = size <= 0 ? size : (size - 1) * inputDilations.get(a) + 1;
            if (w.dim(a) != window.size().get(a)) {
                throw new ShapeException("expected a kernel of size " + window.size() + " but was " + w);
            }
            y[a + 1] = window.outputs(a, dilated);
        }
        return new TensorType(dtype, Shape.of(y));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        Tensor w = in.get(1);
        Tensor y = Tensor.zeros(out);
        int rank = window.rank();
        int cin = w.shape().dim(-2);
        int cout = w.shape().dim(-1);
        int perGroup = cout / groups;
        Shape places = out.shape().slice(0, rank + 1);
        Shape taps = Shape.of(window.size().stream().mapToInt(i -> i).toArray());
        int[] o = new int[rank + 1];
        int[] k = new int[rank];
        double[] sum = new double[cout];
        for (int place = 0, n = places.size(); place < n; place++) {
            Arrays.fill(sum, 0);
            unravel(place, places, o);
            for (int tap = 0, t = taps.size(); tap < t; tap++) {
                unravel(tap, taps, k);
                int at = o[0];
                for (int a = 0; a < rank && at >= 0; a++) {
                    int position = window.position(a, o[a + 1], k[a]);
                    int step = inputDilations.get(a);
                    boolean inside = position >= 0
                            && position % step == 0
                            && position / step < x.shape().dim(a + 1);
                    at = inside ? at * x.shape().dim(a + 1) + position / step : -1;
                }
                if (at < 0) {
                    continue;
                }
                for (int c = 0; c < cout; c++) {
                    int from = at * cin * groups + c / perGroup * cin;
                    for (int i = 0; i < cin; i++) {
                        sum[c] += x.getDouble(from + i) * w.getDouble((tap * cin + i) * cout + c);
                    }
                }
            }
            for (int c = 0; c < cout; c++) {
                y.setDouble(place * cout + c, sum[c]);
            }
        }
        return y;
    }

    static void unravel(int flat, Shape shape, int[] index) {
        for (int a = index.length - 1; a >= 0; a--) {
            index[a] = flat % shape.dim(a);
            flat /= shape.dim(a);
        }
    }
}
