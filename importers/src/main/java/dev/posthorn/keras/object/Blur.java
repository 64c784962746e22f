package dev.posthorn.keras.object;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Unary;
import java.util.List;

/** Images smoothed by a bell of weights. Source: keras/src/backend/tensorflow/image.py, gaussian_blur. */
public final class Blur {
    private Blur() {}

    /** {@code x[b×h×w×c] → y[b×h×w×c]}, dark beyond the edges. */
    public static Value same(Builder b, Value x, int height, int width, double sigmaY, double sigmaX) {
        return of(b, x, bell(height, sigmaY), bell(width, sigmaX), Padding.SAME);
    }

    /** Only where the whole window is inside. */
    public static Value valid(Builder b, Value x, int size, double sigma) {
        return of(b, x, bell(size, sigma), bell(size, sigma), Padding.VALID);
    }

    private static Value of(Builder b, Value x, double[] across, double[] down, Padding padding) {
        int channels = x.shape().dim(-1);
        Tensor kernel = Tensor.zeros(TensorType.of(x.dtype(), across.length, down.length, channels, 1));
        for (int i = 0; i < kernel.size(); i++) { // as Keras: the product of both, row by row
            int at = i / channels;
            kernel.setDouble(i, down[at / across.length] * across[at % across.length]);
        }
        List<Integer> size = List.of(across.length, down.length);
        Sliding sliding = new Sliding(size, List.of(1, 1), padding, DataFormat.CHANNELS_LAST, List.of(1, 1), false);
        return sliding.convolveDepthwise(b, x, b.constant(kernel));
    }

    /** By weights {@code [h×w×c×1]}. */
    public static Value with(Builder b, Value x, Value kernel) {
        List<Integer> size = List.of(kernel.shape().dim(0), kernel.shape().dim(1));
        Sliding sliding =
                new Sliding(size, List.of(1, 1), Padding.SAME, DataFormat.CHANNELS_LAST, List.of(1, 1), false);
        return sliding.convolveDepthwise(b, x, kernel);
    }

    /** By the products of weights down and to the right. */
    public static Value same(Builder b, Value x, Value across, Value down) {
        int m = across.shape().dim(0);
        int n = down.shape().dim(0);
        Value product = b.times(b.reshape(down, n, 1), b.reshape(across, 1, m)); // as Keras
        Value kernel = b.reshape(product, m, n, 1, 1);
        return with(
                b,
                x,
                b.broadcastTo(kernel, Dim.of(m), Dim.of(n), Dim.of(x.shape().dim(3)), Dim.of(1)));
    }

    /** A bell of n weights whose width is computed. */
    public static Value bell(Builder b, int n, Value sigma) {
        Expr s = Expr.of(b, sigma);
        return normal(s, s.iota(Dim.of(n)).cast(sigma.dtype()).minus((n - 1) / 2.0));
    }

    /** The same as wide as {@code 6·⌊sigma⌋ + 1} weights, the others of the {@code 2·radius + 1} being zero. */
    public static Value cut(Builder b, int radius, Expr sigma) {
        Expr at = sigma.iota(Dim.of(2 * radius + 1)).cast(sigma.dtype()).minus(radius);
        Expr most = sigma.apply(Unary.Fn.FLOOR).times(3);
        Expr e = at.over(sigma).square().times(-0.5).exp();
        e = at.abs().atMost(most).select(e, e.number(0));
        return e.over(e.sum(0)).v();
    }

    private static Value normal(Expr sigma, Expr at) {
        Expr e = at.over(sigma).square().times(-0.5).exp();
        return e.over(e.sum(0)).v();
    }

    private static double[] bell(int n, double sigma) {
        double[] w = new double[n];
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double d = (i - (n - 1) / 2.0) / sigma;
            w[i] = Math.exp(-0.5 * d * d);
            sum += w[i];
        }
        for (int i = 0; i < n; i++) {
            w[i] /= sum;
        }
        return w;
    }
}
