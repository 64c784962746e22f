package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorExp.LN2_HI;
import static dev.posthorn.kernel.simd.VectorExp.LN2_LO;
import static dev.posthorn.kernel.simd.VectorExp.LOG2E;
import static dev.posthorn.kernel.simd.VectorExp.MAGIC;

import dev.posthorn.kernel.Unary;

/** The bits of the loops of {@link VectorExp} and {@link VectorMath}, element by element: see {@link PlainTwin}. */
final class PlainMath {
    private PlainMath() {}

    /** Whether {@link #run} knows f. */
    static boolean has(Unary f) {
        return f == Unary.EXP || f == Unary.SIGMOID || f == Unary.SILU || f == Unary.TANH;
    }

    /** As {@link VectorUnary#run}. */
    static void run(Unary f, float alpha, float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            float v = x[xo + i];
            y[yo + i] = switch (f) {
                case EXP -> exp(v);
                case SIGMOID -> logistic(-v);
                case SILU -> logistic(v * -alpha) * v;
                default -> tanh(v);
            };
        }
    }

    /** y = e^(x − shift). */
    static void exp(float shift, float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = exp(x[xo + i] - shift);
        }
    }

    private static float clip(float x, float low, float high) {
        float v = x < low ? low : x;
        return v > high ? high : v;
    }

    /** e^r − 1 of what {@code z} leaves of c. */
    private static float rest(float c, float z) {
        float r = reduced(c, z);
        float q = Math.fma(VectorExp.Q4, r, VectorExp.Q3);
        q = Math.fma(Math.fma(Math.fma(q, r, VectorExp.Q2), r, VectorExp.Q1), r, VectorExp.Q0);
        return Math.fma(q * r, r, r);
    }

    /** c less the multiple of ln 2 that {@code z} tells. */
    private static float reduced(float c, float z) {
        float k = z - MAGIC;
        return Math.fma(k, -LN2_LO, Math.fma(k, -LN2_HI, c));
    }

    private static float exp(float x) {
        float c = clip(x, -104, 89);
        float z = Math.fma(c, LOG2E, MAGIC);
        int k = Float.floatToRawIntBits(z);
        float s = Float.intBitsToFloat(k >> 1 << 23);
        return Math.fma(rest(c, z), s, s) * Float.intBitsToFloat(k - (k >> 1) << 23);
    }

    /** 1 / (1 + e^x). */
    private static float logistic(float x) {
        float c = clip(x, -104, 104);
        float z = Math.fma(c, LOG2E, MAGIC);
        int k = Float.floatToRawIntBits(z);
        float s = Float.intBitsToFloat(k >> 1 << 23);
        float t = Float.intBitsToFloat((k >> 1) - k + 254 << 23);
        float r = reduced(c, z);
        float r2 = r * r;
        float m = Math.fma(VectorExp.Q4, r2, Math.fma(VectorExp.Q3, r, VectorExp.Q2));
        m = Math.fma(Math.fma(m, r2, Math.fma(VectorExp.Q1, r, VectorExp.Q0)), r2, r);
        return t / (Math.fma(m, s, t) + s);
    }

    private static float tanh(float x) {
        float z = x * x;
        float p = Math.fma(VectorMath.TANH[0], z, VectorMath.TANH[1]);
        for (int i = 2; i < VectorMath.TANH.length; i++) {
            p = Math.fma(p, z, VectorMath.TANH[i]);
        }
        float large = 1 - 2 / (exp(Math.abs(x) * 2) + 1);
        return Math.abs(x) < 0.625f ? Math.fma(p * z, x, x) : Math.copySign(large, x);
    }

    /** As {@link VectorLstm#rows}, one row. */
    static void lstm(int n, float[] g, int go, float[] p, int po, float[] c, int co, float[] h, int ho) {
        for (int i = 0; i < n; i++) {
            float in = 0.5f + quotient(g[go + i] + p[po + i], 0.5f);
            float forget = 0.5f + quotient(g[go + n + i] + p[po + n + i], 0.5f);
            float candidate = quotient(g[go + 2 * n + i] + p[po + 2 * n + i], 1);
            float out = 0.5f + quotient(g[go + 3 * n + i] + p[po + 3 * n + i], 0.5f);
            float memory = Math.fma(forget, c[co + i], in * candidate);
            c[co + i] = memory;
            h[ho + i] = quotient(memory, 1) * out;
        }
    }

    /** s tanh(sx), s a power of two. */
    private static float quotient(float x, float s) {
        float v = clip(x * s, -VectorLstm.MOST, VectorLstm.MOST);
        float z = v * v;
        float p = Math.fma(Math.fma(VectorLstm.P4, z, VectorLstm.P3), z, VectorLstm.P2);
        float q = Math.fma(Math.fma(VectorLstm.Q4, z, VectorLstm.Q3), z, VectorLstm.Q2);
        p = Math.fma(Math.fma(p, z, VectorLstm.P1), z, VectorLstm.P0);
        q = Math.fma(Math.fma(q, z, VectorLstm.Q1), z, 1);
        return p * v / q * s;
    }
}
