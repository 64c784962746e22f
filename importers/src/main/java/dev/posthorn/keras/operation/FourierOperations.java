package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Extents;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.ScatterAdd;
import dev.posthorn.ir.op.Unary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * Fourier transforms, as products with the matrices of cosines and sines: {@code X[k] = Σ x[n]·exp(−2πi·k·n/N)}, complex
 * numbers being pairs of tensors. N must be known. Source: keras/src/backend/tensorflow/math.py.
 */
final class FourierOperations {
    static final Map<String, Operation> ALL = Map.of(
            "FFT",
            a -> transformed(a, pair(a), -1),
            "FFT2",
            a -> transformed(a, transformed(a, pair(a), -1), -2),
            "IFFT2",
            FourierOperations::inverse2,
            "ISTFT",
            of(FourierOperations::inverseShortTime),
            "IRFFT",
            of(FourierOperations::inverseReal),
            "RFFT",
            a -> real(a, a.x(), a.integer("fft_length", length(a, a.x(), -1))),
            "STFT",
            FourierOperations::shortTime);

    /** Longer transforms would need matrices of gigabytes. */
    private static final int LONGEST = 8192;

    private FourierOperations() {}

    private static List<Value> pair(Arguments a) {
        List<Value> pair = a.tensors("x", 0);
        if (pair.size() != 2) {
            throw a.unsupported("anything but a pair of real and imaginary part");
        }
        return pair;
    }

    private static int length(Arguments a, Value x, int axis) {
        int n = x.shape().dim(axis);
        if (n == Shape.UNKNOWN) {
            throw a.unsupported("a length that is not known");
        }
        return n;
    }

    /** {@code f(k·n)} for n of {@code rows} and k of {@code columns}. */
    private static Value matrix(Arguments a, DType dtype, int rows, int columns, IntToDoubleFunction f, int period) {
        if (period > LONGEST) {
            throw a.unsupported("a length of " + period);
        }
        Tensor m = Tensor.zeros(TensorType.of(dtype, rows, columns));
        for (int i = 0; i < m.size(); i++) {
            m.setDouble(i, f.applyAsDouble(i / columns * (i % columns) % period));
        }
        return a.b().constant(m);
    }

    private static Value cosines(Arguments a, DType dtype, int rows, int columns, int n) {
        return matrix(a, dtype, rows, columns, p -> Math.cos(2 * Math.PI * p / n), n);
    }

    private static Value sines(Arguments a, DType dtype, int rows, int columns, int n) {
        return matrix(a, dtype, rows, columns, p -> Math.sin(2 * Math.PI * p / n), n);
    }

    private static List<Value> transformed(Arguments a, List<Value> pair, int axis) {
        Builder b = a.b();
        Value re = Extents.swapAxes(b, pair.get(0), axis, -1);
        Value im = Extents.swapAxes(b, pair.get(1), axis, -1);
        int n = length(a, re, -1);
        Value cos = cosines(a, re.dtype(), n, n, n);
        Value sin = sines(a, re.dtype(), n, n, n);
        Value x = b.plus(b.matmul(re, cos), b.matmul(im, sin));
        Value y = b.minus(b.matmul(im, cos), b.matmul(re, sin));
        return List.of(Extents.swapAxes(b, x, axis, -1), Extents.swapAxes(b, y, axis, -1));
    }

    private static List<Value> inverse2(Arguments a) {
        Builder b = a.b();
        List<Value> pair = pair(a);
        List<Value> conjugate = List.of(pair.get(0), b.unary(Unary.Fn.NEG, pair.get(1)));
        List<Value> y = transformed(a, transformed(a, conjugate, -1), -2);
        double size = (double) length(a, pair.get(0), -1) * length(a, pair.get(0), -2);
        return List.of(b.binary(Binary.Fn.DIV, y.get(0), size), b.binary(Binary.Fn.DIV, y.get(1), -size));
    }

    /** The first half of a real signal's transform; the signal is cut or padded with zeros to {@code n} elements. */
    private static List<Value> real(Arguments a, Value x, int n) {
        Builder b = a.b();
        Value fitted = fitted(a, x, n);
        int bins = n / 2 + 1;
        Value re = b.matmul(fitted, cosines(a, x.dtype(), n, bins, n));
        return List.of(re, b.unary(Unary.Fn.NEG, b.matmul(fitted, sines(a, x.dtype(), n, bins, n))));
    }

    private static Value fitted(Arguments a, Value x, int n) {
        int given = length(a, x, -1);
        return given >= n ? a.b().slice(x, -1, 0, n) : padded(a, Pad.Mode.CONSTANT, x, 0, n - given);
    }

    private static Value padded(Arguments a, Pad.Mode mode, Value x, int low, int high) {
        List<Integer> before = new ArrayList<>(Collections.nCopies(x.shape().rank(), 0));
        List<Integer> after = new ArrayList<>(before);
        before.set(before.size() - 1, low);
        after.set(after.size() - 1, high);
        return a.b().add(new Pad(mode, before, after), x, a.b().constant(x.dtype(), 0));
    }

    private static Value inverseReal(Arguments a) {
        List<Value> pair = pair(a);
        return inverseReal(a, pair, a.integer("fft_length", 2 * (length(a, pair.get(0), -1) - 1)));
    }

    private static Value inverseReal(Arguments a, List<Value> pair, int n) {
        Builder b = a.b();
        int bins = n / 2 + 1;
        Value re = fitted(a, pair.get(0), bins);
        Value im = fitted(a, pair.get(1), bins);
        float[] weights = new float[bins]; // the other half of the transform is its mirror image
        for (int k = 0; k < bins; k++) {
            weights[k] = (k == 0 || 2 * k == n ? 1f : 2f) / n;
        }
        Value w = b.cast(b.constant(Tensor.of(Shape.of(bins), weights)), re.dtype());
        Value even = b.matmul(b.times(re, w), cosines(a, re.dtype(), bins, n, n));
        return b.minus(even, b.matmul(b.times(im, w), sines(a, re.dtype(), bins, n, n)));
    }

    private static List<Value> shortTime(Arguments a) {
        Builder b = a.b();
        Value x = a.x();
        int n = a.integer("fft_length", 1);
        int length = a.integer("sequence_length", n);
        Value signal =
                a.option("center") == null || a.flag("center") ? padded(a, Pad.Mode.REFLECT, x, n / 2, n / 2) : x;
        length(a, signal, -1);
        Value frames = WindowOperations.frames(b, signal, n, a.integer("sequence_stride", 1));
        int left = (n - length) / 2;
        Tensor window = Tensor.zeros(TensorType.of(x.dtype(), n));
        for (int i = 0; i < n; i++) {
            boolean inside = a.option("window") == null || i >= left && i < left + length;
            window.setDouble(i, inside ? weight(a, i - left, length) : 0);
        }
        return real(a, b.times(frames, b.constant(window)), n);
    }

    /** The signal whose parts these are the transforms of: what overlaps is added. */
    private static Value inverseShortTime(Arguments a) {
        Builder b = a.b();
        List<Value> pair = pair(a);
        int n = a.integer("fft_length", 1);
        int length = a.integer("sequence_length", n);
        int step = a.integer("sequence_stride", 1);
        int frames = length(a, pair.get(0), -2);
        Value parts = inverseReal(a, pair, n);
        if (a.option("window") != null) {
            parts = b.times(parts, b.constant(inverseWindow(a, parts.dtype(), n, length, step)));
        }
        int whole = n + step * (frames - 1);
        Value y = overlapped(b, parts, frames, n, step);
        boolean centred = a.option("center") == null || a.flag("center");
        int from = centred ? n / 2 : 0;
        int end = a.option("length") == null ? centred ? whole - n / 2 : whole : from + a.integer("length", 0);
        return b.slice(y, -1, from, Math.min(end, whole));
    }

    /** {@code x[…×frames×n] → y[…×n + step·(frames − 1)]}: each frame a step after the one before, added where they overlap. */
    static Value overlapped(Arguments a) {
        Value x = a.tensor("signal", 0);
        return overlapped(a.b(), x, length(a, x, -2), length(a, x, -1), a.integer("frame_step", 1));
    }

    private static Value overlapped(Builder b, Value parts, int frames, int n, int step) {
        int[] places = new int[frames * n];
        for (int i = 0; i < places.length; i++) {
            places[i] = i / n * step + i % n;
        }
        Dim[] dims = b.dims(parts);
        Dim[] flat = Arrays.copyOf(dims, dims.length - 1);
        flat[flat.length - 1] = Dim.of(places.length);
        Dim[] to = flat.clone();
        to[to.length - 1] = Dim.of(n + step * (frames - 1));
        return b.add(new ScatterAdd(to.length - 1), b.ints(places), b.reshape(parts, flat), b.shape(to));
    }

    /** The window by which parts are weighed so that, with the one they were cut by, all weights add up to 1. */
    private static Tensor inverseWindow(Arguments a, DType dtype, int n, int length, int step) {
        double[] window = new double[n];
        int left = (n - length) / 2;
        for (int i = left; i < left + length; i++) {
            window[i] = weight(a, i - left, length);
        }
        Tensor t = Tensor.zeros(TensorType.of(dtype, n));
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int j = i % step; j < n; j += step) {
                sum += window[j] * window[j];
            }
            t.setDouble(i, window[i] / sum);
        }
        return t;
    }

    /** A window's value at one of its places; windows are periodic. */
    private static double weight(Arguments a, int i, int length) {
        Object window = a.option("window");
        if (window == null) {
            return 1;
        }
        if (window instanceof List<?> values) {
            return ((Number) values.get(i)).doubleValue();
        }
        double cos = length == 1 ? -1 : Math.cos(2 * Math.PI * i / length);
        return switch (String.valueOf(window)) {
            case "hann" -> 0.5 - 0.5 * cos;
            case "hamming" -> 0.54 - 0.46 * cos;
            default -> throw a.unsupported("window " + window);
        };
    }
}
