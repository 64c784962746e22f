package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;

/** The transforms of {@link VectorWinograd} the other way, n channels at a time, a multiple of L; loops are as long as there. */
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
            FloatVector a0 = FloatVector.fromArray(S, w, a + i);
            FloatVector b0 = FloatVector.fromArray(S, w, b + i);
            FloatVector c0 = FloatVector.fromArray(S, w, c + i);
            FloatVector a1 = FloatVector.fromArray(S, w, a + col + i);
            FloatVector b1 = FloatVector.fromArray(S, w, b + col + i);
            FloatVector c1 = FloatVector.fromArray(S, w, c + col + i);
            FloatVector a2 = FloatVector.fromArray(S, w, a + 2 * col + i);
            FloatVector b2 = FloatVector.fromArray(S, w, b + 2 * col + i);
            FloatVector c2 = FloatVector.fromArray(S, w, c + 2 * col + i);
            FloatVector g0 = a0.add(c0).mul(0.5f).add(b0.mul(half));
            FloatVector g1 = a1.add(c1).mul(0.5f).add(b1.mul(half));
            FloatVector g2 = a2.add(c2).mul(0.5f).add(b2.mul(half));
            FloatVector sum = g0.add(g2);
            g0.intoArray(u, uo + i);
            sum.add(g1).mul(0.5f).intoArray(u, uo + step + i);
            sum.sub(g1).mul(0.5f).intoArray(u, uo + 2 * step + i);
            g2.intoArray(u, uo + 3 * step + i);
        }
    }

    /** A d Aᵀ, of the rows a and b of d. */
    static void spread(float[] x, int xo, int row, int col, float[] v, int vo, int step, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector a0 = FloatVector.fromArray(S, x, xo + i);
            FloatVector a1 = FloatVector.fromArray(S, x, xo + col + i);
            FloatVector b0 = FloatVector.fromArray(S, x, xo + row + i);
            FloatVector b1 = FloatVector.fromArray(S, x, xo + row + col + i);
            a0.intoArray(v, vo + i);
            a0.add(a1).intoArray(v, vo + step + i);
            a0.sub(a1).intoArray(v, vo + 2 * step + i);
            a1.neg().intoArray(v, vo + 3 * step + i);
            FloatVector t0 = a0.add(b0);
            FloatVector t1 = a1.add(b1);
            t0.intoArray(v, vo + 4 * step + i);
            t0.add(t1).intoArray(v, vo + 5 * step + i);
            t0.sub(t1).intoArray(v, vo + 6 * step + i);
            t1.neg().intoArray(v, vo + 7 * step + i);
            t0 = a0.sub(b0);
            t1 = a1.sub(b1);
            t0.intoArray(v, vo + 8 * step + i);
            t0.add(t1).intoArray(v, vo + 9 * step + i);
            t0.sub(t1).intoArray(v, vo + 10 * step + i);
            t1.neg().intoArray(v, vo + 11 * step + i);
            b0 = b0.neg();
            b0.intoArray(v, vo + 12 * step + i);
            b0.sub(b1).intoArray(v, vo + 13 * step + i);
            b0.add(b1).intoArray(v, vo + 14 * step + i);
            b1.intoArray(v, vo + 15 * step + i);
        }
    }

    static void scatter(float[] m, int mo, int step, float[] y, int yo, int row, int col, int n) {
        outer(m, mo, step, y, yo, row, col, n);
        inner(m, mo + 4 * step, mo + 8 * step, mo + 12 * step, step, y, yo + row, col, n);
        inner(m, mo + 8 * step, mo, mo + 4 * step, step, y, yo + 2 * row, col, n);
    }

    /** Adds the first row of B M Bᵀ, which is made of the first one of M, and the last, which is that of the last, subtracted. */
    private static void outer(float[] m, int a, int step, float[] y, int yo, int row, int col, int n) {
        int b = a + 12 * step;
        int last = yo + 3 * row;
        for (int i = 0; i < n; i += L) {
            FloatVector s0 = FloatVector.fromArray(S, m, a + i);
            FloatVector s1 = FloatVector.fromArray(S, m, a + step + i);
            FloatVector s2 = FloatVector.fromArray(S, m, a + 2 * step + i);
            FloatVector s3 = FloatVector.fromArray(S, m, a + 3 * step + i);
            FloatVector.fromArray(S, y, yo + i).add(s0).intoArray(y, yo + i);
            FloatVector.fromArray(S, y, yo + col + i).add(s1.sub(s2).add(s3)).intoArray(y, yo + col + i);
            FloatVector.fromArray(S, y, yo + 2 * col + i)
                    .add(s1.add(s2).sub(s0))
                    .intoArray(y, yo + 2 * col + i);
            FloatVector.fromArray(S, y, yo + 3 * col + i).sub(s3).intoArray(y, yo + 3 * col + i);
            s0 = FloatVector.fromArray(S, m, b + i);
            s1 = FloatVector.fromArray(S, m, b + step + i);
            s2 = FloatVector.fromArray(S, m, b + 2 * step + i);
            s3 = FloatVector.fromArray(S, m, b + 3 * step + i);
            FloatVector.fromArray(S, y, last + i).sub(s0).intoArray(y, last + i);
            FloatVector.fromArray(S, y, last + col + i).sub(s1.sub(s2).add(s3)).intoArray(y, last + col + i);
            FloatVector.fromArray(S, y, last + 2 * col + i)
                    .sub(s1.add(s2).sub(s0))
                    .intoArray(y, last + 2 * col + i);
            FloatVector.fromArray(S, y, last + 3 * col + i).add(s3).intoArray(y, last + 3 * col + i);
        }
    }

    /** Adds one that is a − b + c. */
    private static void inner(float[] m, int a, int b, int c, int step, float[] y, int yo, int col, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector s0 = FloatVector.fromArray(S, m, a + i)
                    .sub(FloatVector.fromArray(S, m, b + i))
                    .add(FloatVector.fromArray(S, m, c + i));
            FloatVector s1 = FloatVector.fromArray(S, m, a + step + i)
                    .sub(FloatVector.fromArray(S, m, b + step + i))
                    .add(FloatVector.fromArray(S, m, c + step + i));
            FloatVector s2 = FloatVector.fromArray(S, m, a + 2 * step + i)
                    .sub(FloatVector.fromArray(S, m, b + 2 * step + i))
                    .add(FloatVector.fromArray(S, m, c + 2 * step + i));
            FloatVector s3 = FloatVector.fromArray(S, m, a + 3 * step + i)
                    .sub(FloatVector.fromArray(S, m, b + 3 * step + i))
                    .add(FloatVector.fromArray(S, m, c + 3 * step + i));
            FloatVector.fromArray(S, y, yo + i).add(s0).intoArray(y, yo + i);
            FloatVector.fromArray(S, y, yo + col + i).add(s1.sub(s2).add(s3)).intoArray(y, yo + col + i);
            FloatVector.fromArray(S, y, yo + 2 * col + i)
                    .add(s1.add(s2).sub(s0))
                    .intoArray(y, yo + 2 * col + i);
            FloatVector.fromArray(S, y, yo + 3 * col + i).sub(s3).intoArray(y, yo + 3 * col + i);
        }
    }

    static void filter(float[] m, int mo, int step, float[] w, int wo, int to, int n) {
        ends(m, mo, mo + 4 * step, mo + 8 * step, step, w, wo, to, n);
        middle(m, mo + 4 * step, mo + 8 * step, step, w, wo + 3 * to, to, n);
        ends(m, mo + 12 * step, mo + 4 * step, mo + 8 * step, step, w, wo + 6 * to, to, n);
    }

    /** A row of Gᵀ M G that is a + (b + c) / 2. */
    private static void ends(float[] m, int a, int b, int c, int step, float[] w, int wo, int to, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector a0 = FloatVector.fromArray(S, m, a + i);
            FloatVector b0 = FloatVector.fromArray(S, m, b + i);
            FloatVector c0 = FloatVector.fromArray(S, m, c + i);
            FloatVector a1 = FloatVector.fromArray(S, m, a + step + i);
            FloatVector b1 = FloatVector.fromArray(S, m, b + step + i);
            FloatVector c1 = FloatVector.fromArray(S, m, c + step + i);
            FloatVector a2 = FloatVector.fromArray(S, m, a + 2 * step + i);
            FloatVector b2 = FloatVector.fromArray(S, m, b + 2 * step + i);
            FloatVector c2 = FloatVector.fromArray(S, m, c + 2 * step + i);
            FloatVector a3 = FloatVector.fromArray(S, m, a + 3 * step + i);
            FloatVector b3 = FloatVector.fromArray(S, m, b + 3 * step + i);
            FloatVector c3 = FloatVector.fromArray(S, m, c + 3 * step + i);
            FloatVector s0 = b0.add(c0).mul(0.5f).add(a0);
            FloatVector s1 = b1.add(c1).mul(0.5f).add(a1);
            FloatVector s2 = b2.add(c2).mul(0.5f).add(a2);
            FloatVector s3 = b3.add(c3).mul(0.5f).add(a3);
            FloatVector half = s1.add(s2).mul(0.5f);
            s0.add(half).intoArray(w, wo + i);
            s1.sub(s2).mul(0.5f).intoArray(w, wo + to + i);
            half.add(s3).intoArray(w, wo + 2 * to + i);
        }
    }

    /** The row that is (b − c) / 2. */
    private static void middle(float[] m, int b, int c, int step, float[] w, int wo, int to, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector b0 = FloatVector.fromArray(S, m, b + i);
            FloatVector s0 = b0.sub(FloatVector.fromArray(S, m, c + i)).mul(0.5f);
            FloatVector b1 = FloatVector.fromArray(S, m, b + step + i);
            FloatVector s1 = b1.sub(FloatVector.fromArray(S, m, c + step + i)).mul(0.5f);
            FloatVector b2 = FloatVector.fromArray(S, m, b + 2 * step + i);
            FloatVector s2 =
                    b2.sub(FloatVector.fromArray(S, m, c + 2 * step + i)).mul(0.5f);
            FloatVector b3 = FloatVector.fromArray(S, m, b + 3 * step + i);
            FloatVector s3 =
                    b3.sub(FloatVector.fromArray(S, m, c + 3 * step + i)).mul(0.5f);
            FloatVector half = s1.add(s2).mul(0.5f);
            s0.add(half).intoArray(w, wo + i);
            s1.sub(s2).mul(0.5f).intoArray(w, wo + to + i);
            half.add(s3).intoArray(w, wo + 2 * to + i);
        }
    }
}
