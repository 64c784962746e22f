package dev.posthorn.keras.object;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
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
