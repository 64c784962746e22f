package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.DataFormat;
import dev.posthorn.keras.object.Padding;
import java.util.ArrayList;
import java.util.List;

/**
 * Short-time Fourier transforms of signals, {@code x[batch×time×channels] → y[batch×frames×(channels·bins)]}: windowed
 * frames times sines and cosines, which are the layer's kernels, as a convolution over time. Source:
 * keras/src/layers/preprocessing/stft_spectrogram.py.
 *
 * @param window the window's name or values, which are in the kernels
 */
public record STFTSpectrogram(
        Mode mode,
        int frameLength,
        Integer frameStep,
        Integer fftLength,
        Object window,
        boolean periodic,
        String scaling,
        Padding padding,
        DataFormat dataFormat,
        boolean expandDims)
        implements SimpleLayer {
    private static final double EPSILON = 1e-7;

    /** What is taken of the transform {@code r + i·j}. */
    public enum Mode {
        LOG,
        MAGNITUDE,
        PSD,
        REAL,
        IMAG,
        ANGLE,
        STFT
    }

    public static final Codec<STFTSpectrogram> CODEC = Codec.of(
            "STFTSpectrogram",
            f -> new STFTSpectrogram(
                    f.of("mode", FieldType.lower(Mode.class), STFTSpectrogram::mode, Mode.LOG),
                    f.of("frame_length", FieldType.INT, STFTSpectrogram::frameLength, 256),
                    f.of("frame_step", FieldType.INT.orNull(), STFTSpectrogram::frameStep, null),
                    f.of("fft_length", FieldType.INT.orNull(), STFTSpectrogram::fftLength, null),
                    f.of("window", FieldType.ANY, STFTSpectrogram::window, "hann"),
                    f.of("periodic", FieldType.BOOL, STFTSpectrogram::periodic, false),
                    f.of("scaling", FieldType.STRING.orNull(), STFTSpectrogram::scaling, "density"),
                    f.of("padding", Padding.TYPE, STFTSpectrogram::padding, Padding.VALID),
                    f.of("data_format", DataFormat.TYPE, STFTSpectrogram::dataFormat, DataFormat.CHANNELS_LAST),
                    f.of("expand_dims", FieldType.BOOL, STFTSpectrogram::expandDims, false)));

    public STFTSpectrogram {
        if (frameLength < 1
                || padding == Padding.CAUSAL
                || frameStep != null && (frameStep < 1 || frameStep > frameLength)) {
            throw new IllegalArgumentException(
                    "expected frames that move by at most their length, padding valid or same, but "
                            + "was frame_length " + frameLength + ", frame_step " + frameStep + ", padding " + padding);
        }
    }

    private int bins() {
        int powerOfTwo = frameLength == 1 ? 1 : Integer.highestOneBit(frameLength - 1) * 2;
        return (fftLength == null ? powerOfTwo : fftLength) / 2 + 1;
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        List<Weight> weights = new ArrayList<>();
        if (mode != Mode.IMAG) {
            weights.add(Weight.of("real_kernel", frameLength, 1, bins()));
        }
        if (mode != Mode.REAL) {
            weights.add(Weight.of("imag_kernel", frameLength, 1, bins()));
        }
        return weights;
    }

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        Value real = mode == Mode.IMAG ? null : transformed(c, x, "real_kernel");
        Value imaginary = mode == Mode.REAL ? null : transformed(c, x, "imag_kernel");
        return switch (mode) {
            case REAL -> shaped(b, real);
            case IMAG -> shaped(b, imaginary);
            case ANGLE -> shaped(b, b.binary(Binary.Fn.ATAN2, imaginary, real));
            case STFT -> shaped(b, b.concat(2, List.of(real, imaginary)));
            case PSD -> shaped(b, doubled(b, power(b, real, imaginary)));
            case MAGNITUDE -> shaped(b, magnitude(b, real, imaginary));
            case LOG ->
                b.unary(Unary.Fn.LOG, b.binary(Binary.Fn.MAX, shaped(b, magnitude(b, real, imaginary)), EPSILON));
        };
    }

    /** One part of the transform: {@code [batch×channels×bins×frames]}. */
    private Value transformed(Call c, Value x, String kernel) {
        Builder b = c.builder();
        Value signals = dataFormat == DataFormat.CHANNELS_LAST ? b.transpose(x, 0, 2, 1) : x;
        Dim[] d = b.dims(signals);
        Value each = b.reshape(signals, Dim.of(-1), d[2], Dim.of(1));
        int step = frameStep == null ? frameLength / 2 : frameStep;
        Conv conv = new Conv(padding.window(each, List.of(frameLength), List.of(step), List.of(1)), List.of(1), 1);
        Value frames = b.transpose(b.add(conv, each, b.cast(c.rawWeight(kernel), x.dtype())), 0, 2, 1);
        return b.reshape(frames, Dim.of(-1), d[1], Dim.of(bins()), b.dim(frames, 2));
    }

    private static Value power(Builder b, Value real, Value imaginary) {
        return b.plus(b.unary(Unary.Fn.SQUARE, real), b.unary(Unary.Fn.SQUARE, imaginary));
    }

    private static Value magnitude(Builder b, Value real, Value imaginary) {
        return b.unary(Unary.Fn.SQRT, b.binary(Binary.Fn.MAX, power(b, real, imaginary), EPSILON));
    }

    /** All bins but the first and the last count twice: they stand for negative frequencies too. */
    private static Value doubled(Builder b, Value power) {
        Value inner = b.slice(power, 2, 1, -1);
        Pad pad = new Pad(Pad.Mode.CONSTANT, List.of(0, 0, 1, 0), List.of(0, 0, 1, 0));
        return b.plus(power, b.add(pad, inner, b.constant(power.dtype(), 0)));
    }

    private Value shaped(Builder b, Value y) {
        boolean last = dataFormat == DataFormat.CHANNELS_LAST;
        if (expandDims) {
            return last ? b.transpose(y, 0, 3, 2, 1) : b.transpose(y, 0, 1, 3, 2);
        }
        Dim[] d = b.dims(y);
        Value flat = b.reshape(y, Dim.of(-1), Dim.of(d[1].known() * d[2].known()), d[3]);
        return last ? b.transpose(flat, 0, 2, 1) : flat;
    }
}
