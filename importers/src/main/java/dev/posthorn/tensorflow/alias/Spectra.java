package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.ComplexNumbers;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Complex;
import dev.posthorn.ir.op.Fft;
import dev.posthorn.ir.op.Magnitude;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.Part;
import dev.posthorn.model.ShapeException;
import dev.posthorn.tensorflow.Direct;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Complex numbers and their Fourier transforms. */
final class Spectra {
    static final List<TfOp> ALL = List.of(
            Direct.of("Complex", new Complex()),
            Direct.of("Real", new Part(false)),
            Direct.of("Imag", new Part(true)),
            Direct.of("ComplexAbs", new Magnitude()),
            one("Conj", s -> ComplexNumbers.conjugate(s.b(), s.in(0))),
            one("Angle", s -> ComplexNumbers.angle(s.b(), s.in(0))),
            one("FFT", s -> complex(s, last(s, 1), false)),
            one("FFT2D", s -> complex(s, last(s, 2), false)),
            one("FFT3D", s -> complex(s, last(s, 3), false)),
            one("IFFT", s -> complex(s, last(s, 1), true)),
            one("IFFT2D", s -> complex(s, last(s, 2), true)),
            one("IFFT3D", s -> complex(s, last(s, 3), true)),
            one("RFFT", s -> ofReal(s, last(s, 1))),
            one("RFFT2D", s -> ofReal(s, last(s, 2))),
            one("RFFT3D", s -> ofReal(s, last(s, 3))),
            one("IRFFT", s -> toReal(s, last(s, 1))),
            one("IRFFT2D", s -> toReal(s, last(s, 2))),
            one("IRFFT3D", s -> toReal(s, last(s, 3))),
            one("FFTND", s -> complex(s, given(s), false)),
            one("IFFTND", s -> complex(s, given(s), true)),
            one("RFFTND", s -> ofReal(s, given(s))),
            one("IRFFTND", s -> toReal(s, given(s))));

    private Spectra() {}

    private static int[] last(Site s, int rank) {
        return Fft.last(s.shape(0), rank).stream().mapToInt(a -> a).toArray();
    }

    private static int[] given(Site s) {
        return IntStream.of(s.ints(2)).map(a -> s.shape(0).axis(a)).toArray();
    }

    private static Value transform(Builder b, Value x, int[] axes, boolean inverse) {
        return b.add(new Fft(IntStream.of(axes).sorted().boxed().toList(), inverse), x);
    }

    private static Value complex(Site s, int[] axes, boolean inverse) {
        Value x = s.in(0);
        if (s.count() > 1) {
            x = fitted(s.b(), x, axes, s.ints(1));
        }
        return transform(s.b(), x, axes, inverse);
    }

    /** Cut, or with zeros at the end, so that the axes have these lengths. */
    private static Value fitted(Builder b, Value x, int[] axes, int[] lengths) {
        if (lengths.length != axes.length) {
            throw new ShapeException(
                    "expected a length for each of " + axes.length + " axes but was " + lengths.length);
        }
        Value y = x;
        for (int i = 0; i < axes.length; i++) {
            int n = y.shape().dim(axes[i]);
            if (lengths[i] < 0 || n == Shape.UNKNOWN) {
                throw new ShapeException("expected known lengths but was " + y.type() + " and " + lengths[i]);
            }
            if (lengths[i] < n) {
                y = b.slice(y, axes[i], 0, lengths[i]);
            } else if (lengths[i] > n) {
                List<Integer> high =
                        new ArrayList<>(Collections.nCopies(y.shape().rank(), 0));
                high.set(axes[i], lengths[i] - n);
                List<Integer> low = Collections.nCopies(y.shape().rank(), 0);
                y = b.add(new Pad(Pad.Mode.CONSTANT, low, high), y, b.constant(y.dtype(), 0));
            }
        }
        return y;
    }

    /** The half of the spectrum of real numbers that the other half follows from. */
    private static Value ofReal(Site s, int[] axes) {
        Builder b = s.b();
        int[] lengths = s.ints(1);
        Value x = fitted(b, s.in(0), axes, lengths);
        Value spectrum = transform(b, ComplexNumbers.of(b, x, b.constant(x.dtype(), 0)), axes, false);
        int last = axes[axes.length - 1];
        return b.slice(spectrum, last, 0, lengths[lengths.length - 1] / 2 + 1);
    }

    /** Real numbers of half of their spectrum: along the last axis its other half is the conjugate, the other way round. */
    private static Value toReal(Site s, int[] axes) {
        Builder b = s.b();
        int[] lengths = s.ints(1);
        int n = lengths[lengths.length - 1];
        int last = axes[axes.length - 1];
        int[] halves = lengths.clone();
        halves[halves.length - 1] = n / 2 + 1;
        Value half = fitted(b, s.in(0), axes, halves);
        if (axes.length > 1) {
            half = transform(b, half, IntStream.of(axes).limit(axes.length - 1L).toArray(), true);
        }
        if (n == 0) {
            Dim[] none = b.dims(half);
            none[last] = Dim.of(0);
            return b.broadcastTo(b.constant(half.dtype().real(), 0), none);
        }
        int more = n - (n / 2 + 1);
        Value rest = ComplexNumbers.conjugate(b, b.reverse(b.slice(half, last, 1, 1 + more), last));
        Value whole = b.concat(last, List.of(half, rest));
        return ComplexNumbers.real(b, transform(b, whole, new int[] {last}, true));
    }
}
