package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;

/**
 * Whole rows of pixels, borders included, of sums over a window of 3 × 3 that moves by one pixel and reaches over the
 * border by one: weights stay in registers while the pixels of a row pass, and so do inputs while windows have them in
 * common. The columns that the windows at the border need are those that the next ones need too. Sums in the order of the
 * taps, a tap outside left out. Of indices one moves, and all others lie a constant beside it: scalar registers are scarce.
 */
final class VectorThreeRow {
    /** Whether registers suffice for two rows at a time. */
    private static final boolean TWO = L >= 16;

    private VectorThreeRow() {}

    static boolean takes(int pixels, int n) {
        return pixels >= 2 && n >= L && n % VectorTaps.CROWDED != 0;
    }

    /** As {@link Simd#tapRows}, two or three rows of taps. */
    static void sum(
            int taps,
            int rows,
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
            int at = Math.min(i, n - L); // the last vector overlaps the one before it
            if (taps == 2) {
                six(x, xo + at, xRow, w, wo + at, bias, at, y, yo + at, pixels, n);
            } else if (rows == 2 && TWO && bias != null) {
                twoRows(x, xo + at, xRow, w, wo + at, bias, at, y, yo + at, pixels, n);
                int x1 = xo + at + (pixels - 2) * n;
                int y1 = yo + at + (pixels - 1) * n;
                last(x, x1, xRow, w, wo + at, bias, at, y, y1, n);
                last(x, x1 + xRow, xRow, w, wo + at, bias, at, y, y1 + pixels * n, n);
            } else {
                for (int r = 0; r < rows; r++) {
                    nine(x, xo + r * xRow + at, xRow, w, wo + at, bias, at, y, yo + r * pixels * n + at, pixels, n);
                }
            }
        }
    }

    /**
     * Two rows of nine taps a pixel but for the last pixels, with a bias. What lies left of the image are zeros. So there are
     * fewer vectors than the bound that {@link VectorExp} speaks of allows.
     */
    private static void twoRows(
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
        FloatVector start = FloatVector.fromArray(S, bias, bo);
        int x2 = 2 * xRow;
        int x3 = 3 * xRow;
        FloatVector a0 = FloatVector.zero(S);
        FloatVector b0 = a0;
        FloatVector c0 = a0;
        FloatVector d0 = a0;
        FloatVector a1 = FloatVector.fromArray(S, x, xo);
        FloatVector b1 = FloatVector.fromArray(S, x, xo + xRow);
        FloatVector c1 = FloatVector.fromArray(S, x, xo + x2);
        FloatVector d1 = FloatVector.fromArray(S, x, xo + x3);
        int end = xo + pixels * n;
        int to = yo - xo - n;
        int to1 = to + pixels * n;
        for (int i = xo + n; i < end; i += n) {
            FloatVector a2 = FloatVector.fromArray(S, x, i);
            FloatVector b2 = FloatVector.fromArray(S, x, i + xRow);
            FloatVector c2 = FloatVector.fromArray(S, x, i + x2);
            FloatVector d2 = FloatVector.fromArray(S, x, i + x3);
            FloatVector s = w2.fma(a2, w1.fma(a1, w0.fma(a0, start)));
            s = w5.fma(b2, w4.fma(b1, w3.fma(b0, s)));
            w8.fma(c2, w7.fma(c1, w6.fma(c0, s))).intoArray(y, i + to);
            FloatVector t = w2.fma(b2, w1.fma(b1, w0.fma(b0, start)));
            t = w5.fma(c2, w4.fma(c1, w3.fma(c0, t)));
            w8.fma(d2, w7.fma(d1, w6.fma(d0, t))).intoArray(y, i + to1);
            a0 = a1;
            a1 = a2;
            b0 = b1;
            b1 = b2;
            c0 = c1;
            c1 = c2;
            d0 = d1;
            d1 = d2;
        }
    }

    /** The last pixel of a row of nine taps. */
    private static void last(
            float[] x, int xo, int xRow, float[] w, int wo, float[] bias, int bo, float[] y, int yo, int n) {
        FloatVector s = FloatVector.fromArray(S, bias, bo);
        for (int r = 0; r < 3; r++) {
            s = FloatVector.fromArray(S, w, wo).fma(FloatVector.fromArray(S, x, xo), s);
            s = FloatVector.fromArray(S, w, wo + n).fma(FloatVector.fromArray(S, x, xo + n), s);
            wo += 3 * n;
            xo += xRow;
        }
        s.intoArray(y, yo);
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
        FloatVector start = bias == null ? FloatVector.zero(S) : FloatVector.fromArray(S, bias, bo);
        int x2 = 2 * xRow;
        FloatVector a0 = FloatVector.fromArray(S, x, xo);
        FloatVector a1 = FloatVector.fromArray(S, x, xo + n);
        FloatVector b0 = FloatVector.fromArray(S, x, xo + xRow);
        FloatVector b1 = FloatVector.fromArray(S, x, xo + n + xRow);
        FloatVector c0 = FloatVector.fromArray(S, x, xo + x2);
        FloatVector c1 = FloatVector.fromArray(S, x, xo + n + x2);
        FloatVector s = w2.fma(a1, w1.fma(a0, start));
        s = w5.fma(b1, w4.fma(b0, s));
        w8.fma(c1, w7.fma(c0, s)).intoArray(y, yo);
        int end = xo + pixels * n;
        int to = yo - xo - n;
        for (int i = xo + 2 * n; i < end; i += n) {
            FloatVector a2 = FloatVector.fromArray(S, x, i);
            FloatVector b2 = FloatVector.fromArray(S, x, i + xRow);
            FloatVector c2 = FloatVector.fromArray(S, x, i + x2);
            s = w2.fma(a2, w1.fma(a1, w0.fma(a0, start)));
            s = w5.fma(b2, w4.fma(b1, w3.fma(b0, s)));
            w8.fma(c2, w7.fma(c1, w6.fma(c0, s))).intoArray(y, i + to);
            a0 = a1;
            a1 = a2;
            b0 = b1;
            b1 = b2;
            c0 = c1;
            c1 = c2;
        }
        s = w1.fma(a1, w0.fma(a0, start));
        s = w4.fma(b1, w3.fma(b0, s));
        w7.fma(c1, w6.fma(c0, s)).intoArray(y, end + to);
    }

    /** One row of six taps a pixel: the other three lie outside. */
    private static void six(
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
        FloatVector start = bias == null ? FloatVector.zero(S) : FloatVector.fromArray(S, bias, bo);
        FloatVector a0 = FloatVector.fromArray(S, x, xo);
        FloatVector a1 = FloatVector.fromArray(S, x, xo + n);
        FloatVector b0 = FloatVector.fromArray(S, x, xo + xRow);
        FloatVector b1 = FloatVector.fromArray(S, x, xo + n + xRow);
        FloatVector s = w2.fma(a1, w1.fma(a0, start));
        w5.fma(b1, w4.fma(b0, s)).intoArray(y, yo);
        int end = xo + pixels * n;
        int to = yo - xo - n;
        for (int i = xo + 2 * n; i < end; i += n) {
            FloatVector a2 = FloatVector.fromArray(S, x, i);
            FloatVector b2 = FloatVector.fromArray(S, x, i + xRow);
            s = w2.fma(a2, w1.fma(a1, w0.fma(a0, start)));
            w5.fma(b2, w4.fma(b1, w3.fma(b0, s))).intoArray(y, i + to);
            a0 = a1;
            a1 = a2;
            b0 = b1;
            b1 = b2;
        }
        s = w1.fma(a1, w0.fma(a0, start));
        w4.fma(b1, w3.fma(b0, s)).intoArray(y, end + to);
    }
}
