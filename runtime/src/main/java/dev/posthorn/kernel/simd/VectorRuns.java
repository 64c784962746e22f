package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.all;
import static dev.posthorn.kernel.simd.VectorLanes.load;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Reductions and fused loops over a run. Reductions keep four vectors of partial results, added pairwise at the end;
 * "…Lanes" return that of the whole vectors, {@code S.loopBound(n)} elements.
 */
final class VectorRuns {
    private VectorRuns() {}

    static float sumLanes(float[] x, int xo, int n) {
        FloatVector s0 = all(0f);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i <= n - 4 * L; i += 4 * L) {
            s0 = s0.add(load(x, xo + i));
            s1 = s1.add(load(x, xo + i + L));
            s2 = s2.add(load(x, xo + i + 2 * L));
            s3 = s3.add(load(x, xo + i + 3 * L));
        }
        for (; i <= n - L; i += L) {
            s0 = s0.add(load(x, xo + i));
        }
        return fold(s0.add(s1).add(s2.add(s3)));
    }

    static float sumSquaresLanes(float mean, float[] x, int xo, int n) {
        FloatVector s0 = all(0f);
        FloatVector s1 = s0;
        int i = 0;
        for (; i <= n - 2 * L; i += 2 * L) {
            FloatVector d0 = load(x, xo + i).sub(mean);
            FloatVector d1 = load(x, xo + i + L).sub(mean);
            s0 = d0.fma(d0, s0);
            s1 = d1.fma(d1, s1);
        }
        for (; i <= n - L; i += L) {
            FloatVector d = load(x, xo + i).sub(mean);
            s0 = d.fma(d, s0);
        }
        return fold(s0.add(s1));
    }

    static float dotLanes(float[] a, int ao, float[] b, int bo, int n) {
        FloatVector s0 = all(0f);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i <= n - 4 * L; i += 4 * L) {
            s0 = load(a, ao + i).fma(load(b, bo + i), s0);
            s1 = load(a, ao + i + L).fma(load(b, bo + i + L), s1);
            s2 = load(a, ao + i + 2 * L).fma(load(b, bo + i + 2 * L), s2);
            s3 = load(a, ao + i + 3 * L).fma(load(b, bo + i + 3 * L), s3);
        }
        for (; i <= n - L; i += L) {
            s0 = load(a, ao + i).fma(load(b, bo + i), s0);
        }
        return fold(s0.add(s1).add(s2.add(s3)));
    }

    /** The sum of the lanes, in an order that does not depend on the JVM. */
    private static float fold(FloatVector v) {
        float[] lanes = new float[L];
        v.intoArray(lanes, 0);
        for (int half = L / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                lanes[i] += lanes[i + half];
            }
        }
        return lanes[0];
    }

    static float maxLanes(float[] x, int xo, int n) {
        FloatVector m = all(Float.NEGATIVE_INFINITY);
        for (int i = 0; i <= n - L; i += L) {
            m = m.max(load(x, xo + i));
        }
        return m.reduceLanes(VectorOperators.MAX);
    }

    static float minLanes(float[] x, int xo, int n) {
        FloatVector m = all(Float.POSITIVE_INFINITY);
        for (int i = 0; i <= n - L; i += L) {
            m = m.min(load(x, xo + i));
        }
        return m.reduceLanes(VectorOperators.MIN);
    }

    static void multiplyAdd(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        for (int i = 0; i <= n - L; i += L) {
            load(a, ao + i).fma(load(b, bo + i), load(c, co + i)).intoArray(y, yo + i);
        }
    }

    static void axpy(float s, float[] x, int xo, float[] y, int yo, int n) {
        FloatVector v = all(s);
        for (int i = 0; i <= n - L; i += L) {
            v.fma(load(x, xo + i), load(y, yo + i)).intoArray(y, yo + i);
        }
    }

    static void normalize(float mean, float scale, float[] x, int xo, float[] y, int yo, int n) {
        FloatVector s = all(scale);
        for (int i = 0; i <= n - L; i += L) {
            load(x, xo + i).sub(mean).mul(s).intoArray(y, yo + i);
        }
    }

    static void normalize(
            float mean,
            float scale,
            float[] gamma,
            int go,
            float[] beta,
            int bo,
            float[] x,
            int xo,
            float[] y,
            int yo,
            int n) {
        FloatVector s = all(scale);
        for (int i = 0; i <= n - L; i += L) {
            load(x, xo + i)
                    .sub(mean)
                    .mul(s)
                    .fma(load(gamma, go + i), load(beta, bo + i))
                    .intoArray(y, yo + i);
        }
    }

    /** Bias, residual and clipping in one pass over the whole vectors of each row. */
    static void clipRows(
            int rows,
            int cols,
            float[] c,
            int co,
            int ldc,
            float[] bias,
            int bo,
            float[] residual,
            int ro,
            int ldr,
            float low,
            float high) {
        for (int r = 0; r < rows; r++) {
            if (residual == null) {
                clipBias(cols, c, co, bias, bo, low, high);
            } else if (bias == null) {
                clipBias(cols, c, co, residual, ro, low, high);
            } else {
                clipBoth(cols, c, co, bias, bo, residual, ro, low, high);
            }
            co += ldc;
            ro += ldr;
        }
    }

    private static void clipBias(int n, float[] c, int co, float[] bias, int bo, float low, float high) {
        FloatVector lo = all(low);
        FloatVector hi = all(high);
        for (int i = 0; i <= n - L; i += L) {
            FloatVector v = load(c, co + i).add(load(bias, bo + i));
            v = v.blend(lo, v.compare(VectorOperators.LT, lo));
            v.blend(hi, v.compare(VectorOperators.GT, hi)).intoArray(c, co + i);
        }
    }

    private static void clipBoth(
            int n, float[] c, int co, float[] bias, int bo, float[] residual, int ro, float low, float high) {
        FloatVector lo = all(low);
        FloatVector hi = all(high);
        for (int i = 0; i <= n - L; i += L) {
            FloatVector v = load(c, co + i).add(load(bias, bo + i)).add(load(residual, ro + i));
            v = v.blend(lo, v.compare(VectorOperators.LT, lo));
            v.blend(hi, v.compare(VectorOperators.GT, hi)).intoArray(c, co + i);
        }
    }
}
