package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;

/**
 * The transforms of Winograd's F(2×2, 3×3), n ≥ L channels at a time; the last vector overlaps the one before it. One loop for
 * two rows of the result, or for one, so that no loop has more vectors than there are registers: what is read twice is in
 * cache. Indices are written out and loops are few and long for C2's sake: methods of more than 325 bytes are not inlined, and
 * loops that are inlined together cross the bound that {@link VectorExp} speaks of, where vectors become objects.
 */
final class VectorWinograd {
    private VectorWinograd() {}

    static void input(float[] x, int xo, int row, int col, float[] v, int vo, int step, int n) {
        outer(x, xo, row, col, v, vo, step, n);
        inner(x, xo + row, row, col, v, vo + 4 * step, step, n);
    }

    /** The first and the last row of Bᵀ d B, made of the differences of rows 0 and 2, and 1 and 3, of d. */
    private static void outer(float[] x, int a, int row, int col, float[] v, int vo, int step, int n) {
        int b = a + 2 * row;
        int last = vo + 12 * step;
        for (int e = 0; e < n; e += L) {
            int i = Math.min(e, n - L);
            int j = i + row;
            FloatVector t0 = FloatVector.fromArray(S, x, a + i).sub(FloatVector.fromArray(S, x, b + i));
            FloatVector t1 = FloatVector.fromArray(S, x, a + col + i).sub(FloatVector.fromArray(S, x, b + col + i));
            FloatVector t2 =
                    FloatVector.fromArray(S, x, a + 2 * col + i).sub(FloatVector.fromArray(S, x, b + 2 * col + i));
            FloatVector t3 =
                    FloatVector.fromArray(S, x, a + 3 * col + i).sub(FloatVector.fromArray(S, x, b + 3 * col + i));
            t0.sub(t2).intoArray(v, vo + i);
            t1.add(t2).intoArray(v, vo + step + i);
            t2.sub(t1).intoArray(v, vo + 2 * step + i);
            t1.sub(t3).intoArray(v, vo + 3 * step + i);
            t0 = FloatVector.fromArray(S, x, a + j).sub(FloatVector.fromArray(S, x, b + j));
            t1 = FloatVector.fromArray(S, x, a + col + j).sub(FloatVector.fromArray(S, x, b + col + j));
            t2 = FloatVector.fromArray(S, x, a + 2 * col + j).sub(FloatVector.fromArray(S, x, b + 2 * col + j));
            t3 = FloatVector.fromArray(S, x, a + 3 * col + j).sub(FloatVector.fromArray(S, x, b + 3 * col + j));
            t0.sub(t2).intoArray(v, last + i);
            t1.add(t2).intoArray(v, last + step + i);
            t2.sub(t1).intoArray(v, last + 2 * step + i);
            t1.sub(t3).intoArray(v, last + 3 * step + i);
        }
    }

    /** The rows between, made of the sum and the difference of rows a and b = a + row of d. */
    private static void inner(float[] x, int a, int row, int col, float[] v, int vo, int step, int n) {
        int b = a + row;
        int next = vo + 4 * step;
        for (int e = 0; e < n; e += L) {
            int i = Math.min(e, n - L);
            FloatVector a0 = FloatVector.fromArray(S, x, a + i);
            FloatVector a1 = FloatVector.fromArray(S, x, a + col + i);
            FloatVector a2 = FloatVector.fromArray(S, x, a + 2 * col + i);
            FloatVector a3 = FloatVector.fromArray(S, x, a + 3 * col + i);
            FloatVector b0 = FloatVector.fromArray(S, x, b + i);
            FloatVector b1 = FloatVector.fromArray(S, x, b + col + i);
            FloatVector b2 = FloatVector.fromArray(S, x, b + 2 * col + i);
            FloatVector b3 = FloatVector.fromArray(S, x, b + 3 * col + i);
            FloatVector t1 = a1.add(b1);
            FloatVector t2 = a2.add(b2);
            a0.add(b0).sub(t2).intoArray(v, vo + i);
            t1.add(t2).intoArray(v, vo + step + i);
            t2.sub(t1).intoArray(v, vo + 2 * step + i);
            t1.sub(a3.add(b3)).intoArray(v, vo + 3 * step + i);
            t1 = b1.sub(a1);
            t2 = b2.sub(a2);
            b0.sub(a0).sub(t2).intoArray(v, next + i);
            t1.add(t2).intoArray(v, next + step + i);
            t2.sub(t1).intoArray(v, next + 2 * step + i);
            t1.sub(b3.sub(a3)).intoArray(v, next + 3 * step + i);
        }
    }

    static void output(float[] m, int mo, int step, float[] y, int yo, int row, int col, int n) {
        upper(m, mo, step, y, yo, yo + col, n);
        lower(m, mo + 4 * step, step, y, yo + row, yo + row + col, n);
    }

    /** The first row of Aᵀ m A, of rows 0, 1 and 2 of m. */
    private static void upper(float[] m, int mo, int step, float[] y, int left, int right, int n) {
        for (int e = 0; e < n; e += L) {
            int i = Math.min(e, n - L);
            FloatVector m00 = FloatVector.fromArray(S, m, mo + i);
            FloatVector m10 = FloatVector.fromArray(S, m, mo + 4 * step + i);
            FloatVector m20 = FloatVector.fromArray(S, m, mo + 8 * step + i);
            FloatVector m01 = FloatVector.fromArray(S, m, mo + step + i);
            FloatVector m11 = FloatVector.fromArray(S, m, mo + 5 * step + i);
            FloatVector m21 = FloatVector.fromArray(S, m, mo + 9 * step + i);
            FloatVector m02 = FloatVector.fromArray(S, m, mo + 2 * step + i);
            FloatVector m12 = FloatVector.fromArray(S, m, mo + 6 * step + i);
            FloatVector m22 = FloatVector.fromArray(S, m, mo + 10 * step + i);
            FloatVector m03 = FloatVector.fromArray(S, m, mo + 3 * step + i);
            FloatVector m13 = FloatVector.fromArray(S, m, mo + 7 * step + i);
            FloatVector m23 = FloatVector.fromArray(S, m, mo + 11 * step + i);
            FloatVector s0 = m00.add(m10).add(m20);
            FloatVector s1 = m01.add(m11).add(m21);
            FloatVector s2 = m02.add(m12).add(m22);
            FloatVector s3 = m03.add(m13).add(m23);
            s0.add(s1).add(s2).intoArray(y, left + i);
            s1.sub(s2).sub(s3).intoArray(y, right + i);
        }
    }

    /** The second row, of rows 1, 2 and 3. */
    private static void lower(float[] m, int mo, int step, float[] y, int left, int right, int n) {
        for (int e = 0; e < n; e += L) {
            int i = Math.min(e, n - L);
            FloatVector m00 = FloatVector.fromArray(S, m, mo + i);
            FloatVector m10 = FloatVector.fromArray(S, m, mo + 4 * step + i);
            FloatVector m20 = FloatVector.fromArray(S, m, mo + 8 * step + i);
            FloatVector m01 = FloatVector.fromArray(S, m, mo + step + i);
            FloatVector m11 = FloatVector.fromArray(S, m, mo + 5 * step + i);
            FloatVector m21 = FloatVector.fromArray(S, m, mo + 9 * step + i);
            FloatVector m02 = FloatVector.fromArray(S, m, mo + 2 * step + i);
            FloatVector m12 = FloatVector.fromArray(S, m, mo + 6 * step + i);
            FloatVector m22 = FloatVector.fromArray(S, m, mo + 10 * step + i);
            FloatVector m03 = FloatVector.fromArray(S, m, mo + 3 * step + i);
            FloatVector m13 = FloatVector.fromArray(S, m, mo + 7 * step + i);
            FloatVector m23 = FloatVector.fromArray(S, m, mo + 11 * step + i);
            FloatVector s0 = m00.sub(m10).sub(m20);
            FloatVector s1 = m01.sub(m11).sub(m21);
            FloatVector s2 = m02.sub(m12).sub(m22);
            FloatVector s3 = m03.sub(m13).sub(m23);
            s0.add(s1).add(s2).intoArray(y, left + i);
            s1.sub(s2).sub(s3).intoArray(y, right + i);
        }
    }
}
