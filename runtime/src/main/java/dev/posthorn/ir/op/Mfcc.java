package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Mel-frequency cepstral coefficients: {@code power[channels×frames×bins], rate[] → y[channels×frames×coefficients]}. The
 * amplitudes of each frame are shared out to {@code filters} triangles, evenly wide in mel between two frequencies; the
 * cosine transform of the logarithms of their sums is y. No gradient. Source: TF Mfcc.
 */
public record Mfcc(double upper, double lower, int filters, int coefficients) implements Op.Single {
    private static final double FLOOR = 1e-12;

    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(2).type(0);
        boolean fits = x.dtype() == DType.FLOAT32
                && x.shape().isRanked()
                && x.shape().rank() == 3
                && in.dtype(1) == DType.INT32
                && Shape.SCALAR.accepts(in.shape(1));
        if (!fits || filters < 1 || coefficients < 1 || coefficients > filters || lower < 0 || upper <= lower) {
            throw new ShapeException(
                    "expected powers of frames and a rate of samples but was " + in.types() + " for " + this);
        }
        return x.withShape(x.shape().with(2, coefficients));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        int bins = x.shape().dim(2);
        int rate = in.get(1).ints()[0];
        if (bins < 2 || rate < 1) {
            throw new ShapeException("expected at least 2 bins and a rate but was " + bins + " at " + rate);
        }
        double[] centres = new double[filters + 1];
        double low = mel(lower);
        double spacing = (mel(upper) - low) / (filters + 1);
        for (int i = 0; i < centres.length; i++) {
            centres[i] = low + spacing * (i + 1);
        }
        double hertz = 0.5 * rate / (bins - 1);
        int start = (int) (1.5 + lower / hertz);
        int end = Math.min((int) (upper / hertz), bins - 1);
        Tensor y = Tensor.zeros(out);
        for (int f = 0, n = y.size() / coefficients; f < n; f++) {
            double[] sums = new double[filters];
            int channel = 0;
            for (int i = Math.max(start, 0); i <= end; i++) {
                double mel = mel(i * hertz);
                while (channel < filters && centres[channel] < mel) {
                    channel++;
                }
                double before = channel == 0 ? low : centres[channel - 1];
                double amplitude = Math.sqrt(x.floats()[f * bins + i]);
                double left = amplitude * (centres[channel] - mel) / (centres[channel] - before);
                if (channel > 0) {
                    sums[channel - 1] += left;
                }
                if (channel < filters) {
                    sums[channel] += amplitude - left;
                }
            }
            transform(sums, y, f * coefficients);
        }
        return y;
    }

    private static double mel(double frequency) {
        return 1127 * Math.log1p(frequency / 700);
    }

    private void transform(double[] sums, Tensor y, int at) {
        double norm = Math.sqrt(2.0 / filters);
        for (int k = 0; k < coefficients; k++) {
            double sum = 0;
            for (int j = 0; j < filters; j++) {
                sum += norm * Math.cos(k * Math.PI / filters * (j + 0.5)) * Math.log(Math.max(sums[j], FLOOR));
            }
            y.floats()[at + k] = (float) sum;
        }
    }
}
