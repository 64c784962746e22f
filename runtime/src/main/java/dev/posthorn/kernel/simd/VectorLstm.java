package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * A step of an LSTM from its gates, n a multiple of L, one function after the other for all rows: what a row waits for, the
 * others hide. Hyperbolic tangent and logistic function are the same quotient, x P(x²) / Q(x²), of our own minimax fit: gates
 * and states are sums of products with values of size 1, so they need an absolute error alone, which is below 2.2 · 2⁻²³; that
 * takes half the time of the functions that are right to the last place of small results. {@link PlainTwin} gives these bits.
 * Steps have names so that methods have more than 325 bytes: see {@link VectorWinograd}.
 */
final class VectorLstm {
    /** From where on the hyperbolic tangent is 1. */
    static final float MOST = 9.02f;

    static final float P0 = 1f;
    static final float P1 = 0.13379709163823497f;
    static final float P2 = 0.0034940240997264065f;
    static final float P3 = 2.0583310181813532e-05f;
    static final float P4 = 1.331884114953963e-08f;
    static final float Q1 = 0.46713024411926224f;
    static final float Q2 = 0.02587103346911801f;
    static final float Q3 = 0.0003283075747558301f;
    static final float Q4 = 7.761923449686561e-07f;

    private VectorLstm() {}

    /** As {@link Simd#lstm}. */
    static void rows(
            int rows, int n, float[] g, int go, float[] p, int po, int pStep, float[] c, int co, float[] h, int ho) {
        int step = 4 * n;
        for (int r = 0; r < rows; r++) {
            logistic(g, go + r * step, p, po + r * pStep, 2 * n);
        }
        for (int r = 0; r < rows; r++) {
            tanh(g, go + r * step + 2 * n, p, po + r * pStep + 2 * n, n);
        }
        for (int r = 0; r < rows; r++) {
            logistic(g, go + r * step + 3 * n, p, po + r * pStep + 3 * n, n);
        }
        for (int r = 0; r < rows; r++) {
            state(n, g, go + r * step, c, co + r * n, h, ho + r * n);
        }
    }

    /** g = tanh(g + p). */
    private static void tanh(float[] g, int go, float[] p, int po, int n) {
        FloatVector most = FloatVector.broadcast(S, MOST);
        FloatVector least = FloatVector.broadcast(S, -MOST);
        FloatVector p4 = FloatVector.broadcast(S, P4);
        FloatVector p3 = FloatVector.broadcast(S, P3);
        FloatVector p2 = FloatVector.broadcast(S, P2);
        FloatVector p1 = FloatVector.broadcast(S, P1);
        FloatVector one = FloatVector.broadcast(S, 1f);
        FloatVector q4 = FloatVector.broadcast(S, Q4);
        FloatVector q3 = FloatVector.broadcast(S, Q3);
        FloatVector q2 = FloatVector.broadcast(S, Q2);
        FloatVector q1 = FloatVector.broadcast(S, Q1);
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, g, go + i);
            FloatVector given = FloatVector.fromArray(S, p, po + i);
            v = v.add(given);
            v = v.blend(most, v.compare(VectorOperators.GT, most));
            v = v.blend(least, v.compare(VectorOperators.LT, least));
            FloatVector z = v.mul(v);
            FloatVector up = p4.fma(z, p3);
            FloatVector down = q4.fma(z, q3);
            up = up.fma(z, p2);
            down = down.fma(z, q2);
            up = up.fma(z, p1);
            down = down.fma(z, q1);
            up = up.fma(z, one);
            up = up.mul(v);
            down = down.fma(z, one);
            up = up.div(down);
            up.intoArray(g, go + i);
        }
    }

    /** g = σ(g + p) = ½ + ½ tanh(½(g + p)); halves are in the coefficients. */
    private static void logistic(float[] g, int go, float[] p, int po, int n) {
        FloatVector most = FloatVector.broadcast(S, 2 * MOST);
        FloatVector least = FloatVector.broadcast(S, -2 * MOST);
        FloatVector p4 = FloatVector.broadcast(S, 0x1p-10f * P4);
        FloatVector p3 = FloatVector.broadcast(S, 0x1p-8f * P3);
        FloatVector p2 = FloatVector.broadcast(S, 0x1p-6f * P2);
        FloatVector p1 = FloatVector.broadcast(S, 0x1p-4f * P1);
        FloatVector p0 = FloatVector.broadcast(S, 0x1p-2f * P0);
        FloatVector half = FloatVector.broadcast(S, 0.5f);
        FloatVector one = FloatVector.broadcast(S, 1f);
        FloatVector q4 = FloatVector.broadcast(S, 0x1p-8f * Q4);
        FloatVector q3 = FloatVector.broadcast(S, 0x1p-6f * Q3);
        FloatVector q2 = FloatVector.broadcast(S, 0x1p-4f * Q2);
        FloatVector q1 = FloatVector.broadcast(S, 0x1p-2f * Q1);
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, g, go + i);
            FloatVector given = FloatVector.fromArray(S, p, po + i);
            v = v.add(given);
            v = v.blend(most, v.compare(VectorOperators.GT, most));
            v = v.blend(least, v.compare(VectorOperators.LT, least));
            FloatVector z = v.mul(v);
            FloatVector up = p4.fma(z, p3).fma(z, p2).fma(z, p1).fma(z, p0).mul(v);
            FloatVector down = q4.fma(z, q3).fma(z, q2).fma(z, q1).fma(z, one);
            up = up.div(down);
            up.add(half).intoArray(g, go + i);
        }
    }

    /** c = f·c + i·g, h = o tanh c, of the gates' values i f g o. */
    private static void state(int n, float[] g, int go, float[] c, int co, float[] h, int ho) {
        FloatVector most = FloatVector.broadcast(S, MOST);
        FloatVector least = FloatVector.broadcast(S, -MOST);
        FloatVector p4 = FloatVector.broadcast(S, P4);
        FloatVector p3 = FloatVector.broadcast(S, P3);
        FloatVector p2 = FloatVector.broadcast(S, P2);
        FloatVector p1 = FloatVector.broadcast(S, P1);
        FloatVector one = FloatVector.broadcast(S, 1f);
        FloatVector q4 = FloatVector.broadcast(S, Q4);
        FloatVector q3 = FloatVector.broadcast(S, Q3);
        FloatVector q2 = FloatVector.broadcast(S, Q2);
        FloatVector q1 = FloatVector.broadcast(S, Q1);
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, g, go + i).mul(FloatVector.fromArray(S, g, go + 2 * n + i));
            v = FloatVector.fromArray(S, g, go + n + i).fma(FloatVector.fromArray(S, c, co + i), v);
            v.intoArray(c, co + i);
            v = v.blend(most, v.compare(VectorOperators.GT, most));
            v = v.blend(least, v.compare(VectorOperators.LT, least));
            FloatVector z = v.mul(v);
            FloatVector up = p4.fma(z, p3).fma(z, p2).fma(z, p1).fma(z, one).mul(v);
            v = up.div(q4.fma(z, q3).fma(z, q2).fma(z, q1).fma(z, one));
            v.mul(FloatVector.fromArray(S, g, go + 3 * n + i)).intoArray(h, ho + i);
        }
    }
}
