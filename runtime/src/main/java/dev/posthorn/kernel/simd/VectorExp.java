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
 * <p>Largest error found over every 211th float (sigmoid: every 61st), in units in the last place: exp 1.02, expm1 1.56,
 * sigmoid 2.00. NaN gives NaN, underflow is gradual. ElementwiseTest holds them to it.
 */
final class VectorExp {
    private static final float LOG2E = 1.4426950408889634f;
    /** ln 2 in two parts; the first is so short that subtracting its multiples is exact. */
    private static final float LN2_HI = 0.693359375f;

    private static final float LN2_LO = -2.12194440e-4f;
    /** 1.5 · 2²³: adding it rounds to an integer, found in the low bits. */
    private static final float MAGIC = 12582912f;

    private static final int MAGIC_BITS = Float.floatToRawIntBits(MAGIC);

    private VectorExp() {}

    /** y = e^(x − shift). */
    static void exp(float shift, float[] x, int xo, float[] y, int yo, int n) {
        FloatVector low = FloatVector.broadcast(S, -104f);
        FloatVector high = FloatVector.broadcast(S, 89f);
        FloatVector log2e = FloatVector.broadcast(S, LOG2E);
        FloatVector magic = FloatVector.broadcast(S, MAGIC);
        FloatVector ln2High = FloatVector.broadcast(S, -LN2_HI);
        FloatVector ln2Low = FloatVector.broadcast(S, -LN2_LO);
        FloatVector q4 = FloatVector.broadcast(S, 0x1.6db5bep-10f);
        FloatVector q3 = FloatVector.broadcast(S, 0x1.123c78p-7f);
        FloatVector q2 = FloatVector.broadcast(S, 0x1.55545cp-5f);
        FloatVector q1 = FloatVector.broadcast(S, 0x1.55548ep-3f);
        FloatVector q0 = FloatVector.broadcast(S, 0.5f);
        IntVector bits = IntVector.broadcast(I, MAGIC_BITS);
        IntVector bias = IntVector.broadcast(I, 127);
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
            IntVector k = z.reinterpretAsInts().sub(bits);
            IntVector k1 = k.lanewise(VectorOperators.ASHR, 1);
            FloatVector s1 = k1.add(bias).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector s2 =
                    k.sub(k1).add(bias).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            m.add(1f).mul(s1).mul(s2).intoArray(y, yo + i);
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
        FloatVector q4 = FloatVector.broadcast(S, 0x1.6db5bep-10f);
        FloatVector q3 = FloatVector.broadcast(S, 0x1.123c78p-7f);
        FloatVector q2 = FloatVector.broadcast(S, 0x1.55545cp-5f);
        FloatVector q1 = FloatVector.broadcast(S, 0x1.55548ep-3f);
        FloatVector q0 = FloatVector.broadcast(S, 0.5f);
        IntVector bits = IntVector.broadcast(I, MAGIC_BITS);
        IntVector bias = IntVector.broadcast(I, 127);
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
            IntVector k = z.reinterpretAsInts().sub(bits);
            IntVector k1 = k.lanewise(VectorOperators.ASHR, 1);
            FloatVector s1 = k1.add(bias).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector s2 =
                    k.sub(k1).add(bias).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            m.add(1f).mul(s1).mul(s2).intoArray(y, yo + i);
        }
    }

    /**
     * y = e^−a², a = |x| or 10.5 if that is less, with what rounding took from the square, which stands in t. Three loops, as
     * in {@link #sigmoid}.
     */
    static void expSquare(float[] x, int xo, float[] t, int to, float[] y, int yo, int n) {
        squareTerms(x, xo, y, yo, t, to, n);
        exp(0, y, yo, y, yo, n);
        for (int i = 0; i < n; i += L) {
            FloatVector e = FloatVector.fromArray(S, y, yo + i);
            e.sub(e.mul(FloatVector.fromArray(S, t, to + i))).intoArray(y, yo + i);
        }
    }

    /** y = −a² and t what rounding took from a². */
    private static void squareTerms(float[] x, int xo, float[] y, int yo, float[] t, int to, int n) {
        FloatVector most = FloatVector.broadcast(S, 10.5f);
        for (int i = 0; i < n; i += L) {
            FloatVector a = FloatVector.fromArray(S, x, xo + i).abs();
            a = a.blend(most, a.compare(VectorOperators.GT, most));
            FloatVector square = a.mul(a);
            FloatVector negative = square.neg();
            a.fma(a, negative).intoArray(t, to + i);
            negative.intoArray(y, yo + i);
        }
    }

    /** y = e^x − 1 = 2ᵏ(e^r − 1) + (2ᵏ − 1). */
    static void expm1(float[] x, int xo, float[] y, int yo, int n) {
        FloatVector low = FloatVector.broadcast(S, -104f);
        FloatVector high = FloatVector.broadcast(S, 89f);
        FloatVector log2e = FloatVector.broadcast(S, LOG2E);
        FloatVector magic = FloatVector.broadcast(S, MAGIC);
        FloatVector ln2High = FloatVector.broadcast(S, -LN2_HI);
        FloatVector ln2Low = FloatVector.broadcast(S, -LN2_LO);
        FloatVector q4 = FloatVector.broadcast(S, 0x1.6db5bep-10f);
        FloatVector q3 = FloatVector.broadcast(S, 0x1.123c78p-7f);
        FloatVector q2 = FloatVector.broadcast(S, 0x1.55545cp-5f);
        FloatVector q1 = FloatVector.broadcast(S, 0x1.55548ep-3f);
        FloatVector q0 = FloatVector.broadcast(S, 0.5f);
        IntVector bits = IntVector.broadcast(I, MAGIC_BITS);
        IntVector bias = IntVector.broadcast(I, 127);
        for (int i = 0; i < n; i += L) {
            FloatVector c = FloatVector.fromArray(S, x, xo + i);
            c = c.blend(low, c.compare(VectorOperators.LT, low));
            c = c.blend(high, c.compare(VectorOperators.GT, high));
            FloatVector z = c.fma(log2e, magic);
            FloatVector kf = z.sub(magic);
            FloatVector r = kf.fma(ln2Low, kf.fma(ln2High, c));
            FloatVector m =
                    q4.fma(r, q3).fma(r, q2).fma(r, q1).fma(r, q0).mul(r).fma(r, r);
            IntVector k = z.reinterpretAsInts().sub(bits);
            IntVector k1 = k.lanewise(VectorOperators.ASHR, 1);
            FloatVector s1 = k1.add(bias).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector s2 =
                    k.sub(k1).add(bias).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector inverse =
                    bias.sub(k.sub(k1)).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector v = m.fma(s1, s1.sub(inverse)).mul(s2);
            FloatVector source = FloatVector.fromArray(S, x, xo + i);
            v.blend(source, source.compare(VectorOperators.EQ, 0f)).intoArray(y, yo + i); // −0 stays −0
        }
    }

    /**
     * y = 1 / (1 + e^(−scale · x)), with e = e^−|scale · x| and q = e / (1 + e): 1 − q for positive arguments, else q as e +
     * (δ − eq), where δ is what rounding took from e. The first terms are exact or small, so hardly more than the last
     * rounding is left. t keeps e and δ, {@code part} floats apart: two loops, because one has more nodes than C2 of JDK 17
     * inlines once other kernels have run.
     */
    static void sigmoid(float scale, float[] x, int xo, float[] t, int to, int part, float[] y, int yo, int n) {
        sigmoidTerms(scale, x, xo, t, to, t, to + part, n);
        FloatVector factor = FloatVector.broadcast(S, scale);
        FloatVector one = FloatVector.broadcast(S, 1f);
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i).mul(factor);
            FloatVector e = FloatVector.fromArray(S, t, to + i);
            FloatVector rest = FloatVector.fromArray(S, t, to + part + i);
            FloatVector q = e.div(e.add(one));
            FloatVector negative = e.add(q.neg().fma(e, rest));
            one.sub(q).blend(negative, v.compare(VectorOperators.LT, 0f)).intoArray(y, yo + i);
        }
    }

    private static void sigmoidTerms(float scale, float[] x, int xo, float[] t, int to, float[] u, int uo, int n) {
        FloatVector low = FloatVector.broadcast(S, -104f);
        FloatVector log2e = FloatVector.broadcast(S, LOG2E);
        FloatVector magic = FloatVector.broadcast(S, MAGIC);
        FloatVector ln2High = FloatVector.broadcast(S, -LN2_HI);
        FloatVector ln2Low = FloatVector.broadcast(S, -LN2_LO);
        FloatVector q4 = FloatVector.broadcast(S, 0x1.6db5bep-10f);
        FloatVector q3 = FloatVector.broadcast(S, 0x1.123c78p-7f);
        FloatVector q2 = FloatVector.broadcast(S, 0x1.55545cp-5f);
        FloatVector q1 = FloatVector.broadcast(S, 0x1.55548ep-3f);
        FloatVector q0 = FloatVector.broadcast(S, 0.5f);
        IntVector bits = IntVector.broadcast(I, MAGIC_BITS);
        IntVector bias = IntVector.broadcast(I, 127);
        FloatVector factor = FloatVector.broadcast(S, scale);
        FloatVector one = FloatVector.broadcast(S, 1f);
        for (int i = 0; i < n; i += L) {
            FloatVector c =
                    FloatVector.fromArray(S, x, xo + i).mul(factor).abs().neg();
            c = c.blend(low, c.compare(VectorOperators.LT, low));
            FloatVector z = c.fma(log2e, magic);
            FloatVector kf = z.sub(magic);
            FloatVector r = kf.fma(ln2Low, kf.fma(ln2High, c));
            FloatVector m =
                    q4.fma(r, q3).fma(r, q2).fma(r, q1).fma(r, q0).mul(r).fma(r, r);
            IntVector k = z.reinterpretAsInts().sub(bits);
            IntVector k1 = k.lanewise(VectorOperators.ASHR, 1);
            FloatVector s1 = k1.add(bias).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector s2 =
                    k.sub(k1).add(bias).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector p = m.add(one);
            p.mul(s1).mul(s2).intoArray(t, to + i);
            m.sub(p.sub(one)).mul(s1).mul(s2).intoArray(u, uo + i);
        }
    }
}
