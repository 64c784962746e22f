package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Sums over rows of five taps: two rows of weights at a time stay in registers while the pixels of a run pass, and so do
 * inputs while windows have them in common. Sums in the order of the taps: what a pass leaves in y, the next one goes on from.
 */
final class VectorFives {
    /** Whether there are too few registers for two rows of weights. */
    private static final boolean ONE_ROW = L < 16;

    private VectorFives() {}

    /** Whether pixels lie as far apart as taps, or twice as far. */
    static boolean takes(int xStep, int col) {
        return xStep == col || xStep == 2 * col;
    }

    /** As {@link VectorTaps#sum}, where every five taps are a row, at equal distances, and n is a multiple of L. */
    static void sum(
            int t0,
            int t1,
            int[] xs,
            int[] ws,
            float[] x,
            int xo,
            int xStep,
            float[] w,
            int wo,
            float[] bias,
            int bo,
            float[] y,
            int yo,
            int yStep,
            int pixels,
            int n) {
        if (bias == null) {
            for (int p = 0; p < pixels; p++) {
                Arrays.fill(y, yo + p * yStep, yo + p * yStep + n, 0);
            }
        }
        int col = xs[t0 + 1] - xs[t0];
        int wCol = ws[t0 + 1] - ws[t0];
        boolean near = xStep == col;
        for (int i = 0; i < n; i += L) {
            float[] from = bias == null ? y : bias;
            int fo = bias == null ? yo + i : bo + i;
            int fStep = bias == null ? yStep : 0;
            int to = yo + i;
            for (int t = t0, next; t < t1; t = next) {
                next = ONE_ROW || t + 5 == t1 ? t + 5 : t + 10;
                int xa = xo + xs[t] + i;
                int wa = wo + ws[t] + i;
                if (next == t + 5) {
                    if (near) {
                        five(x, xa, col, w, wa, wCol, from, fo, fStep, y, to, yStep, pixels);
                    } else {
                        fiveApart(x, xa, col, w, wa, wCol, from, fo, fStep, y, to, yStep, pixels);
                    }
                } else {
                    int xRow = xs[t + 5] - xs[t];
                    int wRow = ws[t + 5] - ws[t];
                    if (near) {
                        ten(x, xa, col, xRow, w, wa, wCol, wRow, from, fo, fStep, y, to, yStep, pixels);
                    } else {
                        tenApart(x, xa, col, xRow, w, wa, wCol, wRow, from, fo, fStep, y, to, yStep, pixels);
                    }
                }
                from = y;
                fo = to;
                fStep = yStep;
            }
        }
    }

    /** Two rows, pixels as far apart as taps. */
    private static void ten(
            float[] x,
            int xo,
            int xCol,
            int xRow,
            float[] w,
            int wo,
            int wCol,
            int wRow,
            float[] from,
            int fo,
            int fStep,
            float[] y,
            int yo,
            int yStep,
            int pixels) {
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + wCol);
        FloatVector w2 = FloatVector.fromArray(S, w, wo + 2 * wCol);
        FloatVector w3 = FloatVector.fromArray(S, w, wo + 3 * wCol);
        FloatVector w4 = FloatVector.fromArray(S, w, wo + 4 * wCol);
        FloatVector w5 = FloatVector.fromArray(S, w, wo + wRow);
        FloatVector w6 = FloatVector.fromArray(S, w, wo + wRow + wCol);
        FloatVector w7 = FloatVector.fromArray(S, w, wo + wRow + 2 * wCol);
        FloatVector w8 = FloatVector.fromArray(S, w, wo + wRow + 3 * wCol);
        FloatVector w9 = FloatVector.fromArray(S, w, wo + wRow + 4 * wCol);
        int x1 = xo + xRow;
        FloatVector a0 = FloatVector.fromArray(S, x, xo);
        FloatVector a1 = FloatVector.fromArray(S, x, xo + xCol);
        FloatVector a2 = FloatVector.fromArray(S, x, xo + 2 * xCol);
        FloatVector a3 = FloatVector.fromArray(S, x, xo + 3 * xCol);
        FloatVector b0 = FloatVector.fromArray(S, x, x1);
        FloatVector b1 = FloatVector.fromArray(S, x, x1 + xCol);
        FloatVector b2 = FloatVector.fromArray(S, x, x1 + 2 * xCol);
        FloatVector b3 = FloatVector.fromArray(S, x, x1 + 3 * xCol);
        for (int p = 0; p < pixels; p++) {
            FloatVector a4 = FloatVector.fromArray(S, x, xo + 4 * xCol);
            FloatVector b4 = FloatVector.fromArray(S, x, x1 + 4 * xCol);
            FloatVector s = w0.fma(a0, FloatVector.fromArray(S, from, fo));
            s = w4.fma(a4, w3.fma(a3, w2.fma(a2, w1.fma(a1, s))));
            s = w9.fma(b4, w8.fma(b3, w7.fma(b2, w6.fma(b1, w5.fma(b0, s)))));
            s.intoArray(y, yo);
            a0 = a1;
            b0 = b1;
            a1 = a2;
            b1 = b2;
            a2 = a3;
            b2 = b3;
            a3 = a4;
            b3 = b4;
            xo += xCol;
            x1 += xCol;
            yo += yStep;
            fo += fStep;
        }
    }

    /** Two rows, pixels twice as far apart. */
    private static void tenApart(
            float[] x,
            int xo,
            int xCol,
            int xRow,
            float[] w,
            int wo,
            int wCol,
            int wRow,
            float[] from,
            int fo,
            int fStep,
            float[] y,
            int yo,
            int yStep,
            int pixels) {
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + wCol);
        FloatVector w2 = FloatVector.fromArray(S, w, wo + 2 * wCol);
        FloatVector w3 = FloatVector.fromArray(S, w, wo + 3 * wCol);
        FloatVector w4 = FloatVector.fromArray(S, w, wo + 4 * wCol);
        FloatVector w5 = FloatVector.fromArray(S, w, wo + wRow);
        FloatVector w6 = FloatVector.fromArray(S, w, wo + wRow + wCol);
        FloatVector w7 = FloatVector.fromArray(S, w, wo + wRow + 2 * wCol);
        FloatVector w8 = FloatVector.fromArray(S, w, wo + wRow + 3 * wCol);
        FloatVector w9 = FloatVector.fromArray(S, w, wo + wRow + 4 * wCol);
        int x1 = xo + xRow;
        FloatVector a0 = FloatVector.fromArray(S, x, xo);
        FloatVector a1 = FloatVector.fromArray(S, x, xo + xCol);
        FloatVector a2 = FloatVector.fromArray(S, x, xo + 2 * xCol);
        FloatVector b0 = FloatVector.fromArray(S, x, x1);
        FloatVector b1 = FloatVector.fromArray(S, x, x1 + xCol);
        FloatVector b2 = FloatVector.fromArray(S, x, x1 + 2 * xCol);
        for (int p = 0; p < pixels; p++) {
            FloatVector a3 = FloatVector.fromArray(S, x, xo + 3 * xCol);
            FloatVector a4 = FloatVector.fromArray(S, x, xo + 4 * xCol);
            FloatVector b3 = FloatVector.fromArray(S, x, x1 + 3 * xCol);
            FloatVector b4 = FloatVector.fromArray(S, x, x1 + 4 * xCol);
            FloatVector s = w0.fma(a0, FloatVector.fromArray(S, from, fo));
            s = w4.fma(a4, w3.fma(a3, w2.fma(a2, w1.fma(a1, s))));
            s = w9.fma(b4, w8.fma(b3, w7.fma(b2, w6.fma(b1, w5.fma(b0, s)))));
            s.intoArray(y, yo);
            a0 = a2;
            b0 = b2;
            a1 = a3;
            b1 = b3;
            a2 = a4;
            b2 = b4;
            xo += 2 * xCol;
            x1 += 2 * xCol;
            yo += yStep;
            fo += fStep;
        }
    }

    /** One row, pixels as far apart as taps. */
    private static void five(
            float[] x,
            int xo,
            int xCol,
            float[] w,
            int wo,
            int wCol,
            float[] from,
            int fo,
            int fStep,
            float[] y,
            int yo,
            int yStep,
            int pixels) {
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + wCol);
        FloatVector w2 = FloatVector.fromArray(S, w, wo + 2 * wCol);
        FloatVector w3 = FloatVector.fromArray(S, w, wo + 3 * wCol);
        FloatVector w4 = FloatVector.fromArray(S, w, wo + 4 * wCol);
        FloatVector a0 = FloatVector.fromArray(S, x, xo);
        FloatVector a1 = FloatVector.fromArray(S, x, xo + xCol);
        FloatVector a2 = FloatVector.fromArray(S, x, xo + 2 * xCol);
        FloatVector a3 = FloatVector.fromArray(S, x, xo + 3 * xCol);
        for (int p = 0; p < pixels; p++) {
            FloatVector a4 = FloatVector.fromArray(S, x, xo + 4 * xCol);
            FloatVector s = w0.fma(a0, FloatVector.fromArray(S, from, fo));
            s = w4.fma(a4, w3.fma(a3, w2.fma(a2, w1.fma(a1, s))));
            s.intoArray(y, yo);
            a0 = a1;
            a1 = a2;
            a2 = a3;
            a3 = a4;
            xo += xCol;
            yo += yStep;
            fo += fStep;
        }
    }

    /** One row, pixels twice as far apart. */
    private static void fiveApart(
            float[] x,
            int xo,
            int xCol,
            float[] w,
            int wo,
            int wCol,
            float[] from,
            int fo,
            int fStep,
            float[] y,
            int yo,
            int yStep,
            int pixels) {
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + wCol);
        FloatVector w2 = FloatVector.fromArray(S, w, wo + 2 * wCol);
        FloatVector w3 = FloatVector.fromArray(S, w, wo + 3 * wCol);
        FloatVector w4 = FloatVector.fromArray(S, w, wo + 4 * wCol);
        FloatVector a0 = FloatVector.fromArray(S, x, xo);
        FloatVector a1 = FloatVector.fromArray(S, x, xo + xCol);
        FloatVector a2 = FloatVector.fromArray(S, x, xo + 2 * xCol);
        for (int p = 0; p < pixels; p++) {
            FloatVector a3 = FloatVector.fromArray(S, x, xo + 3 * xCol);
            FloatVector a4 = FloatVector.fromArray(S, x, xo + 4 * xCol);
            FloatVector s = w0.fma(a0, FloatVector.fromArray(S, from, fo));
            s = w4.fma(a4, w3.fma(a3, w2.fma(a2, w1.fma(a1, s))));
            s.intoArray(y, yo);
            a0 = a2;
            a1 = a3;
            a2 = a4;
            xo += 2 * xCol;
            yo += yStep;
            fo += fStep;
        }
    }
}
