package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.DecodeWav;
import dev.posthorn.ir.op.EncodeWav;
import dev.posthorn.ir.op.Mfcc;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.model.ShapeException;
import dev.posthorn.tensorflow.Direct;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.List;

/** Sounds and their spectra. */
final class Audio {
    static final List<TfOp> ALL = List.of(
            many(
                    "DecodeWav",
                    s -> s.b().addAll(
                                    new DecodeWav((int) s.attributes().integer("desired_channels", -1), (int)
                                            s.attributes().integer("desired_samples", -1)),
                                    List.of(s.in(0)))),
            Direct.of("EncodeWav", new EncodeWav()),
            one("AudioSpectrogram", Audio::spectrogram),
            one(
                    "Mfcc",
                    s -> s.b().add(
                                    new Mfcc(
                                            s.attributes().real("upper_frequency_limit", 4000),
                                            s.attributes().real("lower_frequency_limit", 20),
                                            (int) s.attributes().integer("filterbank_channel_count", 40),
                                            (int) s.attributes().integer("dct_coefficient_count", 13)),
                                    s.in(0),
                                    s.in(1))));

    private Audio() {}

    /** The power of each frequency in each frame under a Hann window: products with cosines and sines, in double. */
    private static Value spectrogram(Site s) {
        int window = s.attributes().integer("window_size");
        int stride = s.attributes().integer("stride");
        int samples = s.shape(0).dim(0);
        if (samples == Shape.UNKNOWN) {
            throw s.unsupported("a sound whose length is known only when the graph runs");
        }
        if (window < 2 || stride < 1 || window > 1 << 16) {
            throw new ShapeException("expected a window of 2 to 65536 samples but was " + window);
        }
        int length = Integer.highestOneBit(window - 1) << 1;
        int frames = samples < window ? 0 : 1 + (samples - window) / stride;
        int bins = length / 2 + 1;
        int[] places = new int[Math.multiplyExact(frames, window)];
        for (int i = 0; i < places.length; i++) {
            places[i] = i / window * stride + i % window;
        }
        Value x = s.b().cast(s.b().transpose(s.in(0), 1, 0), DType.FLOAT64);
        Value framed = s.b().gather(x, s.b().constant(Tensor.of(Shape.of(frames, window), places)), 1);
        Value real = s.b().matmul(framed, wave(s, window, length, bins, Math.PI / 2));
        Value imaginary = s.b().matmul(framed, wave(s, window, length, bins, 0));
        Value power = s.b().plus(s.b().unary(Unary.Fn.SQUARE, real), s.b().unary(Unary.Fn.SQUARE, imaginary));
        boolean squared = s.attributes().bool("magnitude_squared", false);
        return s.b().cast(squared ? power : s.b().unary(Unary.Fn.SQRT, power), DType.FLOAT32);
    }

    private static Value wave(Site s, int window, int length, int bins, double phase) {
        Tensor t = Tensor.zeros(TensorType.of(DType.FLOAT64, window, bins));
        for (int i = 0; i < window; i++) {
            double hann = 0.5 - 0.5 * Math.cos(2 * Math.PI * i / window);
            for (int k = 0; k < bins; k++) {
                long turn = (long) i * k % length;
                t.doubles()[i * bins + k] = hann * Math.sin(2 * Math.PI * turn / length + phase);
            }
        }
        return s.b().constant(t);
    }
}
