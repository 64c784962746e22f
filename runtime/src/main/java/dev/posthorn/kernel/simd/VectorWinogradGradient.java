package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;

/** The transforms of {@link VectorWinograd} the other way, n channels at a time, a multiple of L; one loop a row of the result. */
final class VectorWinogradGradient {
    private VectorWinogradGradient() {}

    /** The last vector overlaps the one before it. */
    static void taps(float[] w, int wo, int row, int col, float[] u, int uo, int step, int n) {
        one(w, wo, col, u, uo, step, n);
        three(0.5f, w, wo, row, col, u, uo + 4 * step, step, n);
        three(-0.5f, w, wo, row, col, u, uo + 8 * step, step, n);
        one(w, wo + 2 * row, col, u, uo + 12 * step, step, n);
    }

    /** A row of G g Gᵀ that is made of one row of g. */
    private static void one(float[] w, int a, int col, float[] u, int uo, int step, int n) {
        for (int e = 0; e < n; e += L) {
            int i = Math.min(e, n - L);
            FloatVector g0 = FloatVector.fromArray(S, w, a + i);
            FloatVector g1 = FloatVector.fromArray(S, w, a + col + i);
            FloatVector g2 = FloatVector.fromArray(S, w, a + 2 * col + i);
            FloatVector sum = g0.add(g2);
            g0.intoArray(u, uo + i);
            sum.add(g1).mul(0.5f).intoArray(u, uo + step + i);
            sum.sub(g1).mul(0.5f).intoArray(u, uo + 2 * step + i);
            g2.intoArray(u, uo + 3 * step + i);
        }
    }

    /** One that is half the sum of the first and the last, and of the one between them by {@code half}. */
    private static void three(float half, float[] w, int a, int row, int col, float[] u, int uo, int step, int n) {
        int b = a + row;
        int c = b + row;
        for (int e = 0; e < n; e += L) {
            int i = Math.min(e, n - L);
            FloatVector g0 = FloatVector.fromArray(S, w, a + i)
                    .add(FloatVector.fromArray(S, w, c + i))
                    .mul(0.5f)
                    .add(FloatVector.fromArray(S, w, b + i).mul(half));
            FloatVector g1 = FloatVector.fromArray(S, w, a + col + i)
                    .add(FloatVector.fromArray(S, w, c + col + i))
                    .mul(0.5f)
                    .add(FloatVector.fromArray(S, w, b + col + i).mul(half));
            FloatVector g2 = FloatVector.fromArray(S, w, a + 2 * col + i)
                    .add(FloatVector.fromArray(S, w, c + 2 * col + i))
                    .mul(0.5f)
                    .add(FloatVector.fromArray(S, w, b + 2 * col + i).mul(half));
            FloatVector sum = g0.add(g2);
            g0.intoArray(u, uo + i);
            sum.add(g1).mul(0.5f).intoArray(u, uo + step + i);
            sum.sub(g1).mul(0.5f).intoArray(u, uo + 2 * step + i);
            g2.intoArray(u, uo + 3 * step + i);
        }
    }

    static void spread(float[] x, int xo, int row, int col, float[] v, int vo, int step, int n) {
        single(1, x, xo, col, v, vo, step, n);
        pair(1, x, xo, xo + row, col, v, vo + 4 * step, step, n);
        pair(-1, x, xo, xo + row, col, v, vo + 8 * step, step, n);
        single(-1, x, xo + row, col, v, vo + 12 * step, step, n);
    }

    /** The row of A d Aᵀ that is made of one row of d. */
    private static void single(float sign, float[] x, int a, int col, float[] v, int vo, int step, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector t0 = FloatVector.fromArray(S, x, a + i).mul(sign);
            FloatVector t1 = FloatVector.fromArray(S, x, a + col + i).mul(sign);
            t0.intoArray(v, vo + i);
            t0.add(t1).intoArray(v, vo + step + i);
            t0.sub(t1).intoArray(v, vo + 2 * step + i);
            t1.neg().intoArray(v, vo + 3 * step + i);
        }
    }

    /** The row that is made of the sum of both, or their difference. */
    private static void pair(float sign, float[] x, int a, int b, int col, float[] v, int vo, int step, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector t0 = FloatVector.fromArray(S, x, b + i).mul(sign).add(FloatVector.fromArray(S, x, a + i));
            FloatVector t1 =
                    FloatVector.fromArray(S, x, b + col + i).mul(sign).add(FloatVector.fromArray(S, x, a + col + i));
            t0.intoArray(v, vo + i);
            t0.add(t1).intoArray(v, vo + step + i);
            t0.sub(t1).intoArray(v, vo + 2 * step + i);
            t1.neg().intoArray(v, vo + 3 * step + i);
        }
    }

    static void scatter(float[] m, int mo, int step, float[] y, int yo, int row, int col, int n) {
        outer(1, m, mo, step, y, yo, col, n);
        inner(m, mo + 4 * step, mo + 8 * step, mo + 12 * step, step, y, yo + row, col, n);
        inner(m, mo + 8 * step, mo, mo + 4 * step, step, y, yo + 2 * row, col, n);
        outer(-1, m, mo + 12 * step, step, y, yo + 3 * row, col, n);
    }

    /** Adds a row of B M Bᵀ that is made of one row of M. */
    private static void outer(float sign, float[] m, int a, int step, float[] y, int yo, int col, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector s0 = FloatVector.fromArray(S, m, a + i).mul(sign);
            FloatVector s1 = FloatVector.fromArray(S, m, a + step + i).mul(sign);
            FloatVector s2 = FloatVector.fromArray(S, m, a + 2 * step + i).mul(sign);
            FloatVector s3 = FloatVector.fromArray(S, m, a + 3 * step + i).mul(sign);
            FloatVector.fromArray(S, y, yo + i).add(s0).intoArray(y, yo + i);
            FloatVector.fromArray(S, y, yo + col + i).add(s1.sub(s2).add(s3)).intoArray(y, yo + col + i);
            FloatVector.fromArray(S, y, yo + 2 * col + i)
                    .add(s1.add(s2).sub(s0))
                    .intoArray(y, yo + 2 * col + i);
            FloatVector.fromArray(S, y, yo + 3 * col + i).sub(s3).intoArray(y, yo + 3 * col + i);
        }
    }

    /** Adds one that is a − b + c. */
    private static void inner(float[] m, int a, int b, int c, int step, float[] y, int yo, int col, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector s0 = three(m, a + i, b + i, c + i);
            FloatVector s1 = three(m, a + step + i, b + step + i, c + step + i);
            FloatVector s2 = three(m, a + 2 * step + i, b + 2 * step + i, c + 2 * step + i);
            FloatVector s3 = three(m, a + 3 * step + i, b + 3 * step + i, c + 3 * step + i);
            FloatVector.fromArray(S, y, yo + i).add(s0).intoArray(y, yo + i);
            FloatVector.fromArray(S, y, yo + col + i).add(s1.sub(s2).add(s3)).intoArray(y, yo + col + i);
            FloatVector.fromArray(S, y, yo + 2 * col + i)
                    .add(s1.add(s2).sub(s0))
                    .intoArray(y, yo + 2 * col + i);
            FloatVector.fromArray(S, y, yo + 3 * col + i).sub(s3).intoArray(y, yo + 3 * col + i);
        }
    }

    private static FloatVector three(float[] m, int a, int b, int c) {
        return FloatVector.fromArray(S, m, a)
                .sub(FloatVector.fromArray(S, m, b))
                .add(FloatVector.fromArray(S, m, c));
    }

    static void filter(float[] m, int mo, int step, float[] w, int wo, int to, int n) {
        ends(m, mo, mo + 4 * step, mo + 8 * step, step, w, wo, to, n);
        middle(m, mo + 4 * step, mo + 8 * step, step, w, wo + 3 * to, to, n);
        ends(m, mo + 12 * step, mo + 4 * step, mo + 8 * step, step, w, wo + 6 * to, to, n);
    }

    /** A row of Gᵀ M G that is a + (b + c) / 2. */
    private static void ends(float[] m, int a, int b, int c, int step, float[] w, int wo, int to, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector s0 = whole(m, a + i, b + i, c + i);
            FloatVector s1 = whole(m, a + step + i, b + step + i, c + step + i);
            FloatVector s2 = whole(m, a + 2 * step + i, b + 2 * step + i, c + 2 * step + i);
            FloatVector s3 = whole(m, a + 3 * step + i, b + 3 * step + i, c + 3 * step + i);
            FloatVector half = s1.add(s2).mul(0.5f);
            s0.add(half).intoArray(w, wo + i);
            s1.sub(s2).mul(0.5f).intoArray(w, wo + to + i);
            half.add(s3).intoArray(w, wo + 2 * to + i);
        }
    }

    private static FloatVector whole(float[] m, int a, int b, int c) {
        return FloatVector.fromArray(S, m, b)
                .add(FloatVector.fromArray(S, m, c))
                .mul(0.5f)
                .add(FloatVector.fromArray(S, m, a));
    }

    /** The row that is (b − c) / 2. */
    private static void middle(float[] m, int b, int c, int step, float[] w, int wo, int to, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector s0 = half(m, b + i, c + i);
            FloatVector s1 = half(m, b + step + i, c + step + i);
            FloatVector s2 = half(m, b + 2 * step + i, c + 2 * step + i);
            FloatVector s3 = half(m, b + 3 * step + i, c + 3 * step + i);
            FloatVector half = s1.add(s2).mul(0.5f);
            s0.add(half).intoArray(w, wo + i);
            s1.sub(s2).mul(0.5f).intoArray(w, wo + to + i);
            half.add(s3).intoArray(w, wo + 2 * to + i);
        }
    }

    private static FloatVector half(float[] m, int b, int c) {
        return FloatVector.fromArray(S, m, b)
                .sub(FloatVector.fromArray(S, m, c))
                .mul(0.5f);
    }
}
