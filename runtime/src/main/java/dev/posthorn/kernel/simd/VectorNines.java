package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;

/**
 * Nine terms at once, three runs of three, for convolutions of so few input channels that each input goes to many outputs:
 * the nine rows of weights, or of their gradients, stay in registers while pixels pass. Two vectors of outputs take
 * {@code 18 + 2} registers, one takes {@code 9 + 1}.
 */
final class VectorNines {
    /** What sums begin with. */
    private static final float[] ZERO = new float[2 * L];

    private VectorNines() {}

    /** One vector of outputs. */
    static void one(
            int x0,
            int x1,
            int x2,
            float[] x,
            int xStep,
            float[] w,
            int wo,
            int wStep,
            float[] y,
            int yo,
            int yStep,
            int pixels,
            boolean first) {
        float[] from = first ? ZERO : y;
        int fo = first ? 0 : yo;
        int fStep = first ? 0 : yStep;
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + wStep);
        FloatVector w2 = FloatVector.fromArray(S, w, wo + 2 * wStep);
        FloatVector w3 = FloatVector.fromArray(S, w, wo + 3 * wStep);
        FloatVector w4 = FloatVector.fromArray(S, w, wo + 4 * wStep);
        FloatVector w5 = FloatVector.fromArray(S, w, wo + 5 * wStep);
        FloatVector w6 = FloatVector.fromArray(S, w, wo + 6 * wStep);
        FloatVector w7 = FloatVector.fromArray(S, w, wo + 7 * wStep);
        FloatVector w8 = FloatVector.fromArray(S, w, wo + 8 * wStep);
        for (int p = 0; p < pixels; p++) {
            FloatVector s = FloatVector.fromArray(S, from, fo);
            s = w0.fma(FloatVector.broadcast(S, x[x0]), s);
            s = w1.fma(FloatVector.broadcast(S, x[x0 + 1]), s);
            s = w2.fma(FloatVector.broadcast(S, x[x0 + 2]), s);
            s = w3.fma(FloatVector.broadcast(S, x[x1]), s);
            s = w4.fma(FloatVector.broadcast(S, x[x1 + 1]), s);
            s = w5.fma(FloatVector.broadcast(S, x[x1 + 2]), s);
            s = w6.fma(FloatVector.broadcast(S, x[x2]), s);
            s = w7.fma(FloatVector.broadcast(S, x[x2 + 1]), s);
            w8.fma(FloatVector.broadcast(S, x[x2 + 2]), s).intoArray(y, yo);
            x0 += xStep;
            x1 += xStep;
            x2 += xStep;
            yo += yStep;
            fo += fStep;
        }
    }

    /** Two vectors of outputs. */
    static void two(
            int x0,
            int x1,
            int x2,
            float[] x,
            int xStep,
            float[] w,
            int wo,
            int wStep,
            float[] y,
            int yo,
            int yStep,
            int pixels,
            boolean first) {
        float[] from = first ? ZERO : y;
        int fo = first ? 0 : yo;
        int fStep = first ? 0 : yStep;
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + wStep);
        FloatVector w2 = FloatVector.fromArray(S, w, wo + 2 * wStep);
        FloatVector w3 = FloatVector.fromArray(S, w, wo + 3 * wStep);
        FloatVector w4 = FloatVector.fromArray(S, w, wo + 4 * wStep);
        FloatVector w5 = FloatVector.fromArray(S, w, wo + 5 * wStep);
        FloatVector w6 = FloatVector.fromArray(S, w, wo + 6 * wStep);
        FloatVector w7 = FloatVector.fromArray(S, w, wo + 7 * wStep);
        FloatVector w8 = FloatVector.fromArray(S, w, wo + 8 * wStep);
        wo += L;
        FloatVector v0 = FloatVector.fromArray(S, w, wo);
        FloatVector v1 = FloatVector.fromArray(S, w, wo + wStep);
        FloatVector v2 = FloatVector.fromArray(S, w, wo + 2 * wStep);
        FloatVector v3 = FloatVector.fromArray(S, w, wo + 3 * wStep);
        FloatVector v4 = FloatVector.fromArray(S, w, wo + 4 * wStep);
        FloatVector v5 = FloatVector.fromArray(S, w, wo + 5 * wStep);
        FloatVector v6 = FloatVector.fromArray(S, w, wo + 6 * wStep);
        FloatVector v7 = FloatVector.fromArray(S, w, wo + 7 * wStep);
        FloatVector v8 = FloatVector.fromArray(S, w, wo + 8 * wStep);
        for (int p = 0; p < pixels; p++) {
            FloatVector s = FloatVector.fromArray(S, from, fo);
            FloatVector t = FloatVector.fromArray(S, from, fo + L);
            FloatVector a = FloatVector.broadcast(S, x[x0]);
            s = w0.fma(a, s);
            t = v0.fma(a, t);
            a = FloatVector.broadcast(S, x[x0 + 1]);
            s = w1.fma(a, s);
            t = v1.fma(a, t);
            a = FloatVector.broadcast(S, x[x0 + 2]);
            s = w2.fma(a, s);
            t = v2.fma(a, t);
            a = FloatVector.broadcast(S, x[x1]);
            s = w3.fma(a, s);
            t = v3.fma(a, t);
            a = FloatVector.broadcast(S, x[x1 + 1]);
            s = w4.fma(a, s);
            t = v4.fma(a, t);
            a = FloatVector.broadcast(S, x[x1 + 2]);
            s = w5.fma(a, s);
            t = v5.fma(a, t);
            a = FloatVector.broadcast(S, x[x2]);
            s = w6.fma(a, s);
            t = v6.fma(a, t);
            a = FloatVector.broadcast(S, x[x2 + 1]);
            s = w7.fma(a, s);
            t = v7.fma(a, t);
            a = FloatVector.broadcast(S, x[x2 + 2]);
            w8.fma(a, s).intoArray(y, yo);
            v8.fma(a, t).intoArray(y, yo + L);
            x0 += xStep;
            x1 += xStep;
            x2 += xStep;
            yo += yStep;
            fo += fStep;
        }
    }

    /** The gradients of nine rows of weights, for one vector of outputs. */
    static void gradientOne(
            int x0,
            int x1,
            int x2,
            float[] x,
            int xStep,
            float[] dy,
            int dyo,
            int dyStep,
            float[] dw,
            int wo,
            int wStep,
            int pixels) {
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        FloatVector s8 = s0;
        for (int p = 0; p < pixels; p++) {
            FloatVector d = FloatVector.fromArray(S, dy, dyo);
            s0 = d.fma(FloatVector.broadcast(S, x[x0]), s0);
            s1 = d.fma(FloatVector.broadcast(S, x[x0 + 1]), s1);
            s2 = d.fma(FloatVector.broadcast(S, x[x0 + 2]), s2);
            s3 = d.fma(FloatVector.broadcast(S, x[x1]), s3);
            s4 = d.fma(FloatVector.broadcast(S, x[x1 + 1]), s4);
            s5 = d.fma(FloatVector.broadcast(S, x[x1 + 2]), s5);
            s6 = d.fma(FloatVector.broadcast(S, x[x2]), s6);
            s7 = d.fma(FloatVector.broadcast(S, x[x2 + 1]), s7);
            s8 = d.fma(FloatVector.broadcast(S, x[x2 + 2]), s8);
            x0 += xStep;
            x1 += xStep;
            x2 += xStep;
            dyo += dyStep;
        }
        FloatVector.fromArray(S, dw, wo).add(s0).intoArray(dw, wo);
        FloatVector.fromArray(S, dw, wo + wStep).add(s1).intoArray(dw, wo + wStep);
        FloatVector.fromArray(S, dw, wo + 2 * wStep).add(s2).intoArray(dw, wo + 2 * wStep);
        FloatVector.fromArray(S, dw, wo + 3 * wStep).add(s3).intoArray(dw, wo + 3 * wStep);
        FloatVector.fromArray(S, dw, wo + 4 * wStep).add(s4).intoArray(dw, wo + 4 * wStep);
        FloatVector.fromArray(S, dw, wo + 5 * wStep).add(s5).intoArray(dw, wo + 5 * wStep);
        FloatVector.fromArray(S, dw, wo + 6 * wStep).add(s6).intoArray(dw, wo + 6 * wStep);
        FloatVector.fromArray(S, dw, wo + 7 * wStep).add(s7).intoArray(dw, wo + 7 * wStep);
        FloatVector.fromArray(S, dw, wo + 8 * wStep).add(s8).intoArray(dw, wo + 8 * wStep);
    }
}
