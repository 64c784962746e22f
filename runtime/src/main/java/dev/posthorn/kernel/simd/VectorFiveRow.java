package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;

/**
 * Whole rows of pixels, borders included, of sums over a window of 5 × 5 that moves by one pixel and reaches over the
 * border by two: two rows of weights at a time, as {@link VectorFives}, and otherwise as {@link VectorThreeRow}.
 */
final class VectorFiveRow {
    /** Whether there are too few registers for two rows of weights. */
    private static final boolean ONE_ROW = L < 16;

    private VectorFiveRow() {}

    static boolean takes(int pixels, int n) {
        return pixels >= 4 && n >= L && n % L == 0;
    }

    /** As {@link Simd#tapRows} of one row. */
    static void sum(
            int taps,
            float[] x,
            int xo,
            int xRow,
            float[] w,
            int wo,
            float[] bias,
            float[] y,
            int yo,
            int pixels,
            int n) {
        for (int i = 0; i < n; i += L) {
            if (ONE_ROW) {
                start(bias, i, y, yo + i, pixels, n);
            } else {
                first(x, xo + i, xRow, w, wo + i, bias, i, y, yo + i, pixels, n);
            }
            for (int t = ONE_ROW ? 0 : 2; t < taps; t += ONE_ROW || t + 1 == taps ? 1 : 2) {
                int xa = xo + t * xRow + i;
                int wa = wo + t * 5 * n + i;
                if (ONE_ROW || t + 1 == taps) {
                    five(x, xa, w, wa, y, yo + i, pixels, n);
                } else {
                    ten(x, xa, xRow, w, wa, y, yo + i, pixels, n);
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

    /** Two rows of five taps a pixel, and the bias; what lies left of the image are zeros, as in {@link VectorThreeRow}. */
    private static void first(
            float[] x,
            int xo,
            int xRow,
            float[] w,
            int wo,
            float[] bias,
            int bo,
            float[] y,
            int yo,
            int pixels,
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
        FloatVector w9 = FloatVector.fromArray(S, w, wo + 9 * n);
        FloatVector start = bias == null ? FloatVector.zero(S) : FloatVector.fromArray(S, bias, bo);
        FloatVector a0 = FloatVector.zero(S);
        FloatVector a1 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector a2 = FloatVector.fromArray(S, x, xo);
        FloatVector a3 = FloatVector.fromArray(S, x, xo + n);
        FloatVector b2 = FloatVector.fromArray(S, x, xo + xRow);
        FloatVector b3 = FloatVector.fromArray(S, x, xo + n + xRow);
        FloatVector s;
        int end = xo + pixels * n;
        int to = yo - xo - 2 * n;
        for (int i = xo + 2 * n; i < end; i += n) {
            FloatVector a4 = FloatVector.fromArray(S, x, i);
            FloatVector b4 = FloatVector.fromArray(S, x, i + xRow);
            s = w4.fma(a4, w3.fma(a3, w2.fma(a2, w1.fma(a1, w0.fma(a0, start)))));
            w9.fma(b4, w8.fma(b3, w7.fma(b2, w6.fma(b1, w5.fma(b0, s))))).intoArray(y, i + to);
            a0 = a1;
            b0 = b1;
            a1 = a2;
            b1 = b2;
            a2 = a3;
            b2 = b3;
            a3 = a4;
            b3 = b4;
        }
        s = w3.fma(a3, w2.fma(a2, w1.fma(a1, w0.fma(a0, start))));
        w8.fma(b3, w7.fma(b2, w6.fma(b1, w5.fma(b0, s)))).intoArray(y, end + to);
        s = w2.fma(a3, w1.fma(a2, w0.fma(a1, start)));
        w7.fma(b3, w6.fma(b2, w5.fma(b1, s))).intoArray(y, end + n + to);
    }

    /** Two rows of five taps a pixel, added to y; what lies left of the image are zeros. */
    private static void ten(float[] x, int xo, int xRow, float[] w, int wo, float[] y, int yo, int pixels, int n) {
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + n);
        FloatVector w2 = FloatVector.fromArray(S, w, wo + 2 * n);
        FloatVector w3 = FloatVector.fromArray(S, w, wo + 3 * n);
        FloatVector w4 = FloatVector.fromArray(S, w, wo + 4 * n);
        FloatVector w5 = FloatVector.fromArray(S, w, wo + 5 * n);
        FloatVector w6 = FloatVector.fromArray(S, w, wo + 6 * n);
        FloatVector w7 = FloatVector.fromArray(S, w, wo + 7 * n);
        FloatVector w8 = FloatVector.fromArray(S, w, wo + 8 * n);
        FloatVector w9 = FloatVector.fromArray(S, w, wo + 9 * n);
        FloatVector a0 = FloatVector.zero(S);
        FloatVector a1 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector a2 = FloatVector.fromArray(S, x, xo);
        FloatVector a3 = FloatVector.fromArray(S, x, xo + n);
        FloatVector b2 = FloatVector.fromArray(S, x, xo + xRow);
        FloatVector b3 = FloatVector.fromArray(S, x, xo + n + xRow);
        FloatVector s;
        int end = xo + pixels * n;
        int to = yo - xo - 2 * n;
        for (int i = xo + 2 * n; i < end; i += n) {
            FloatVector a4 = FloatVector.fromArray(S, x, i);
            FloatVector b4 = FloatVector.fromArray(S, x, i + xRow);
            s = w4.fma(a4, w3.fma(a3, w2.fma(a2, w1.fma(a1, w0.fma(a0, FloatVector.fromArray(S, y, i + to))))));
            w9.fma(b4, w8.fma(b3, w7.fma(b2, w6.fma(b1, w5.fma(b0, s))))).intoArray(y, i + to);
            a0 = a1;
            b0 = b1;
            a1 = a2;
            b1 = b2;
            a2 = a3;
            b2 = b3;
            a3 = a4;
            b3 = b4;
        }
        s = w3.fma(a3, w2.fma(a2, w1.fma(a1, w0.fma(a0, FloatVector.fromArray(S, y, end + to)))));
        w8.fma(b3, w7.fma(b2, w6.fma(b1, w5.fma(b0, s)))).intoArray(y, end + to);
        s = w2.fma(a3, w1.fma(a2, w0.fma(a1, FloatVector.fromArray(S, y, end + n + to))));
        w7.fma(b3, w6.fma(b2, w5.fma(b1, s))).intoArray(y, end + n + to);
    }

    /** One row of five taps a pixel, added to y. */
    private static void five(float[] x, int xo, float[] w, int wo, float[] y, int yo, int pixels, int n) {
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + n);
        FloatVector w2 = FloatVector.fromArray(S, w, wo + 2 * n);
        FloatVector w3 = FloatVector.fromArray(S, w, wo + 3 * n);
        FloatVector w4 = FloatVector.fromArray(S, w, wo + 4 * n);
        FloatVector a0 = FloatVector.fromArray(S, x, xo);
        FloatVector a1 = FloatVector.fromArray(S, x, xo + n);
        FloatVector a2 = FloatVector.fromArray(S, x, xo + 2 * n);
        FloatVector a3 = FloatVector.fromArray(S, x, xo + 3 * n);
        FloatVector s = w4.fma(a2, w3.fma(a1, w2.fma(a0, FloatVector.fromArray(S, y, yo))));
        s.intoArray(y, yo);
        s = w4.fma(a3, w3.fma(a2, w2.fma(a1, w1.fma(a0, FloatVector.fromArray(S, y, yo + n)))));
        s.intoArray(y, yo + n);
        int end = xo + pixels * n;
        int to = yo - xo - 2 * n;
        for (int i = xo + 4 * n; i < end; i += n) {
            FloatVector a4 = FloatVector.fromArray(S, x, i);
            s = w4.fma(a4, w3.fma(a3, w2.fma(a2, w1.fma(a1, w0.fma(a0, FloatVector.fromArray(S, y, i + to))))));
            s.intoArray(y, i + to);
            a0 = a1;
            a1 = a2;
            a2 = a3;
            a3 = a4;
        }
        s = w3.fma(a3, w2.fma(a2, w1.fma(a1, w0.fma(a0, FloatVector.fromArray(S, y, end + to)))));
        s.intoArray(y, end + to);
        s = w2.fma(a3, w1.fma(a2, w0.fma(a1, FloatVector.fromArray(S, y, end + n + to))));
        s.intoArray(y, end + n + to);
    }
}
