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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

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
        for (int a = 0; a < rank; a++) {
            if (w.dim(a) != window.size().get(a)) {
                throw new ShapeException("expected a kernel of size " + window.size() + " but was " + w);
            }
        }
        return new TensorType(dtype, places(x).append(w.dim(-1)));
    }

    /** The result's shape without its channels. */
    Shape places(Shape x) {
        Shape y = Shape.of(x.dim(0));
        for (int a = 0; a < window.rank(); a++) {
            int size = x.dim(a + 1);
            int dilated = size <= 0 ? size : (size - 1) * inputDilations.get(a) + 1;
            y = y.append(window.outputs(a, dilated));
        }
        return y;
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        Tensor w = in.get(1);
        int cin = w.shape().dim(-2);
        int cout = w.shape().dim(-1);
        int perGroup = Math.max(cout / groups, 1);
        double[] sums = new double[out.shape().size()];
        walk(x.shape(), out.shape(), (place, tap, at) -> {
            for (int c = 0; c < cout; c++) {
                int from = at * cin * groups + c / perGroup * cin;
                double sum = 0;
                for (int i = 0; i < cin; i++) {
                    sum += x.getDouble(from + i) * w.getDouble((tap * cin + i) * cout + c);
                }
                sums[place * cout + c] += sum;
            }
        });
        return Copy.rounded(sums, out);
    }

    /** A tap that hits an element: all three count whole rows of channels. */
    @FunctionalInterface
    interface Hit {
        void at(int place, int tap, int element);
    }

    /** All places of the result and taps of the window that hit an element of x. */
    void walk(Shape x, Shape y, Hit hit) {
        int rank = window.rank();
        Shape places = y.slice(0, rank + 1);
        Shape taps = Shape.of(window.size().stream().mapToInt(i -> i).toArray());
        int[] o = new int[rank + 1];
        int[] k = new int[rank];
        for (int place = 0, n = places.size(); place < n; place++) {
            unravel(place, places, o);
            for (int tap = 0, t = taps.size(); tap < t; tap++) {
                unravel(tap, taps, k);
                int at = o[0];
                for (int a = 0; a < rank && at >= 0; a++) {
                    int position = window.position(a, o[a + 1], k[a]);
                    int step = inputDilations.get(a);
                    boolean inside = position >= 0 && position % step == 0 && position / step < x.dim(a + 1);
                    at = inside ? at * x.dim(a + 1) + position / step : -1;
                }
                if (at >= 0) {
                    hit.at(place, tap, at);
                }
            }
        }
    }

    static void unravel(int flat, Shape shape, int[] index) {
        for (int a = index.length - 1; a >= 0; a--) {
            index[a] = flat % shape.dim(a);
            flat /= shape.dim(a);
        }
    }

    /**
     * {@code dx} is a convolution of dy, its elements {@code strides} apart, with the kernel turned around; dw is
     * {@link ConvFilterGradient}.
     */
    @Override
    public void gradient(Adjoint g) {
        g.to(0, () -> ofInput(g.builder(), g.in(0).shape(), g.in(1), g.dy()));
        g.to(1, () -> g.builder().add(new ConvFilterGradient(this), g.in(0), g.dy()));
    }

    /** The derivative by an x of this shape. */
    Value ofInput(Builder b, Shape x, Value w, Value dy) {
        int rank = window.rank();
        List<Integer> low = new ArrayList<>();
        List<Integer> high = new ArrayList<>();
        for (int a = 0; a < rank; a++) {
            int n = x.dim(a + 1);
            int o = dy.shape().dim(a + 1);
            if (n == Shape.UNKNOWN || o == Shape.UNKNOWN) {
                throw new ShapeException("expected known spatial axes to differentiate but was " + x);
            }
            int dilated = o == 0 ? 0 : (o - 1) * window.strides().get(a) + 1;
            low.add(window.extent(a) - 1 - window.low().get(a));
            high.add((n - 1) * inputDilations.get(a) + window.extent(a) - dilated - low.get(a));
        }
        Window turned = new Window(window.size(), inputDilations, window.dilations(), low, high);
        int[] spatial = IntStream.range(0, rank).toArray();
        return b.add(new Conv(turned, window.strides(), groups), dy, swapped(b, b.reverse(w, spatial)));
    }

    /** {@code w[k…×i×(g·o)] → [k…×o×(g·i)]} for g groups. */
    private Value swapped(Builder b, Value w) {
        int rank = window.rank();
        int in = w.shape().dim(-2);
        int out = w.shape().dim(-1);
        int[] perm = IntStream.range(0, rank + (groups == 1 ? 2 : 3)).toArray();
        if (groups == 1) {
            perm[rank] = rank + 1;
            perm[rank + 1] = rank;
            return b.transpose(w, perm);
        }
        perm[rank] = rank + 2;
        perm[rank + 2] = rank;
        int[] apart = Arrays.copyOf(w.shape().dims(), rank + 3);
        apart[rank + 1] = groups;
        apart[rank + 2] = out / groups;
        int[] together = w.shape().dims();
        together[rank] = out / groups;
        together[rank + 1] = groups * in;
        return b.reshape(b.transpose(b.reshape(w, apart), perm), together);
    }
}
