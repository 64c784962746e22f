package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;

/** Gradients of depthwise convolutions by their weights. Written out as in {@link VectorGemmPair}. */
final class VectorTapsGradient {
    private VectorTapsGradient() {}

    /** Whole vectors of channels. */
    static void run(
            int t0,
            int t1,
            int[] xs,
            int[] ws,
            float[] x,
            int xo,
            int xStep,
            float[] dy,
            int dyo,
            int dyStep,
            float[] dw,
            int wo,
            int pixels,
            int n) {
        for (int i = 0; i < n; i += L) {
            int t = t0;
            for (; t <= t1 - 9; t += 9) {
                taps9(t, xs, ws, x, xo + i, xStep, dy, dyo + i, dyStep, dw, wo + i, pixels);
            }
            for (; t <= t1 - 3; t += 3) {
                taps3(t, xs, ws, x, xo + i, xStep, dy, dyo + i, dyStep, dw, wo + i, pixels);
            }
            for (; t < t1; t++) {
                taps1(t, xs, ws, x, xo + i, xStep, dy, dyo + i, dyStep, dw, wo + i, pixels);
            }
        }
    }

    /** Nine taps from t on, one vector of channels. */
    private static void taps9(
            int t,
            int[] xs,
            int[] ws,
            float[] x,
            int xo,
            int xStep,
            float[] dy,
            int dyo,
            int dyStep,
            float[] dw,
            int wo,
            int pixels) {
        int x0 = xo + xs[t];
        int x1 = xo + xs[t + 1];
        int x2 = xo + xs[t + 2];
        int x3 = xo + xs[t + 3];
        int x4 = xo + xs[t + 4];
        int x5 = xo + xs[t + 5];
        int x6 = xo + xs[t + 6];
        int x7 = xo + xs[t + 7];
        int x8 = xo + xs[t + 8];
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = FloatVector.zero(S);
        FloatVector s2 = FloatVector.zero(S);
        FloatVector s3 = FloatVector.zero(S);
        FloatVector s4 = FloatVector.zero(S);
        FloatVector s5 = FloatVector.zero(S);
        FloatVector s6 = FloatVector.zero(S);
        FloatVector s7 = FloatVector.zero(S);
        FloatVector s8 = FloatVector.zero(S);
        int at = 0;
        for (int p = 0; p < pixels; p++) {
            FloatVector d = FloatVector.fromArray(S, dy, dyo);
            s0 = FloatVector.fromArray(S, x, x0 + at).fma(d, s0);
            s1 = FloatVector.fromArray(S, x, x1 + at).fma(d, s1);
            s2 = FloatVector.fromArray(S, x, x2 + at).fma(d, s2);
            s3 = FloatVector.fromArray(S, x, x3 + at).fma(d, s3);
            s4 = FloatVector.fromArray(S, x, x4 + at).fma(d, s4);
            s5 = FloatVector.fromArray(S, x, x5 + at).fma(d, s5);
            s6 = FloatVector.fromArray(S, x, x6 + at).fma(d, s6);
            s7 = FloatVector.fromArray(S, x, x7 + at).fma(d, s7);
            s8 = FloatVector.fromArray(S, x, x8 + at).fma(d, s8);
            at += xStep;
            dyo += dyStep;
        }
        FloatVector.fromArray(S, dw, wo + ws[t]).add(s0).intoArray(dw, wo + ws[t]);
        FloatVector.fromArray(S, dw, wo + ws[t + 1]).add(s1).intoArray(dw, wo + ws[t + 1]);
        FloatVector.fromArray(S, dw, wo + ws[t + 2]).add(s2).intoArray(dw, wo + ws[t + 2]);
        FloatVector.fromArray(S, dw, wo + ws[t + 3]).add(s3).intoArray(dw, wo + ws[t + 3]);
        FloatVector.fromArray(S, dw, wo + ws[t + 4]).add(s4).intoArray(dw, wo + ws[t + 4]);
        FloatVector.fromArray(S, dw, wo + ws[t + 5]).add(s5).intoArray(dw, wo + ws[t + 5]);
        FloatVector.fromArray(S, dw, wo + ws[t + 6]).add(s6).intoArray(dw, wo + ws[t + 6]);
        FloatVector.fromArray(S, dw, wo + ws[t + 7]).add(s7).intoArray(dw, wo + ws[t + 7]);
        FloatVector.fromArray(S, dw, wo + ws[t + 8]).add(s8).intoArray(dw, wo + ws[t + 8]);
    }

    /** Three taps from t on, one vector of channels. */
    private static void taps3(
            int t,
            int[] xs,
            int[] ws,
            float[] x,
            int xo,
            int xStep,
            float[] dy,
            int dyo,
            int dyStep,
            float[] dw,
            int wo,
            int pixels) {
        int x0 = xo + xs[t];
        int x1 = xo + xs[t + 1];
        int x2 = xo + xs[t + 2];
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = FloatVector.zero(S);
        FloatVector s2 = FloatVector.zero(S);
        int at = 0;
        for (int p = 0; p < pixels; p++) {
            FloatVector d = FloatVector.fromArray(S, dy, dyo);
            s0 = FloatVector.fromArray(S, x, x0 + at).fma(d, s0);
            s1 = FloatVector.fromArray(S, x, x1 + at).fma(d, s1);
            s2 = FloatVector.fromArray(S, x, x2 + at).fma(d, s2);
            at += xStep;
            dyo += dyStep;
        }
        FloatVector.fromArray(S, dw, wo + ws[t]).add(s0).intoArray(dw, wo + ws[t]);
        FloatVector.fromArray(S, dw, wo + ws[t + 1]).add(s1).intoArray(dw, wo + ws[t + 1]);
        FloatVector.fromArray(S, dw, wo + ws[t + 2]).add(s2).intoArray(dw, wo + ws[t + 2]);
    }

    /** One tap from t on, one vector of channels. */
    private static void taps1(
            int t,
            int[] xs,
            int[] ws,
            float[] x,
            int xo,
            int xStep,
            float[] dy,
            int dyo,
            int dyStep,
            float[] dw,
            int wo,
            int pixels) {
        int x0 = xo + xs[t];
        FloatVector s0 = FloatVector.zero(S);
        for (int p = 0; p < pixels; p++) {
            FloatVector d = FloatVector.fromArray(S, dy, dyo);
            s0 = FloatVector.fromArray(S, x, x0).fma(d, s0);
            x0 += xStep;
            dyo += dyStep;
        }
        FloatVector.fromArray(S, dw, wo + ws[t]).add(s0).intoArray(dw, wo + ws[t]);
    }
}
