package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Reductions and fused loops over a run. Reductions keep four vectors of partial results, added pairwise at the end;
 * "…Lanes" return that of the whole vectors, {@code S.loopBound(n)} elements. What is called on is always a vector made in the
 * same turn of the loop: of one that comes from the turn before, C2 knows the class by its profile only, and where it has
 * none yet, every vector of the loop becomes an object. Nor are vectors made by methods of ours, which C2 may leave out of
 * line in a large method.
 */
final class VectorRuns {
    private static final ThreadLocal<float[]> LANES = ThreadLocal.withInitial(() -> new float[L]);

    private VectorRuns() {}

    /** Whole vectors of columns; returns how many columns that was. */
    static int sumRows(float[] x, int xo, int rows, int n, float[] y, int yo) {
        int i = 0;
        for (; i <= n - 4 * L; i += 4 * L) {
            FloatVector s0 = FloatVector.zero(S);
            FloatVector s1 = FloatVector.zero(S);
            FloatVector s2 = FloatVector.zero(S);
            FloatVector s3 = FloatVector.zero(S);
            int at = xo + i;
            for (int r = 0; r < rows; r++) {
                s0 = FloatVector.fromArray(S, x, at).add(s0);
                s1 = FloatVector.fromArray(S, x, at + L).add(s1);
                s2 = FloatVector.fromArray(S, x, at + 2 * L).add(s2);
                s3 = FloatVector.fromArray(S, x, at + 3 * L).add(s3);
                at += n;
            }
            FloatVector.fromArray(S, y, yo + i).add(s0).intoArray(y, yo + i);
            FloatVector.fromArray(S, y, yo + i + L).add(s1).intoArray(y, yo + i + L);
            FloatVector.fromArray(S, y, yo + i + 2 * L).add(s2).intoArray(y, yo + i + 2 * L);
            FloatVector.fromArray(S, y, yo + i + 3 * L).add(s3).intoArray(y, yo + i + 3 * L);
        }
        for (; i <= n - L; i += L) {
            FloatVector s = FloatVector.zero(S);
            int at = xo + i;
            for (int r = 0; r < rows; r++) {
                s = FloatVector.fromArray(S, x, at).add(s);
                at += n;
            }
            FloatVector.fromArray(S, y, yo + i).add(s).intoArray(y, yo + i);
        }
        return i;
    }

    /** Whole vectors only. */
    static void timesRows(float[] s, int so, float[] x, int xo, int rows, int n, float[] y, int yo) {
        int at = 0;
        for (int r = 0; r < rows; r++) {
            FloatVector factor = FloatVector.broadcast(S, s[so + r]);
            for (int end = at + n; at < end; at += L) {
                FloatVector.fromArray(S, x, xo + at).mul(factor).intoArray(y, yo + at);
            }
        }
    }

    static float sumLanes(float[] x, int xo, int n) {
        FloatVector s0 = FloatVector.broadcast(S, 0f);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i <= n - 4 * L; i += 4 * L) {
            s0 = FloatVector.fromArray(S, x, xo + i).add(s0);
            s1 = FloatVector.fromArray(S, x, xo + i + L).add(s1);
            s2 = FloatVector.fromArray(S, x, xo + i + 2 * L).add(s2);
            s3 = FloatVector.fromArray(S, x, xo + i + 3 * L).add(s3);
        }
        for (; i <= n - L; i += L) {
            s0 = FloatVector.fromArray(S, x, xo + i).add(s0);
        }
        return fold(s0.add(s1).add(s2.add(s3)));
    }

    static float sumSquaresLanes(float mean, float[] x, int xo, int n) {
        FloatVector s0 = FloatVector.broadcast(S, 0f);
        FloatVector s1 = s0;
        int i = 0;
        for (; i <= n - 2 * L; i += 2 * L) {
            FloatVector d0 = FloatVector.fromArray(S, x, xo + i).sub(mean);
            FloatVector d1 = FloatVector.fromArray(S, x, xo + i + L).sub(mean);
            s0 = d0.fma(d0, s0);
            s1 = d1.fma(d1, s1);
        }
        for (; i <= n - L; i += L) {
            FloatVector d = FloatVector.fromArray(S, x, xo + i).sub(mean);
            s0 = d.fma(d, s0);
        }
        return fold(s0.add(s1));
    }

    static float dotLanes(float[] a, int ao, float[] b, int bo, int n) {
        FloatVector s0 = FloatVector.broadcast(S, 0f);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i <= n - 4 * L; i += 4 * L) {
            s0 = FloatVector.fromArray(S, a, ao + i).fma(FloatVector.fromArray(S, b, bo + i), s0);
            s1 = FloatVector.fromArray(S, a, ao + i + L).fma(FloatVector.fromArray(S, b, bo + i + L), s1);
            s2 = FloatVector.fromArray(S, a, ao + i + 2 * L).fma(FloatVector.fromArray(S, b, bo + i + 2 * L), s2);
            s3 = FloatVector.fromArray(S, a, ao + i + 3 * L).fma(FloatVector.fromArray(S, b, bo + i + 3 * L), s3);
        }
        for (; i <= n - L; i += L) {
            s0 = FloatVector.fromArray(S, a, ao + i).fma(FloatVector.fromArray(S, b, bo + i), s0);
        }
        return fold(s0.add(s1).add(s2.add(s3)));
    }

    /** The sum of the lanes, in an order that does not depend on the JVM. */
    private static float fold(FloatVector v) {
        float[] lanes = LANES.get();
        v.intoArray(lanes, 0);
        for (int half = L / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                lanes[i] += lanes[i + half];
            }
        }
        return lanes[0];
    }

    static float maxLanes(float[] x, int xo, int n) {
        FloatVector m = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
        for (int i = 0; i <= n - L; i += L) {
            m = FloatVector.fromArray(S, x, xo + i).max(m);
        }
        return m.reduceLanes(VectorOperators.MAX);
    }

    static float minLanes(float[] x, int xo, int n) {
        FloatVector m = FloatVector.broadcast(S, Float.POSITIVE_INFINITY);
        for (int i = 0; i <= n - L; i += L) {
            m = FloatVector.fromArray(S, x, xo + i).min(m);
        }
        return m.reduceLanes(VectorOperators.MIN);
    }

    static void multiplyAdd(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        for (int i = 0; i <= n - L; i += L) {
            FloatVector.fromArray(S, a, ao + i)
                    .fma(FloatVector.fromArray(S, b, bo + i), FloatVector.fromArray(S, c, co + i))
                    .intoArray(y, yo + i);
        }
    }

    static void axpy(float s, float[] x, int xo, float[] y, int yo, int n) {
        FloatVector v = FloatVector.broadcast(S, s);
        for (int i = 0; i <= n - L; i += L) {
            v.fma(FloatVector.fromArray(S, x, xo + i), FloatVector.fromArray(S, y, yo + i))
                    .intoArray(y, yo + i);
        }
    }

    static void normalize(float mean, float scale, float[] x, int xo, float[] y, int yo, int n) {
        FloatVector s = FloatVector.broadcast(S, scale);
        for (int i = 0; i <= n - L; i += L) {
            FloatVector.fromArray(S, x, xo + i).sub(mean).mul(s).intoArray(y, yo + i);
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
        FloatVector s = FloatVector.broadcast(S, scale);
        for (int i = 0; i <= n - L; i += L) {
            FloatVector.fromArray(S, x, xo + i)
                    .sub(mean)
                    .mul(s)
                    .fma(FloatVector.fromArray(S, gamma, go + i), FloatVector.fromArray(S, beta, bo + i))
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
        if (cols == 3 * L && bias != null) {
            if (residual == null) {
                clipThree(rows, c, co, ldc, bias, bo, low, high);
            } else {
                clipThree(rows, c, co, ldc, bias, bo, residual, ro, ldr, low, high);
            }
            return;
        }
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

    /** Rows of three vectors, whose bias stays in registers. */
    private static void clipThree(int rows, float[] c, int co, int ldc, float[] bias, int bo, float low, float high) {
        FloatVector lo = FloatVector.broadcast(S, low);
        FloatVector hi = FloatVector.broadcast(S, high);
        FloatVector b0 = FloatVector.fromArray(S, bias, bo);
        FloatVector b1 = FloatVector.fromArray(S, bias, bo + L);
        FloatVector b2 = FloatVector.fromArray(S, bias, bo + 2 * L);
        for (int r = 0; r < rows; r++) {
            FloatVector x = FloatVector.fromArray(S, c, co).add(b0);
            FloatVector y = FloatVector.fromArray(S, c, co + L).add(b1);
            FloatVector z = FloatVector.fromArray(S, c, co + 2 * L).add(b2);
            x = x.blend(lo, x.compare(VectorOperators.LT, lo));
            y = y.blend(lo, y.compare(VectorOperators.LT, lo));
            z = z.blend(lo, z.compare(VectorOperators.LT, lo));
            x.blend(hi, x.compare(VectorOperators.GT, hi)).intoArray(c, co);
            y.blend(hi, y.compare(VectorOperators.GT, hi)).intoArray(c, co + L);
            z.blend(hi, z.compare(VectorOperators.GT, hi)).intoArray(c, co + 2 * L);
            co += ldc;
        }
    }

    private static void clipThree(
            int rows,
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
        FloatVector lo = FloatVector.broadcast(S, low);
        FloatVector hi = FloatVector.broadcast(S, high);
        FloatVector b0 = FloatVector.fromArray(S, bias, bo);
        FloatVector b1 = FloatVector.fromArray(S, bias, bo + L);
        FloatVector b2 = FloatVector.fromArray(S, bias, bo + 2 * L);
        for (int r = 0; r < rows; r++) {
            FloatVector x = FloatVector.fromArray(S, c, co).add(b0).add(FloatVector.fromArray(S, residual, ro));
            FloatVector y = FloatVector.fromArray(S, c, co + L).add(b1).add(FloatVector.fromArray(S, residual, ro + L));
            FloatVector z =
                    FloatVector.fromArray(S, c, co + 2 * L).add(b2).add(FloatVector.fromArray(S, residual, ro + 2 * L));
            x = x.blend(lo, x.compare(VectorOperators.LT, lo));
            y = y.blend(lo, y.compare(VectorOperators.LT, lo));
            z = z.blend(lo, z.compare(VectorOperators.LT, lo));
            x.blend(hi, x.compare(VectorOperators.GT, hi)).intoArray(c, co);
            y.blend(hi, y.compare(VectorOperators.GT, hi)).intoArray(c, co + L);
            z.blend(hi, z.compare(VectorOperators.GT, hi)).intoArray(c, co + 2 * L);
            co += ldc;
            ro += ldr;
        }
    }

    private static void clipBias(int n, float[] c, int co, float[] bias, int bo, float low, float high) {
        FloatVector lo = FloatVector.broadcast(S, low);
        FloatVector hi = FloatVector.broadcast(S, high);
        for (int i = 0; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, c, co + i).add(FloatVector.fromArray(S, bias, bo + i));
            v = v.blend(lo, v.compare(VectorOperators.LT, lo));
            v.blend(hi, v.compare(VectorOperators.GT, hi)).intoArray(c, co + i);
        }
    }

    private static void clipBoth(
            int n, float[] c, int co, float[] bias, int bo, float[] residual, int ro, float low, float high) {
        FloatVector lo = FloatVector.broadcast(S, low);
        FloatVector hi = FloatVector.broadcast(S, high);
        for (int i = 0; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, c, co + i)
                    .add(FloatVector.fromArray(S, bias, bo + i))
                    .add(FloatVector.fromArray(S, residual, ro + i));
            v = v.blend(lo, v.compare(VectorOperators.LT, lo));
            v.blend(hi, v.compare(VectorOperators.GT, hi)).intoArray(c, co + i);
        }
    }
}
