package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;

/** Sums and maxima over the taps of a window, one vector of channels at a time. n ≥ L throughout; see {@link VectorRuns}. */
final class VectorTaps {
    private VectorTaps() {}

    static void gather(int[] runs, int length, float[] x, int xo, int xStep, float[] y, int yo, int pixels) {
        for (int p = 0; p < pixels; p++) {
            for (int r = 0; r < runs.length; r++) {
                int from = xo + runs[r];
                for (int e = 0; e < length; e += L) {
                    FloatVector.fromArray(S, x, from + e).intoArray(y, yo + e);
                }
                yo += length;
            }
            xo += xStep;
        }
    }

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
        if (pixels >= 4 && isSquare(t0, t1, xs) && isSquare(t0, t1, ws)) {
            for (int i = 0; i < n; i += L) {
                int at = Math.min(i, n - L); // the last vector overlaps the one before it
                nine(
                        x,
                        xo + xs[t0] + at,
                        xs[t0 + 1] - xs[t0],
                        xs[t0 + 3] - xs[t0],
                        xStep,
                        w,
                        wo + ws[t0] + at,
                        ws[t0 + 1] - ws[t0],
                        ws[t0 + 3] - ws[t0],
                        bias,
                        bo + at,
                        y,
                        yo + at,
                        yStep,
                        pixels);
            }
            return;
        }
        int p = 0;
        for (; p + 4 <= pixels; p += 4) {
            for (int i = 0; i < n; i += L) {
                int at = Math.min(i, n - L); // the last vector overlaps the one before it
                sum4(t0, t1, xs, ws, x, xo + at, xStep, w, wo + at, bias, bo + at, y, yo + at, yStep);
            }
            xo += 4 * xStep;
            yo += 4 * yStep;
        }
        for (; p < pixels; p++) {
            for (int i = 0; i < n; i += L) {
                int at = Math.min(i, n - L);
                sum1(t0, t1, xs, ws, x, xo + at, w, wo + at, bias, bo + at, y, yo + at);
            }
            xo += xStep;
            yo += yStep;
        }
    }

    /** Whether the taps are three rows of three at equal distances. */
    static boolean isSquare(int t0, int t1, int[] at) {
        if (t1 - t0 != 9) {
            return false;
        }
        int col = at[t0 + 1] - at[t0];
        int row = at[t0 + 3] - at[t0];
        for (int t = 0; t < 9; t++) {
            if (at[t0 + t] != at[t0] + t / 3 * row + t % 3 * col) {
                return false;
            }
        }
        return true;
    }

    /** Nine taps, whose weights stay in registers while the pixels pass. */
    private static void nine(
            float[] x,
            int xo,
            int xCol,
            int xRow,
            int xStep,
            float[] w,
            int wo,
            int wCol,
            int wRow,
            float[] bias,
            int bo,
            float[] y,
            int yo,
            int yStep,
            int pixels) {
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + wCol);
        FloatVector w2 = FloatVector.fromArray(S, w, wo + 2 * wCol);
        FloatVector w3 = FloatVector.fromArray(S, w, wo + wRow);
        FloatVector w4 = FloatVector.fromArray(S, w, wo + wRow + wCol);
        FloatVector w5 = FloatVector.fromArray(S, w, wo + wRow + 2 * wCol);
        FloatVector w6 = FloatVector.fromArray(S, w, wo + 2 * wRow);
        FloatVector w7 = FloatVector.fromArray(S, w, wo + 2 * wRow + wCol);
        FloatVector w8 = FloatVector.fromArray(S, w, wo + 2 * wRow + 2 * wCol);
        FloatVector start = bias == null ? FloatVector.zero(S) : FloatVector.fromArray(S, bias, bo);
        int x1 = xo + xRow;
        int x2 = x1 + xRow;
        for (int p = 0; p < pixels; p++) {
            FloatVector s = w0.fma(FloatVector.fromArray(S, x, xo), start);
            FloatVector t = w3.mul(FloatVector.fromArray(S, x, x1));
            FloatVector u = w6.mul(FloatVector.fromArray(S, x, x2));
            s = w1.fma(FloatVector.fromArray(S, x, xo + xCol), s);
            t = w4.fma(FloatVector.fromArray(S, x, x1 + xCol), t);
            u = w7.fma(FloatVector.fromArray(S, x, x2 + xCol), u);
            s = w2.fma(FloatVector.fromArray(S, x, xo + 2 * xCol), s);
            t = w5.fma(FloatVector.fromArray(S, x, x1 + 2 * xCol), t);
            u = w8.fma(FloatVector.fromArray(S, x, x2 + 2 * xCol), u);
            s.add(t.add(u)).intoArray(y, yo);
            xo += xStep;
            x1 += xStep;
            x2 += xStep;
            yo += yStep;
        }
    }

    private static void sum4(
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
            int yStep) {
        FloatVector s0 = bias == null ? FloatVector.zero(S) : FloatVector.fromArray(S, bias, bo);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int t = t0; t < t1; t++) {
            FloatVector v = FloatVector.fromArray(S, w, wo + ws[t]);
            int at = xo + xs[t];
            s0 = v.fma(FloatVector.fromArray(S, x, at), s0);
            s1 = v.fma(FloatVector.fromArray(S, x, at + xStep), s1);
            s2 = v.fma(FloatVector.fromArray(S, x, at + 2 * xStep), s2);
            s3 = v.fma(FloatVector.fromArray(S, x, at + 3 * xStep), s3);
        }
        s0.intoArray(y, yo);
        s1.intoArray(y, yo + yStep);
        s2.intoArray(y, yo + 2 * yStep);
        s3.intoArray(y, yo + 3 * yStep);
    }

    private static void sum1(
            int t0,
            int t1,
            int[] xs,
            int[] ws,
            float[] x,
            int xo,
            float[] w,
            int wo,
            float[] bias,
            int bo,
            float[] y,
            int yo) {
        FloatVector s = bias == null ? FloatVector.zero(S) : FloatVector.fromArray(S, bias, bo);
        for (int t = t0; t < t1; t++) {
            s = FloatVector.fromArray(S, w, wo + ws[t]).fma(FloatVector.fromArray(S, x, xo + xs[t]), s);
        }
        s.intoArray(y, yo);
    }

    static void max(
            int t0, int t1, int[] xs, float[] x, int xo, int xStep, float[] y, int yo, int yStep, int pixels, int n) {
        for (int p = 0; p < pixels; p++) {
            for (int i = 0; i < n; i += L) {
                int at = Math.min(i, n - L);
                max1(t0, t1, xs, x, xo + at, y, yo + at);
            }
            xo += xStep;
            yo += yStep;
        }
    }

    private static void max1(int t0, int t1, int[] xs, float[] x, int xo, float[] y, int yo) {
        FloatVector m = FloatVector.fromArray(S, x, xo + xs[t0]);
        for (int t = t0 + 1; t < t1; t++) {
            m = FloatVector.fromArray(S, x, xo + xs[t]).max(m);
        }
        m.intoArray(y, yo);
    }

    static void mean(
            int t0, int t1, int[] xs, float[] x, int xo, int xStep, float[] y, int yo, int yStep, int pixels, int n) {
        for (int p = 0; p < pixels; p++) {
            for (int i = 0; i < n; i += L) {
                int at = Math.min(i, n - L);
                mean1(t0, t1, xs, x, xo + at, y, yo + at);
            }
            xo += xStep;
            yo += yStep;
        }
    }

    private static void mean1(int t0, int t1, int[] xs, float[] x, int xo, float[] y, int yo) {
        FloatVector s = FloatVector.zero(S);
        for (int t = t0; t < t1; t++) {
            s = FloatVector.fromArray(S, x, xo + xs[t]).add(s);
        }
        s.div((float) (t1 - t0)).intoArray(y, yo);
    }
}
