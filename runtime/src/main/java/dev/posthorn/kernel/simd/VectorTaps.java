package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Sums and maxima over the taps of a window, one vector of channels at a time. n ≥ L throughout; see {@link VectorRuns}. Sums are
 * one chain of multiply-adds in the order of the taps, whichever loop makes them. Where there are rows of taps, the inner loop
 * is over channels: of the checks of indices C2 takes out only those of a loop whose step is a constant.
 */
final class VectorTaps {
    /** Pixels that lie a multiple of so many channels apart have few places in the first-level cache. */
    static final int CROWDED = 512;

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
        int row = rowOf(t0, t1, xs, ws);
        if (pixels >= 2 && n % CROWDED != 0 && row == 3 && isSquare(t0, t1, xs) && isSquare(t0, t1, ws)) {
            int col = xs[t0 + 1] - xs[t0];
            int down = xs[t0 + 3] - xs[t0];
            int wCol = ws[t0 + 1] - ws[t0];
            int wRow = ws[t0 + 3] - ws[t0];
            for (int i = 0; i < n; i += L) {
                int at = Math.min(i, n - L); // the last vector overlaps the one before it
                int from = xo + xs[t0] + at;
                int weights = wo + ws[t0] + at;
                if (xStep == col) {
                    nine(x, from, col, down, w, weights, wCol, wRow, bias, bo + at, y, yo + at, yStep, pixels);
                } else {
                    nineApart(
                            x, from, col, down, xStep, w, weights, wCol, wRow, bias, bo + at, y, yo + at, yStep,
                            pixels);
                }
            }
            return;
        }
        if (pixels >= 2 && row == 5 && n % L == 0 && VectorFives.takes(xStep, xs[t0 + 1] - xs[t0])) {
            VectorFives.sum(t0, t1, xs, ws, x, xo, xStep, w, wo, bias, bo, y, yo, yStep, pixels, n);
            return;
        }
        if (pixels >= 4 && row == 3 && n % L == 0) {
            for (int p = 0; p < pixels; p += 4) {
                int first = Math.min(p, pixels - 4); // the last four overlap those before them
                int to = yo + first * yStep;
                for (int i = 0; i < 4; i++) {
                    start(bias, bo, y, to + i * yStep, n);
                }
                for (int t = t0; t < t1; t += row) {
                    int at = xo + first * xStep + xs[t];
                    int col = xs[t + 1] - xs[t];
                    int wCol = ws[t + 1] - ws[t];
                    if (xStep == col) {
                        three(x, at, col, w, wo + ws[t], wCol, y, to, yStep, n);
                    } else {
                        threeApart(x, at, col, xStep, w, wo + ws[t], wCol, y, to, yStep, n);
                    }
                }
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

    /** How many taps a row has where all are rows of three or of five at equal distances; else 0. */
    private static int rowOf(int t0, int t1, int[] xs, int[] ws) {
        int count = t1 - t0;
        int row = count % 5 == 0 && count >= 10 ? 5 : count % 3 == 0 ? 3 : 0;
        for (int t = t0; row > 0 && t < t1; t++) {
            boolean first = (t - t0) % row == 0;
            if (!first && (xs[t] - xs[t - 1] != xs[t0 + 1] - xs[t0] || ws[t] - ws[t - 1] != ws[t0 + 1] - ws[t0])) {
                return 0;
            }
        }
        return count == 0 ? 0 : row;
    }

    /** Whether rows of three are three, at equal distances. */
    private static boolean isSquare(int t0, int t1, int[] at) {
        return t1 - t0 == 9 && at[t0 + 6] - at[t0 + 3] == at[t0 + 3] - at[t0];
    }

    /** Nine taps, whose weights stay in registers while the pixels pass, and inputs while windows have them in common. */
    private static void nine(
            float[] x,
            int xo,
            int xCol,
            int xRow,
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
        FloatVector a0 = FloatVector.fromArray(S, x, xo), a1 = FloatVector.fromArray(S, x, xo + xCol);
        FloatVector b0 = FloatVector.fromArray(S, x, x1), b1 = FloatVector.fromArray(S, x, x1 + xCol);
        FloatVector c0 = FloatVector.fromArray(S, x, x2), c1 = FloatVector.fromArray(S, x, x2 + xCol);
        for (int p = 0; p < pixels; p++) {
            FloatVector a2 = FloatVector.fromArray(S, x, xo + 2 * xCol);
            FloatVector b2 = FloatVector.fromArray(S, x, x1 + 2 * xCol);
            FloatVector c2 = FloatVector.fromArray(S, x, x2 + 2 * xCol);
            FloatVector s = w2.fma(a2, w1.fma(a1, w0.fma(a0, start)));
            s = w5.fma(b2, w4.fma(b1, w3.fma(b0, s)));
            w8.fma(c2, w7.fma(c1, w6.fma(c0, s))).intoArray(y, yo);
            a0 = a1;
            b0 = b1;
            c0 = c1;
            a1 = a2;
            b1 = b2;
            c1 = c2;
            xo += xCol;
            x1 += xCol;
            x2 += xCol;
            yo += yStep;
        }
    }

    /** As {@link #nine}, pixels any distance apart. */
    private static void nineApart(
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
            s = w1.fma(FloatVector.fromArray(S, x, xo + xCol), s);
            s = w2.fma(FloatVector.fromArray(S, x, xo + 2 * xCol), s);
            s = w3.fma(FloatVector.fromArray(S, x, x1), s);
            s = w4.fma(FloatVector.fromArray(S, x, x1 + xCol), s);
            s = w5.fma(FloatVector.fromArray(S, x, x1 + 2 * xCol), s);
            s = w6.fma(FloatVector.fromArray(S, x, x2), s);
            s = w7.fma(FloatVector.fromArray(S, x, x2 + xCol), s);
            w8.fma(FloatVector.fromArray(S, x, x2 + 2 * xCol), s).intoArray(y, yo);
            xo += xStep;
            x1 += xStep;
            x2 += xStep;
            yo += yStep;
        }
    }

    private static void start(float[] bias, int bo, float[] y, int yo, int n) {
        if (bias == null) {
            Arrays.fill(y, yo, yo + n, 0);
        } else {
            System.arraycopy(bias, bo, y, yo, n);
        }
    }

    /** Adds a row of three taps to four pixels that are as far apart as the taps. */
    private static void three(
            float[] x, int xo, int col, float[] w, int wo, int wCol, float[] y, int yo, int yStep, int n) {
        int x2 = xo + 2 * col;
        int x4 = xo + 4 * col;
        int w2 = wo + 2 * wCol;
        int y2 = yo + 2 * yStep;
        for (int i = 0; i < n; i += L) {
            FloatVector v0 = FloatVector.fromArray(S, w, wo + i);
            FloatVector v1 = FloatVector.fromArray(S, w, wo + wCol + i);
            FloatVector v2 = FloatVector.fromArray(S, w, w2 + i);
            FloatVector u0 = FloatVector.fromArray(S, x, xo + i);
            FloatVector u1 = FloatVector.fromArray(S, x, xo + col + i);
            FloatVector u2 = FloatVector.fromArray(S, x, x2 + i);
            FloatVector u3 = FloatVector.fromArray(S, x, x2 + col + i);
            FloatVector u4 = FloatVector.fromArray(S, x, x4 + i);
            FloatVector u5 = FloatVector.fromArray(S, x, x4 + col + i);
            v2.fma(u2, v1.fma(u1, v0.fma(u0, FloatVector.fromArray(S, y, yo + i))))
                    .intoArray(y, yo + i);
            v2.fma(u3, v1.fma(u2, v0.fma(u1, FloatVector.fromArray(S, y, yo + yStep + i))))
                    .intoArray(y, yo + yStep + i);
            v2.fma(u4, v1.fma(u3, v0.fma(u2, FloatVector.fromArray(S, y, y2 + i))))
                    .intoArray(y, y2 + i);
            v2.fma(u5, v1.fma(u4, v0.fma(u3, FloatVector.fromArray(S, y, y2 + yStep + i))))
                    .intoArray(y, y2 + yStep + i);
        }
    }

    /** As {@link #three}, pixels any distance apart. */
    private static void threeApart(
            float[] x, int xo, int col, int step, float[] w, int wo, int wCol, float[] y, int yo, int yStep, int n) {
        for (int p = 0; p < 4; p += 2) {
            int xa = xo + p * step;
            int xb = xa + step;
            int ya = yo + p * yStep;
            int yb = ya + yStep;
            for (int i = 0; i < n; i += L) {
                FloatVector v0 = FloatVector.fromArray(S, w, wo + i);
                FloatVector v1 = FloatVector.fromArray(S, w, wo + wCol + i);
                FloatVector v2 = FloatVector.fromArray(S, w, wo + 2 * wCol + i);
                FloatVector s = v0.fma(FloatVector.fromArray(S, x, xa + i), FloatVector.fromArray(S, y, ya + i));
                FloatVector t = v0.fma(FloatVector.fromArray(S, x, xb + i), FloatVector.fromArray(S, y, yb + i));
                s = v1.fma(FloatVector.fromArray(S, x, xa + col + i), s);
                t = v1.fma(FloatVector.fromArray(S, x, xb + col + i), t);
                v2.fma(FloatVector.fromArray(S, x, xa + 2 * col + i), s).intoArray(y, ya + i);
                v2.fma(FloatVector.fromArray(S, x, xb + 2 * col + i), t).intoArray(y, yb + i);
            }
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
