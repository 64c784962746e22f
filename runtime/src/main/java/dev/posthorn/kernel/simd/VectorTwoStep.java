package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;

/**
 * Whole rows of pixels, borders included, of sums over a window of 3 × 3 or 5 × 5 that moves by two pixels; otherwise as
 * {@link VectorThreeRow}. No more than the first and the last window of a row reach over its border. Of 5 × 5 a row of weights
 * at a time.
 */
final class VectorTwoStep {
    private VectorTwoStep() {}

    static boolean takes(int size, int pixels, int n) {
        return pixels >= 3 && n >= L && (size == 3 ? n % VectorTaps.CROWDED != 0 : size == 5 && n % L == 0);
    }

    /** As {@link Simd#tapRowsByTwo}. */
    static void sum(
            int size,
            int taps,
            float[] x,
            int xo,
            int xRow,
            float[] w,
            int wo,
            float[] bias,
            float[] y,
            int yo,
            int left,
            int pixels,
            int right,
            int n) {
        int inside = pixels - (left > 0 ? 1 : 0) - (right > 0 ? 1 : 0);
        for (int i = 0; i < n; i += L) {
            int at = Math.min(i, n - L); // the last vector overlaps the one before it
            if (taps == 3 && size == 3) {
                nine(x, xo + at, xRow, w, wo + at, bias, at, y, yo + at, left, inside, right, n);
            } else {
                start(bias, at, y, yo + at, pixels, n);
                for (int t = 0; t < taps; t++) {
                    int from = xo + t * xRow + at;
                    if (size == 3) {
                        three(x, from, w, wo + 3 * t * n + at, y, yo + at, left, inside, right, n);
                    } else {
                        five(x, from, w, wo + 5 * t * n + at, y, yo + at, left, inside, right, n);
                    }
                }
            }
        }
    }

    private static void start(float[] bias, int bo, float[] y, int yo, int pixels, int n) {
        FloatVector start = bias == null ? FloatVector.zero(S) : FloatVector.fromArray(S, bias, bo);
        for (int p = 0; p < pixels; p++) {
            start.intoArray(y, yo + p * n);
        }
    }

    /** One row of nine taps a pixel. */
    private static void nine(
            float[] x,
            int xo,
            int xRow,
            float[] w,
            int wo,
            float[] bias,
            int bo,
            float[] y,
            int yo,
            int left,
            int inside,
            int right,
            int n) {
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + n);
        FloatVector w2 = FloatVector.fromArray(S, w, wo + 2 * n);
        FloatVector w3 = FloatVector.fromArray(S, w, wo + 3 * n);
        FloatVector w4 = FloatVector.fromArray(S, w, wo + 4 * n);
        FloatVector w5 = FloatVector.fromArray(S, w, wo + 5 * n);
        FloatVector w6 = FloatVector.fromArray(S, w, wo + 6 * n);
        FloatVector w7 = FloatVector.fromArray(S, w, wo + 7 * n);
        FloatVector w8 = FloatVector.fromArray(S, w, wo + 8 * n);
        FloatVector start = bias == null ? FloatVector.zero(S) : FloatVector.fromArray(S, bias, bo);
        int x2 = 2 * xRow;
        FloatVector a0 = FloatVector.fromArray(S, x, xo + left * n);
        FloatVector b0 = FloatVector.fromArray(S, x, xo + left * n + xRow);
        FloatVector c0 = FloatVector.fromArray(S, x, xo + left * n + x2);
        if (left > 0) {
            FloatVector s = w2.fma(a0, w1.fma(FloatVector.fromArray(S, x, xo), start));
            s = w5.fma(b0, w4.fma(FloatVector.fromArray(S, x, xo + xRow), s));
            w8.fma(c0, w7.fma(FloatVector.fromArray(S, x, xo + x2), s)).intoArray(y, yo);
            xo += n;
            yo += n;
        }
        int end = yo + inside * n;
        for (; yo < end; yo += n) {
            FloatVector a2 = FloatVector.fromArray(S, x, xo + 2 * n);
            FloatVector b2 = FloatVector.fromArray(S, x, xo + 2 * n + xRow);
            FloatVector c2 = FloatVector.fromArray(S, x, xo + 2 * n + x2);
            FloatVector s = w2.fma(a2, w1.fma(FloatVector.fromArray(S, x, xo + n), w0.fma(a0, start)));
            s = w5.fma(b2, w4.fma(FloatVector.fromArray(S, x, xo + n + xRow), w3.fma(b0, s)));
            s = w8.fma(c2, w7.fma(FloatVector.fromArray(S, x, xo + n + x2), w6.fma(c0, s)));
            s.intoArray(y, yo);
            a0 = a2;
            b0 = b2;
            c0 = c2;
            xo += 2 * n;
        }
        if (right > 0) {
            FloatVector s = w1.fma(FloatVector.fromArray(S, x, xo + n), w0.fma(a0, start));
            s = w4.fma(FloatVector.fromArray(S, x, xo + n + xRow), w3.fma(b0, s));
            s = w7.fma(FloatVector.fromArray(S, x, xo + n + x2), w6.fma(c0, s));
            s.intoArray(y, yo);
        }
    }

    /** One row of three taps a pixel, added to y. */
    private static void three(
            float[] x, int xo, float[] w, int wo, float[] y, int yo, int left, int inside, int right, int n) {
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + n);
        FloatVector w2 = FloatVector.fromArray(S, w, wo + 2 * n);
        FloatVector a0 = FloatVector.fromArray(S, x, xo + left * n);
        if (left > 0) {
            w2.fma(a0, w1.fma(FloatVector.fromArray(S, x, xo), FloatVector.fromArray(S, y, yo)))
                    .intoArray(y, yo);
            xo += n;
            yo += n;
        }
        int end = yo + inside * n;
        for (; yo < end; yo += n) {
            FloatVector a2 = FloatVector.fromArray(S, x, xo + 2 * n);
            FloatVector s = w0.fma(a0, FloatVector.fromArray(S, y, yo));
            w2.fma(a2, w1.fma(FloatVector.fromArray(S, x, xo + n), s)).intoArray(y, yo);
            a0 = a2;
            xo += 2 * n;
        }
        if (right > 0) {
            w1.fma(FloatVector.fromArray(S, x, xo + n), w0.fma(a0, FloatVector.fromArray(S, y, yo)))
                    .intoArray(y, yo);
        }
    }

    /** One row of five taps a pixel, added to y. */
    private static void five(
            float[] x, int xo, float[] w, int wo, float[] y, int yo, int left, int inside, int right, int n) {
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + n);
        FloatVector w2 = FloatVector.fromArray(S, w, wo + 2 * n);
        FloatVector w3 = FloatVector.fromArray(S, w, wo + 3 * n);
        FloatVector w4 = FloatVector.fromArray(S, w, wo + 4 * n);
        if (left == 1) {
            FloatVector s = w1.fma(FloatVector.fromArray(S, x, xo), FloatVector.fromArray(S, y, yo));
            s = w3.fma(FloatVector.fromArray(S, x, xo + 2 * n), w2.fma(FloatVector.fromArray(S, x, xo + n), s));
            w4.fma(FloatVector.fromArray(S, x, xo + 3 * n), s).intoArray(y, yo);
            xo += n;
            yo += n;
        } else if (left == 2) {
            FloatVector s = w2.fma(FloatVector.fromArray(S, x, xo), FloatVector.fromArray(S, y, yo));
            s = w3.fma(FloatVector.fromArray(S, x, xo + n), s);
            w4.fma(FloatVector.fromArray(S, x, xo + 2 * n), s).intoArray(y, yo);
            yo += n;
        }
        FloatVector a0 = FloatVector.fromArray(S, x, xo);
        FloatVector a1 = FloatVector.fromArray(S, x, xo + n);
        FloatVector a2 = FloatVector.fromArray(S, x, xo + 2 * n);
        int end = yo + inside * n;
        for (; yo < end; yo += n) {
            FloatVector a3 = FloatVector.fromArray(S, x, xo + 3 * n);
            FloatVector a4 = FloatVector.fromArray(S, x, xo + 4 * n);
            FloatVector s = w2.fma(a2, w1.fma(a1, w0.fma(a0, FloatVector.fromArray(S, y, yo))));
            w4.fma(a4, w3.fma(a3, s)).intoArray(y, yo);
            a0 = a2;
            a1 = a3;
            a2 = a4;
            xo += 2 * n;
        }
        if (right == 1) {
            FloatVector s = w2.fma(a2, w1.fma(a1, w0.fma(a0, FloatVector.fromArray(S, y, yo))));
            w3.fma(FloatVector.fromArray(S, x, xo + 3 * n), s).intoArray(y, yo);
        } else if (right == 2) {
            w2.fma(a2, w1.fma(a1, w0.fma(a0, FloatVector.fromArray(S, y, yo)))).intoArray(y, yo);
        }
    }
}
