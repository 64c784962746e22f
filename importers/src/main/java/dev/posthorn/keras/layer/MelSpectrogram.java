package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.ir.op.Window;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.model.UnsupportedModelException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The power of signals in bands of the mel scale: {@code x[…×time] → y[…×bands×frames]}. Frames of the signal, mirrored at
 * its ends, go through a window and a Fourier transform, both in the kernel of a convolution; triangles add up the bins.
 * Source: keras/src/layers/preprocessing/mel_spectrogram.py, keras.ops.stft.
 */
public record MelSpectrogram(
        int fftLength,
        int stride,
        int length,
        String window,
        double samplingRate,
        int bands,
        double minFreq,
        double maxFreq,
        boolean powerToDb,
        double topDb,
        double magExp,
        double minPower,
        double refPower)
        implements SimpleLayer {
    public static final Codec<MelSpectrogram> CODEC = Codec.of(
            "MelSpectrogram",
            f -> new MelSpectrogram(
                    f.of("fft_length", FieldType.INT, MelSpectrogram::fftLength, 2048),
                    f.of("sequence_stride", FieldType.INT, MelSpectrogram::stride, 512),
                    f.of("sequence_length", FieldType.INT, MelSpectrogram::length, null),
                    f.of("window", FieldType.STRING, MelSpectrogram::window, "hann"),
                    f.of("sampling_rate", Numbers.FLOAT, MelSpectrogram::samplingRate, 16000.0),
                    f.of("num_mel_bins", FieldType.INT, MelSpectrogram::bands, 128),
                    f.of("min_freq", Numbers.FLOAT, MelSpectrogram::minFreq, 20.0),
                    f.of("max_freq", Numbers.FLOAT, MelSpectrogram::maxFreq, null),
                    f.of("power_to_db", FieldType.BOOL, MelSpectrogram::powerToDb, true),
                    f.of("top_db", Numbers.FLOAT, MelSpectrogram::topDb, 80.0),
                    f.of("mag_exp", Numbers.FLOAT, MelSpectrogram::magExp, 2.0),
                    f.of("min_power", Numbers.FLOAT, MelSpectrogram::minPower, 1e-10),
                    f.of("ref_power", Numbers.FLOAT, MelSpectrogram::refPower, 1.0)));

    public MelSpectrogram {
        if (length < 1 || length > fftLength || stride < 1 || bands < 1) {
            throw new IllegalArgumentException("expected sequences of at most fft_length, a stride and bands but was "
                    + length + " of " + fftLength + ", " + stride + ", " + bands);
        }
        if (!window.equals("hann") && !window.equals("hamming")) {
            throw new UnsupportedModelException("MelSpectrogram: expected window hann or hamming but was " + window);
        }
    }

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value input) {
        Builder b = c.builder();
        DType dtype = c.policy().compute() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        Dim[] d = b.dims(input);
        Dim time = d[d.length - 1];
        Value x = b.reshape(b.cast(input, dtype), Dim.of(-1), time);
        List<Integer> margin = List.of(0, fftLength / 2);
        x = b.add(new Pad(Pad.Mode.REFLECT, margin, margin), x, b.constant(dtype, 0));
        int bins = fftLength / 2 + 1;
        Conv conv = new Conv(Window.valid(List.of(fftLength), List.of(stride), List.of(1)), List.of(1), 1);
        Value parts = b.add(conv, b.expandDims(x, -1), b.constant(kernel(bins).cast(dtype)));
        List<Value> complex = b.split(parts, -1, bins, bins);
        Value power = b.plus(b.unary(Unary.Fn.SQUARE, complex.get(0)), b.unary(Unary.Fn.SQUARE, complex.get(1)));
        Value magnitude = b.binary(Binary.Fn.POW, b.unary(Unary.Fn.SQRT, power), magExp);
        Value y = b.matmul(magnitude, b.constant(triangles(bins).cast(dtype)));
        y = b.transpose(powerToDb ? decibels(b, y) : y, 0, 2, 1);
        Dim frames = b.dim(y, 2);
        Dim[] out = IntStream.range(0, d.length + 1)
                .mapToObj(i -> i < d.length - 1 ? d[i] : i == d.length ? frames : Dim.of(bands))
                .toArray(Dim[]::new);
        return b.cast(b.reshape(y, out), c.policy().compute());
    }

    private Value decibels(Builder b, Value y) {
        double ten = 10 / Math.log(10);
        Value log = b.binary(Binary.Fn.MUL, b.unary(Unary.Fn.LOG, b.binary(Binary.Fn.MAX, y, minPower)), ten);
        Value db = b.binary(Binary.Fn.SUB, log, ten * Math.log(Math.max(Math.abs(refPower), minPower)));
        return b.binary(Binary.Fn.MAX, db, b.binary(Binary.Fn.SUB, b.reduce(Reduce.Fn.MAX, db, false, 0, 1, 2), topDb));
    }

    /** Cosines, then sines, under the window: {@code [fftLength×1×2·bins]}. */
    private Tensor kernel(int bins) {
        Tensor k = Tensor.zeros(new TensorType(DType.FLOAT64, Shape.of(fftLength, 1, 2 * bins)));
        int before = (fftLength - length) / 2;
        double sides = window.equals("hann") ? 0.5 : 0.46;
        for (int n = 0; n < length; n++) {
            double w = 1 - sides - sides * Math.cos(2 * Math.PI * n / length);
            int at = before + n;
            for (int bin = 0; bin < bins; bin++) {
                double angle = 2 * Math.PI * ((long) at * bin % fftLength) / fftLength;
                k.setDouble(at * 2 * bins + bin, w * Math.cos(angle));
                k.setDouble(at * 2 * bins + bins + bin, -w * Math.sin(angle));
            }
        }
        return k;
    }

    private static double mel(double hertz) {
        return 1127 * Math.log(1 + hertz / 700);
    }

    /** How much of each bin, but the first, is in each band: {@code [bins×bands]}. */
    private Tensor triangles(int bins) {
        Tensor t = Tensor.zeros(new TensorType(DType.FLOAT64, Shape.of(bins, bands)));
        double low = mel(minFreq);
        double step = (mel(maxFreq) - low) / (bands + 1);
        for (int bin = 1; bin < bins; bin++) {
            double place = (mel(samplingRate / 2 * bin / (bins - 1)) - low) / step;
            for (int band = 0; band < bands; band++) {
                t.setDouble(bin * bands + band, Math.max(0, Math.min(place - band, band + 2 - place)));
            }
        }
        return t;
    }
}
