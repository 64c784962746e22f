package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.I;
import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * y[i] = f(x[i]) for the exponential function and its kin, n a multiple of L. Coefficients are our own minimax fits.
 * e^c = 2ᵏ e^r with k = c / ln 2 rounded and |r| ≤ ½ ln 2; e^r − 1 = r + r²q(r).
 *
 * <p>Each loop is one flat method on purpose: C2 stops inlining methods of ours (not those of the Vector API) once a loop
 * has some 18,000 nodes, and one helper left out of line boxes every vector. What is made of several such functions runs
 * in several loops over a block that stays in cache (VectorUnary).
 *
 * <p>Largest error found over every 211th float (sigmoid: every 61st), in units in the last place: exp 1.03, expm1 1.56,
 * sigmoid 2.00. NaN gives NaN, underflow is gradual. ElementwiseTest holds them to it.
 */
final class VectorExp {
    static final float LOG2E = 1.4426950408889634f;
    /** ln 2 in two parts; the first is so short that subtracting its multiples is exact. */
    static final float LN2_HI = 0.693359375f;

    static final float LN2_LO = -2.12194440e-4f;
    /**
     * 1.5 · 2²³ + 254: adding it rounds to an integer k. The bits of the sum, shifted down by one and then to the exponent's
     * place, are 2^⌊k/2⌋; less the shifted ones, 2^⌈k/2⌉: two factors, so that neither overflows.
     */
    static final float MAGIC = 12582912f + 254;

    /** 1.5 · 2²³ + 127 − 64: the bits of a sum with it, shifted to the exponent's place, are 2^(k − 64), k from −62 to 190. */
    private static final float SMALLER = 12582912f + 127 - 64;

    /** Whether C2 keeps all vectors of a loop of thirty in registers; that of JDK 17 does not, once other kernels have run. */
    private static final boolean ONE_LOOP = Runtime.version().feature() >= 21;

    /** q(r) = Q0 + Q1 r + … */
    static final float Q0 = 0.5f;

    static final float Q1 = 0x1.55548ep-3f;
    static final float Q2 = 0x1.55545cp-5f;
    static final float Q3 = 0x1.123c78p-7f;
    static final float Q4 = 0x1.6db5bep-10f;

    private VectorExp() {}

    /** y = e^(x − shift). */
    static void exp(float shift, float[] x, int xo, float[] y, int yo, int n) {
        FloatVector low = FloatVector.broadcast(S, -104f);
        FloatVector high = FloatVector.broadcast(S, 89f);
        FloatVector log2e = FloatVector.broadcast(S, LOG2E);
        FloatVector magic = FloatVector.broadcast(S, MAGIC);
        FloatVector ln2High = FloatVector.broadcast(S, -LN2_HI);
        FloatVector ln2Low = FloatVector.broadcast(S, -LN2_LO);
        FloatVector q4 = FloatVector.broadcast(S, Q4);
        FloatVector q3 = FloatVector.broadcast(S, Q3);
        FloatVector q2 = FloatVector.broadcast(S, Q2);
        FloatVector q1 = FloatVector.broadcast(S, Q1);
        FloatVector q0 = FloatVector.broadcast(S, Q0);
        FloatVector origin = FloatVector.broadcast(S, shift);
        for (int i = 0; i < n; i += L) {
            FloatVector c = FloatVector.fromArray(S, x, xo + i).sub(origin);
            c = c.blend(low, c.compare(VectorOperators.LT, low));
            c = c.blend(high, c.compare(VectorOperators.GT, high));
            FloatVector z = c.fma(log2e, magic);
            FloatVector kf = z.sub(magic);
            FloatVector r = kf.fma(ln2Low, kf.fma(ln2High, c));
            FloatVector m =
                    q4.fma(r, q3).fma(r, q2).fma(r, q1).fma(r, q0).mul(r).fma(r, r);
            IntVector k = z.reinterpretAsInts();
            IntVector half = k.lanewise(VectorOperators.ASHR, 1);
            FloatVector s1 = half.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector s2 = k.sub(half).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            m.fma(s1, s1).mul(s2).intoArray(y, yo + i);
        }
    }

    /** y = e^(scale · |x|). */
    static void expAbs(float scale, float[] x, int xo, float[] y, int yo, int n) {
        FloatVector low = FloatVector.broadcast(S, -104f);
        FloatVector high = FloatVector.broadcast(S, 89f);
        FloatVector log2e = FloatVector.broadcast(S, LOG2E);
        FloatVector magic = FloatVector.broadcast(S, MAGIC);
        FloatVector ln2High = FloatVector.broadcast(S, -LN2_HI);
        FloatVector ln2Low = FloatVector.broadcast(S, -LN2_LO);
        FloatVector q4 = FloatVector.broadcast(S, Q4);
        FloatVector q3 = FloatVector.broadcast(S, Q3);
        FloatVector q2 = FloatVector.broadcast(S, Q2);
        FloatVector q1 = FloatVector.broadcast(S, Q1);
        FloatVector q0 = FloatVector.broadcast(S, Q0);
        FloatVector factor = FloatVector.broadcast(S, scale);
        for (int i = 0; i < n; i += L) {
            FloatVector c = FloatVector.fromArray(S, x, xo + i).abs().mul(factor);
            c = c.blend(low, c.compare(VectorOperators.LT, low));
            c = c.blend(high, c.compare(VectorOperators.GT, high));
            FloatVector z = c.fma(log2e, magic);
            FloatVector kf = z.sub(magic);
            FloatVector r = kf.fma(ln2Low, kf.fma(ln2High, c));
            FloatVector m =
                    q4.fma(r, q3).fma(r, q2).fma(r, q1).fma(r, q0).mul(r).fma(r, r);
            IntVector k = z.reinterpretAsInts();
            IntVector half = k.lanewise(VectorOperators.ASHR, 1);
            FloatVector s1 = half.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector s2 = k.sub(half).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            m.fma(s1, s1).mul(s2).intoArray(y, yo + i);
        }
    }

    /** y = e^−a² but for a factor 1 − t, a = |factor · x| or 10.5 if that is less; t is what rounding took from the square. */
    static void expSquare(float factor, float[] x, int xo, float[] t, int to, float[] y, int yo, int n) {
        FloatVector scale = FloatVector.broadcast(S, factor);
        FloatVector most = FloatVector.broadcast(S, 10.5f);
        for (int i = 0; i < n; i += L) {
            FloatVector a = FloatVector.fromArray(S, x, xo + i).mul(scale).abs();
            a = a.blend(most, a.compare(VectorOperators.GT, most));
            FloatVector negative = a.mul(a).neg();
            a.fma(a, negative).intoArray(t, to + i);
            negative.intoArray(y, yo + i);
        }
        exp(0, y, yo, y, yo, n);
    }

    /** y = e^x − 1 = 2ᵏ(e^r − 1) + (2ᵏ − 1). */
    static void expm1(float[] x, int xo, float[] y, int yo, int n) {
        FloatVector low = FloatVector.broadcast(S, -104f);
        FloatVector high = FloatVector.broadcast(S, 89f);
        FloatVector log2e = FloatVector.broadcast(S, LOG2E);
        FloatVector magic = FloatVector.broadcast(S, MAGIC);
        FloatVector ln2High = FloatVector.broadcast(S, -LN2_HI);
        FloatVector ln2Low = FloatVector.broadcast(S, -LN2_LO);
        FloatVector q4 = FloatVector.broadcast(S, Q4);
        FloatVector q3 = FloatVector.broadcast(S, Q3);
        FloatVector q2 = FloatVector.broadcast(S, Q2);
        FloatVector q1 = FloatVector.broadcast(S, Q1);
        FloatVector q0 = FloatVector.broadcast(S, Q0);
        for (int i = 0; i < n; i += L) {
            FloatVector c = FloatVector.fromArray(S, x, xo + i);
            c = c.blend(low, c.compare(VectorOperators.LT, low));
            c = c.blend(high, c.compare(VectorOperators.GT, high));
            FloatVector z = c.fma(log2e, magic);
            FloatVector kf = z.sub(magic);
            FloatVector r = kf.fma(ln2Low, kf.fma(ln2High, c));
            FloatVector m =
                    q4.fma(r, q3).fma(r, q2).fma(r, q1).fma(r, q0).mul(r).fma(r, r);
            IntVector k = z.reinterpretAsInts();
            IntVector half = k.lanewise(VectorOperators.ASHR, 1);
            FloatVector s1 = half.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector s2 = k.sub(half).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector inverse =
                    half.sub(k).add(254).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector v = m.fma(s1, s1.sub(inverse)).mul(s2);
            FloatVector source = FloatVector.fromArray(S, x, xo + i);
            v.blend(source, source.compare(VectorOperators.EQ, 0f)).intoArray(y, yo + i); // −0 stays −0
        }
    }

    /**
     * y = f / (1 + e^c), c = −scale · x; f may be x or y. With e^c = (1 + m)s/t, t = 2^−⌈k/2⌉, that is ft / (ms + t + s):
     * nothing overflows, and the smallest results are rounded once. The polynomial is summed in pairs: what takes time is the
     * chain of operations that wait for each other. One loop, or two by way of t: {@code part} floats apart.
     */
    static void logistic(
            float scale, float[] x, int xo, float[] f, int fo, float[] t, int to, int part, float[] y, int yo, int n) {
        if (ONE_LOOP) {
            logistic(scale, x, xo, f, fo, y, yo, n);
        } else {
            logisticTerms(scale, x, xo, t, to, t, to + part, n);
            logistic(t, to, t, to + part, f, fo, y, yo, n);
        }
    }

    /**
     * y = f / (1 + e^−x) as {@link #logistic}, where f is NaN if x is; f may be x or y. With u = −r and x from −105 to 40 only,
     * both e^−x and 1 are to be had 2⁶⁴ times smaller, by one factor; the upper bound is one of integers, which do not know
     * NaN. What takes time is twenty operations on two ports, and how many of them can wait for each other.
     */
    static void gate(float[] x, int xo, float[] f, int fo, float[] y, int yo, int n) {
        FloatVector low = FloatVector.broadcast(S, -105f);
        IntVector high = FloatVector.broadcast(S, 40f).reinterpretAsInts();
        FloatVector log2e = FloatVector.broadcast(S, -LOG2E);
        FloatVector magic = FloatVector.broadcast(S, SMALLER);
        FloatVector ln2High = FloatVector.broadcast(S, LN2_HI);
        FloatVector ln2Low = FloatVector.broadcast(S, LN2_LO);
        FloatVector q4 = FloatVector.broadcast(S, -Q4);
        FloatVector q3 = FloatVector.broadcast(S, Q3);
        FloatVector q2 = FloatVector.broadcast(S, -Q2);
        FloatVector q1 = FloatVector.broadcast(S, Q1);
        FloatVector q0 = FloatVector.broadcast(S, -Q0);
        FloatVector one = FloatVector.broadcast(S, -0x1p-64f);
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            FloatVector c = v.reinterpretAsInts().min(high).reinterpretAsFloats();
            c = c.blend(low, v.compare(VectorOperators.LT, low));
            FloatVector z = c.fma(log2e, magic);
            FloatVector kf = z.sub(magic);
            FloatVector u = kf.fma(ln2Low, kf.fma(ln2High, c));
            FloatVector u2 = u.mul(u);
            FloatVector m = q4.fma(u2, q3.fma(u, q2)).fma(u2, q1.fma(u, q0)).fma(u2, u); // 1 − e^r
            FloatVector s =
                    z.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector q = one.div(m.fma(s, one).sub(s));
            q.mul(FloatVector.fromArray(S, f, fo + i)).intoArray(y, yo + i);
        }
    }

    private static void logistic(float scale, float[] x, int xo, float[] f, int fo, float[] y, int yo, int n) {
        FloatVector low = FloatVector.broadcast(S, -104f);
        FloatVector high = FloatVector.broadcast(S, 104f);
        FloatVector zero = FloatVector.broadcast(S, 0f);
        FloatVector one = FloatVector.broadcast(S, 1f);
        FloatVector log2e = FloatVector.broadcast(S, LOG2E);
        FloatVector magic = FloatVector.broadcast(S, MAGIC);
        FloatVector ln2High = FloatVector.broadcast(S, -LN2_HI);
        FloatVector ln2Low = FloatVector.broadcast(S, -LN2_LO);
        FloatVector q4 = FloatVector.broadcast(S, Q4);
        FloatVector q3 = FloatVector.broadcast(S, Q3);
        FloatVector q2 = FloatVector.broadcast(S, Q2);
        FloatVector q1 = FloatVector.broadcast(S, Q1);
        FloatVector q0 = FloatVector.broadcast(S, Q0);
        IntVector bias = IntVector.broadcast(I, 254);
        FloatVector factor = FloatVector.broadcast(S, -scale);
        for (int i = 0; i < n; i += L) {
            FloatVector c = FloatVector.fromArray(S, x, xo + i).mul(factor);
            FloatVector z = c.fma(log2e, magic);
            FloatVector kf = z.sub(magic);
            FloatVector r = kf.fma(ln2Low, kf.fma(ln2High, c));
            FloatVector r2 = r.mul(r);
            FloatVector m = q4.fma(r2, q3.fma(r, q2)).fma(r2, q1.fma(r, q0)).fma(r2, r);
            IntVector k = z.reinterpretAsInts();
            IntVector half = k.lanewise(VectorOperators.ASHR, 1);
            FloatVector s = half.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector t =
                    half.sub(k).add(bias).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector q = t.div(m.fma(s, t).add(s));
            q = q.blend(one, c.compare(VectorOperators.LT, low)); // beyond is nonsense, and nearer the same
            q = q.blend(zero, c.compare(VectorOperators.GT, high));
            q.mul(FloatVector.fromArray(S, f, fo + i)).intoArray(y, yo + i);
        }
    }

    /** m and k + MAGIC. */
    private static void logisticTerms(float scale, float[] x, int xo, float[] t, int to, float[] u, int uo, int n) {
        FloatVector low = FloatVector.broadcast(S, -104f);
        FloatVector high = FloatVector.broadcast(S, 104f);
        FloatVector log2e = FloatVector.broadcast(S, LOG2E);
        FloatVector magic = FloatVector.broadcast(S, MAGIC);
        FloatVector ln2High = FloatVector.broadcast(S, -LN2_HI);
        FloatVector ln2Low = FloatVector.broadcast(S, -LN2_LO);
        FloatVector q4 = FloatVector.broadcast(S, Q4);
        FloatVector q3 = FloatVector.broadcast(S, Q3);
        FloatVector q2 = FloatVector.broadcast(S, Q2);
        FloatVector q1 = FloatVector.broadcast(S, Q1);
        FloatVector q0 = FloatVector.broadcast(S, Q0);
        FloatVector factor = FloatVector.broadcast(S, -scale);
        for (int i = 0; i < n; i += L) {
            FloatVector c = FloatVector.fromArray(S, x, xo + i).mul(factor);
            c = c.blend(low, c.compare(VectorOperators.LT, low));
            c = c.blend(high, c.compare(VectorOperators.GT, high));
            FloatVector z = c.fma(log2e, magic);
            FloatVector kf = z.sub(magic);
            FloatVector r = kf.fma(ln2Low, kf.fma(ln2High, c));
            FloatVector r2 = r.mul(r);
            q4.fma(r2, q3.fma(r, q2)).fma(r2, q1.fma(r, q0)).fma(r2, r).intoArray(t, to + i);
            z.intoArray(u, uo + i);
        }
    }

    private static void logistic(float[] m, int mo, float[] z, int zo, float[] f, int fo, float[] y, int yo, int n) {
        IntVector bias = IntVector.broadcast(I, 254);
        for (int i = 0; i < n; i += L) {
            IntVector k = FloatVector.fromArray(S, z, zo + i).reinterpretAsInts();
            IntVector half = k.lanewise(VectorOperators.ASHR, 1);
            FloatVector s = half.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector t =
                    half.sub(k).add(bias).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector q = t.div(FloatVector.fromArray(S, m, mo + i).fma(s, t).add(s));
            q.mul(FloatVector.fromArray(S, f, fo + i)).intoArray(y, yo + i);
        }
    }
}
