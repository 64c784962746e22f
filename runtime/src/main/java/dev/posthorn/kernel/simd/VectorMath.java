package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The logarithm, and the second halves of functions whose first half is one of {@link VectorExp} or the logarithm: t holds
 * that half. Flat loops over whole vectors, for the reason given there; coefficients are our own minimax fits. Where y is
 * x, it is the same range.
 *
 * <p>Largest error found over every 211th float, in units in the last place: log 0.80, log1p 1.44, tanh 1.24, erf 1.09,
 * erfc 3.99, softplus 1.88.
 */
final class VectorMath {
    private static final float MAGIC = 12582912f;
    private static final int SIGN = 0x80000000;

    /** p of tanh x, from the highest power down. */
    static final float[] TANH = {
        0x1.197b7ap-9f, -0x1.0c2144p-7f, 0x1.6394dap-6f, -0x1.b9ef7cp-5f, 0x1.11106cp-3f, -0x1.555554p-2f
    };

    private VectorMath() {}

    /**
     * ln x = k ln 2 + ln(1 + f), x = 2ᵏ(1 + f), √½ ≤ 1 + f &lt; √2; ln(1 + f) = f − ½f² + f³p(f). t keeps f and k, {@code
     * part} floats apart: two loops, for one has more nodes than C2 of JDK 17 inlines once other kernels have run. y may be x.
     */
    static void log(float[] x, int xo, float[] t, int to, int part, float[] y, int yo, int n) {
        logTerms(x, xo, t, to, t, to + part, n);
        FloatVector p7 = FloatVector.broadcast(S, -0x1.38b590p-4f);
        FloatVector p6 = FloatVector.broadcast(S, 0x1.055b6cp-3f);
        FloatVector p5 = FloatVector.broadcast(S, -0x1.0d8540p-3f);
        FloatVector p4 = FloatVector.broadcast(S, 0x1.22da1cp-3f);
        FloatVector p3 = FloatVector.broadcast(S, -0x1.547244p-3f);
        FloatVector p2 = FloatVector.broadcast(S, 0x1.99a008p-3f);
        FloatVector p1 = FloatVector.broadcast(S, -0x1.000226p-2f);
        FloatVector p0 = FloatVector.broadcast(S, 0x1.555554p-2f);
        FloatVector half = FloatVector.broadcast(S, -0.5f);
        FloatVector ln2High = FloatVector.broadcast(S, 0.6931472f);
        FloatVector ln2Low = FloatVector.broadcast(S, -1.9046543e-9f);
        FloatVector infinity = FloatVector.broadcast(S, Float.POSITIVE_INFINITY);
        FloatVector negative = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
        FloatVector nan = FloatVector.broadcast(S, Float.NaN);
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            FloatVector f = FloatVector.fromArray(S, t, to + i);
            FloatVector k = FloatVector.fromArray(S, t, to + part + i);
            FloatVector p = p7.fma(f, p6)
                    .fma(f, p5)
                    .fma(f, p4)
                    .fma(f, p3)
                    .fma(f, p2)
                    .fma(f, p1)
                    .fma(f, p0);
            FloatVector ff = f.mul(f);
            FloatVector w = p.mul(f).mul(ff);
            w = ff.fma(half, k.fma(ln2Low, w));
            w = k.fma(ln2High, f.add(w));
            w = v.blend(w, v.compare(VectorOperators.LT, infinity)); // ∞ and NaN are their own logarithms
            w = w.blend(nan, v.compare(VectorOperators.LT, 0f));
            w.blend(negative, v.compare(VectorOperators.EQ, 0f)).intoArray(y, yo + i);
        }
    }

    private static void logTerms(float[] x, int xo, float[] f, int fo, float[] k, int ko, int n) {
        FloatVector normal = FloatVector.broadcast(S, Float.MIN_NORMAL);
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            VectorMask<Float> tiny = v.compare(VectorOperators.LT, normal);
            IntVector bits = v.blend(v.mul(0x1p23f), tiny).reinterpretAsInts();
            IntVector e = bits.sub(0x3f3504f3).lanewise(VectorOperators.ASHR, 23);
            bits.sub(e.lanewise(VectorOperators.LSHL, 23))
                    .reinterpretAsFloats()
                    .sub(1f)
                    .intoArray(f, fo + i);
            FloatVector whole =
                    e.add(Float.floatToRawIntBits(MAGIC)).reinterpretAsFloats().sub(MAGIC);
            whole.blend(whole.sub(23f), tiny).intoArray(k, ko + i);
        }
    }

    /** From t = ln u, u = 1 + x rounded: ln(1 + x) = ln u + (x − (u − 1)) / u. */
    static void log1p(float[] t, int to, float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            FloatVector u = v.add(1f);
            FloatVector rest = v.sub(u.sub(1f)).div(u);
            VectorMask<Float> finite = rest.compare(VectorOperators.LT, 1f);
            FloatVector w =
                    FloatVector.fromArray(S, t, to + i).add(FloatVector.zero(S).blend(rest, finite));
            w.blend(v, v.compare(VectorOperators.EQ, 0f)).intoArray(y, yo + i); // −0 stays −0
        }
    }

    /** From t = e^2|x|: tanh x = x + x³p(x²) for |x| &lt; 0.625, else ±(1 − 2 / (t + 1)). */
    static void tanh(float[] t, int to, float[] x, int xo, float[] y, int yo, int n) {
        FloatVector p5 = FloatVector.broadcast(S, TANH[0]);
        FloatVector p4 = FloatVector.broadcast(S, TANH[1]);
        FloatVector p3 = FloatVector.broadcast(S, TANH[2]);
        FloatVector p2 = FloatVector.broadcast(S, TANH[3]);
        FloatVector p1 = FloatVector.broadcast(S, TANH[4]);
        FloatVector p0 = FloatVector.broadcast(S, TANH[5]);
        FloatVector one = FloatVector.broadcast(S, 1f);
        FloatVector two = FloatVector.broadcast(S, 2f);
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            FloatVector z = v.mul(v);
            FloatVector p = p5.fma(z, p4).fma(z, p3).fma(z, p2).fma(z, p1).fma(z, p0);
            FloatVector small = p.mul(z).fma(v, v);
            FloatVector large =
                    one.sub(two.div(FloatVector.fromArray(S, t, to + i).add(one)));
            IntVector sign = v.reinterpretAsInts().and(SIGN);
            large = large.reinterpretAsInts().or(sign).reinterpretAsFloats();
            large.blend(small, v.abs().compare(VectorOperators.LT, 0.625f)).intoArray(y, yo + i);
        }
    }

    /**
     * From t and what {@code rest} takes from it, e^−a² = t(1 − rest): y = 1 − erf a = e^−a² p(u) / (1 + 2a), a = |factor · x|
     * or 10.5, u = (a − 2) / (a + 2). y may be t.
     */
    static void erfcAbs(
            float factor, float[] t, int to, float[] rest, int ro, float[] x, int xo, float[] y, int yo, int n) {
        FloatVector p9 = FloatVector.broadcast(S, -0x1.a2d9a8p-12f);
        FloatVector p8 = FloatVector.broadcast(S, -0x1.41e99cp-10f);
        FloatVector p7 = FloatVector.broadcast(S, 0x1.58468cp-10f);
        FloatVector p6 = FloatVector.broadcast(S, 0x1.1aca7ap-7f);
        FloatVector p5 = FloatVector.broadcast(S, -0x1.081d60p-7f);
        FloatVector p4 = FloatVector.broadcast(S, -0x1.bc09c8p-5f);
        FloatVector p3 = FloatVector.broadcast(S, 0x1.4ffc4ap-3f);
        FloatVector p2 = FloatVector.broadcast(S, -0x1.54084ep-3f);
        FloatVector p1 = FloatVector.broadcast(S, -0x1.7bf616p-4f);
        FloatVector p0 = FloatVector.broadcast(S, 0x1.46e80ep+0f);
        FloatVector scale = FloatVector.broadcast(S, factor);
        FloatVector most = FloatVector.broadcast(S, 10.5f);
        for (int i = 0; i < n; i += L) {
            FloatVector a = FloatVector.fromArray(S, x, xo + i).mul(scale).abs();
            a = a.blend(most, a.compare(VectorOperators.GT, most));
            FloatVector u = a.sub(2f).div(a.add(2f));
            FloatVector u2 = u.mul(u);
            FloatVector p = p9.fma(u, p8)
                    .fma(u2, p7.fma(u, p6))
                    .fma(u2, p5.fma(u, p4))
                    .fma(u2, p3.fma(u, p2))
                    .fma(u2, p1.fma(u, p0));
            FloatVector e = FloatVector.fromArray(S, t, to + i);
            e = e.sub(e.mul(FloatVector.fromArray(S, rest, ro + i)));
            e.mul(p.div(a.add(a).add(1f))).intoArray(y, yo + i);
        }
    }

    /** From t = 1 − erf |x|: erf x = xp(x²) for |x| &lt; 0.9, else ±(1 − t). */
    static void erf(float[] t, int to, float[] x, int xo, float[] y, int yo, int n) {
        FloatVector p6 = FloatVector.broadcast(S, 0x1.6510c2p-14f);
        FloatVector p5 = FloatVector.broadcast(S, -0x1.aca392p-11f);
        FloatVector p4 = FloatVector.broadcast(S, 0x1.550a44p-8f);
        FloatVector p3 = FloatVector.broadcast(S, -0x1.b81524p-6f);
        FloatVector p2 = FloatVector.broadcast(S, 0x1.ce2e54p-4f);
        FloatVector p1 = FloatVector.broadcast(S, -0x1.812744p-2f);
        FloatVector one = FloatVector.broadcast(S, 1f);
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            FloatVector z = v.mul(v);
            FloatVector p = p6.fma(z, p5).fma(z, p4).fma(z, p3).fma(z, p2).fma(z, p1);
            // 2/√π = 1 + 0.12837917: the leading term without its rounding error
            FloatVector small = p.mul(z).add(0.12837917f).fma(v, v);
            FloatVector large = one.sub(FloatVector.fromArray(S, t, to + i));
            large = large.reinterpretAsInts()
                    .or(v.reinterpretAsInts().and(SIGN))
                    .reinterpretAsFloats();
            large.blend(small, v.abs().compare(VectorOperators.LT, 0.9f)).intoArray(y, yo + i);
        }
    }

    /** From t = 1 − erf |x| and s = erf x: 1 − erf x is 1 − s for |x| &lt; ½, else t or 2 − t. y may be s. */
    static void erfc(float[] t, int to, float[] s, int so, float[] x, int xo, float[] y, int yo, int n) {
        FloatVector one = FloatVector.broadcast(S, 1f);
        FloatVector two = FloatVector.broadcast(S, 2f);
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            FloatVector positive = FloatVector.fromArray(S, t, to + i);
            FloatVector w = positive.blend(two.sub(positive), v.compare(VectorOperators.LT, 0f));
            FloatVector small = one.sub(FloatVector.fromArray(S, s, so + i));
            w.blend(small, v.abs().compare(VectorOperators.LT, 0.5f)).intoArray(y, yo + i);
        }
    }

    /** y = 2√(2/π)(x + 0.044715x³): gelu is x · sigmoid of it. */
    static void geluCubic(float[] x, int xo, float[] y, int yo, int n) {
        FloatVector first = FloatVector.broadcast(S, 1.5957691f);
        FloatVector third = FloatVector.broadcast(S, 1.5957691f * 0.044715f);
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            v.mul(v).fma(third, first).mul(v).intoArray(y, yo + i);
        }
    }

    /** From t = eˣ: x · tanh(ln(1 + t)) = x · m / (m + 2), m = t² + 2t; x itself above 20. */
    static void mish(float[] t, int to, float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            FloatVector e = FloatVector.fromArray(S, t, to + i);
            FloatVector m = e.fma(e, e.add(e));
            FloatVector w = v.mul(m).div(m.add(2f));
            w.blend(v, v.compare(VectorOperators.GT, 20f)).intoArray(y, yo + i);
        }
    }

    /** From t = eˣ − 1: β·x for x &gt; 0, else βα·t. */
    static void elu(float alpha, float beta, float[] t, int to, float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            FloatVector w = FloatVector.fromArray(S, t, to + i).mul(alpha);
            w.blend(v, v.compare(VectorOperators.GT, 0f)).mul(beta).intoArray(y, yo + i);
        }
    }

    /** y = max(x, 0) + t. */
    static void positivePlus(float[] t, int to, float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            v = v.blend(0f, v.compare(VectorOperators.LT, 0f));
            v.add(FloatVector.fromArray(S, t, to + i)).intoArray(y, yo + i);
        }
    }

    /** y = x · factor + summand. */
    static void affine(float factor, float summand, float[] x, int xo, float[] y, int yo, int n) {
        FloatVector a = FloatVector.broadcast(S, factor);
        FloatVector b = FloatVector.broadcast(S, summand);
        for (int i = 0; i < n; i += L) {
            FloatVector.fromArray(S, x, xo + i).fma(a, b).intoArray(y, yo + i);
        }
    }
}
