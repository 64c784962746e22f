package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;

/**
 * The transforms of Winograd's F(2×2, 3×3), n ≥ L channels at a time; the last vector overlaps the one before it. One loop a
 * row of the result, so that no loop has more vectors than there are registers: what is read twice is in cache.
 */
final class VectorWinograd {
    private VectorWinograd() {}

    static void input(float[] x, int xo, int row, int col, float[] v, int vo, int step, int n) {
        difference(x, xo, xo + 2 * row, col, v, vo, step, n);
        sum(x, xo + row, xo + 2 * row, col, v, vo + 4 * step, step, n);
        difference(x, xo + 2 * row, xo + row, col, v, vo + 8 * step, step, n);
        difference(x, xo + row, xo + 3 * row, col, v, vo + 12 * step, step, n);
    }

    /** The row of Bᵀ d B that is made of the difference of two rows of d. */
    private static void difference(float[] x, int a, int b, int col, float[] v, int vo, int step, int n) {
        int a2 = a + 2 * col;
        int b2 = b + 2 * col;
        for (int e = 0; e < n; e += L) {
            int i = Math.min(e, n - L);
            FloatVector t0 = FloatVector.fromArray(S, x, a + i).sub(FloatVector.fromArray(S, x, b + i));
            FloatVector t1 = FloatVector.fromArray(S, x, a + col + i).sub(FloatVector.fromArray(S, x, b + col + i));
            FloatVector t2 = FloatVector.fromArray(S, x, a2 + i).sub(FloatVector.fromArray(S, x, b2 + i));
            FloatVector t3 = FloatVector.fromArray(S, x, a2 + col + i).sub(FloatVector.fromArray(S, x, b2 + col + i));
            t0.sub(t2).intoArray(v, vo + i);
            t1.add(t2).intoArray(v, vo + step + i);
            t2.sub(t1).intoArray(v, vo + 2 * step + i);
            t1.sub(t3).intoArray(v, vo + 3 * step + i);
        }
    }

    /** The row that is made of a sum. */
    private static void sum(float[] x, int a, int b, int col, float[] v, int vo, int step, int n) {
        int a2 = a + 2 * col;
        int b2 = b + 2 * col;
        for (int e = 0; e < n; e += L) {
            int i = Math.min(e, n - L);
            FloatVector t0 = FloatVector.fromArray(S, x, a + i).add(FloatVector.fromArray(S, x, b + i));
            FloatVector t1 = FloatVector.fromArray(S, x, a + col + i).add(FloatVector.fromArray(S, x, b + col + i));
            FloatVector t2 = FloatVector.fromArray(S, x, a2 + i).add(FloatVector.fromArray(S, x, b2 + i));
            FloatVector t3 = FloatVector.fromArray(S, x, a2 + col + i).add(FloatVector.fromArray(S, x, b2 + col + i));
            t0.sub(t2).intoArray(v, vo + i);
            t1.add(t2).intoArray(v, vo + step + i);
            t2.sub(t1).intoArray(v, vo + 2 * step + i);
            t1.sub(t3).intoArray(v, vo + 3 * step + i);
        }
    }

    static void output(float[] m, int mo, int step, float[] y, int yo, int row, int col, int n) {
        upper(m, mo, step, y, yo, yo + col, n);
        lower(m, mo + 4 * step, step, y, yo + row, yo + row + col, n);
    }

    private static void upper(float[] m, int mo, int step, float[] y, int left, int right, int n) {
        int m1 = mo + 4 * step;
        int m2 = mo + 8 * step;
        for (int e = 0; e < n; e += L) {
            int i = Math.min(e, n - L);
            int j = i + 2 * step;
            FloatVector s0 = FloatVector.fromArray(S, m, mo + i)
                    .add(FloatVector.fromArray(S, m, m1 + i))
                    .add(FloatVector.fromArray(S, m, m2 + i));
            FloatVector s1 = FloatVector.fromArray(S, m, mo + step + i)
                    .add(FloatVector.fromArray(S, m, m1 + step + i))
                    .add(FloatVector.fromArray(S, m, m2 + step + i));
            FloatVector s2 = FloatVector.fromArray(S, m, mo + j)
                    .add(FloatVector.fromArray(S, m, m1 + j))
                    .add(FloatVector.fromArray(S, m, m2 + j));
            FloatVector s3 = FloatVector.fromArray(S, m, mo + step + j)
                    .add(FloatVector.fromArray(S, m, m1 + step + j))
                    .add(FloatVector.fromArray(S, m, m2 + step + j));
            s0.add(s1).add(s2).intoArray(y, left + i);
            s1.sub(s2).sub(s3).intoArray(y, right + i);
        }
    }

    private static void lower(float[] m, int mo, int step, float[] y, int left, int right, int n) {
        int m1 = mo + 4 * step;
        int m2 = mo + 8 * step;
        for (int e = 0; e < n; e += L) {
            int i = Math.min(e, n - L);
            int j = i + 2 * step;
            FloatVector s0 = FloatVector.fromArray(S, m, mo + i)
                    .sub(FloatVector.fromArray(S, m, m1 + i))
                    .sub(FloatVector.fromArray(S, m, m2 + i));
            FloatVector s1 = FloatVector.fromArray(S, m, mo + step + i)
                    .sub(FloatVector.fromArray(S, m, m1 + step + i))
                    .sub(FloatVector.fromArray(S, m, m2 + step + i));
            FloatVector s2 = FloatVector.fromArray(S, m, mo + j)
                    .sub(FloatVector.fromArray(S, m, m1 + j))
                    .sub(FloatVector.fromArray(S, m, m2 + j));
            FloatVector s3 = FloatVector.fromArray(S, m, mo + step + j)
                    .sub(FloatVector.fromArray(S, m, m1 + step + j))
                    .sub(FloatVector.fromArray(S, m, m2 + step + j));
            s0.add(s1).add(s2).intoArray(y, left + i);
            s1.sub(s2).sub(s3).intoArray(y, right + i);
        }
    }
}
