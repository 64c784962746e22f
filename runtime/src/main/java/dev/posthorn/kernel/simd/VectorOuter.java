package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Sums of outer products: what gradients by weights are made of. Written out as in {@link VectorGemmPair}. */
final class VectorOuter {
    private VectorOuter() {}

    /** Four columns of a by two vectors of b. */
    static void outer4(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc) {
        FloatVector c0x = FloatVector.zero(S), c0y = FloatVector.zero(S);
        FloatVector c1x = FloatVector.zero(S), c1y = FloatVector.zero(S);
        FloatVector c2x = FloatVector.zero(S), c2y = FloatVector.zero(S);
        FloatVector c3x = FloatVector.zero(S), c3y = FloatVector.zero(S);
        for (int p = 0; p < n; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + L);
            FloatVector x0 = FloatVector.broadcast(S, a[ao]);
            c0x = x0.fma(b0, c0x);
            c0y = x0.fma(b1, c0y);
            FloatVector x1 = FloatVector.broadcast(S, a[ao + 1]);
            c1x = x1.fma(b0, c1x);
            c1y = x1.fma(b1, c1y);
            FloatVector x2 = FloatVector.broadcast(S, a[ao + 2]);
            c2x = x2.fma(b0, c2x);
            c2y = x2.fma(b1, c2y);
            FloatVector x3 = FloatVector.broadcast(S, a[ao + 3]);
            c3x = x3.fma(b0, c3x);
            c3y = x3.fma(b1, c3y);
            ao += 8;
            bo += 2 * L;
        }
        FloatVector.fromArray(S, c, co).add(c0x).intoArray(c, co);
        FloatVector.fromArray(S, c, co + L).add(c0y).intoArray(c, co + L);
        FloatVector.fromArray(S, c, co + ldc).add(c1x).intoArray(c, co + ldc);
        FloatVector.fromArray(S, c, co + ldc + L).add(c1y).intoArray(c, co + ldc + L);
        FloatVector.fromArray(S, c, co + 2 * ldc).add(c2x).intoArray(c, co + 2 * ldc);
        FloatVector.fromArray(S, c, co + 2 * ldc + L).add(c2y).intoArray(c, co + 2 * ldc + L);
        FloatVector.fromArray(S, c, co + 3 * ldc).add(c3x).intoArray(c, co + 3 * ldc);
        FloatVector.fromArray(S, c, co + 3 * ldc + L).add(c3y).intoArray(c, co + 3 * ldc + L);
    }

    /** Four columns of a by one vector of b. */
    static void outer4Half(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc) {
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
        for (int p = 0; p < n; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo);
            c0 = FloatVector.broadcast(S, a[ao]).fma(b0, c0);
            c1 = FloatVector.broadcast(S, a[ao + 1]).fma(b0, c1);
            c2 = FloatVector.broadcast(S, a[ao + 2]).fma(b0, c2);
            c3 = FloatVector.broadcast(S, a[ao + 3]).fma(b0, c3);
            ao += 8;
            bo += L;
        }
        FloatVector.fromArray(S, c, co).add(c0).intoArray(c, co);
        FloatVector.fromArray(S, c, co + ldc).add(c1).intoArray(c, co + ldc);
        FloatVector.fromArray(S, c, co + 2 * ldc).add(c2).intoArray(c, co + 2 * ldc);
        FloatVector.fromArray(S, c, co + 3 * ldc).add(c3).intoArray(c, co + 3 * ldc);
    }

    /** Eight columns of a by one vector of b. */
    static void outer8Half(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc) {
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
        FloatVector c4 = FloatVector.zero(S);
        FloatVector c5 = FloatVector.zero(S);
        FloatVector c6 = FloatVector.zero(S);
        FloatVector c7 = FloatVector.zero(S);
        for (int p = 0; p < n; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo);
            c0 = FloatVector.broadcast(S, a[ao]).fma(b0, c0);
            c1 = FloatVector.broadcast(S, a[ao + 1]).fma(b0, c1);
            c2 = FloatVector.broadcast(S, a[ao + 2]).fma(b0, c2);
            c3 = FloatVector.broadcast(S, a[ao + 3]).fma(b0, c3);
            c4 = FloatVector.broadcast(S, a[ao + 4]).fma(b0, c4);
            c5 = FloatVector.broadcast(S, a[ao + 5]).fma(b0, c5);
            c6 = FloatVector.broadcast(S, a[ao + 6]).fma(b0, c6);
            c7 = FloatVector.broadcast(S, a[ao + 7]).fma(b0, c7);
            ao += 8;
            bo += L;
        }
        FloatVector.fromArray(S, c, co).add(c0).intoArray(c, co);
        FloatVector.fromArray(S, c, co + ldc).add(c1).intoArray(c, co + ldc);
        FloatVector.fromArray(S, c, co + 2 * ldc).add(c2).intoArray(c, co + 2 * ldc);
        FloatVector.fromArray(S, c, co + 3 * ldc).add(c3).intoArray(c, co + 3 * ldc);
        FloatVector.fromArray(S, c, co + 4 * ldc).add(c4).intoArray(c, co + 4 * ldc);
        FloatVector.fromArray(S, c, co + 5 * ldc).add(c5).intoArray(c, co + 5 * ldc);
        FloatVector.fromArray(S, c, co + 6 * ldc).add(c6).intoArray(c, co + 6 * ldc);
        FloatVector.fromArray(S, c, co + 7 * ldc).add(c7).intoArray(c, co + 7 * ldc);
    }

    /** Twelve columns of a by two vectors of b: six at a time, as twelve cross the bound that {@link VectorExp} speaks of. */
    static void outer12(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc) {
        six(n, a, ao, b, bo, c, co, ldc);
        six(n, a, ao + 6, b, bo, c, co + 6 * ldc, ldc);
    }

    private static void six(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector c0x = zero, c0y = zero;
        FloatVector c1x = zero, c1y = zero;
        FloatVector c2x = zero, c2y = zero;
        FloatVector c3x = zero, c3y = zero;
        FloatVector c4x = zero, c4y = zero;
        FloatVector c5x = zero, c5y = zero;
        for (int p = 0; p < n; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + L);
            FloatVector x0 = FloatVector.broadcast(S, a[ao]);
            c0x = x0.fma(b0, c0x);
            c0y = x0.fma(b1, c0y);
            FloatVector x1 = FloatVector.broadcast(S, a[ao + 1]);
            c1x = x1.fma(b0, c1x);
            c1y = x1.fma(b1, c1y);
            FloatVector x2 = FloatVector.broadcast(S, a[ao + 2]);
            c2x = x2.fma(b0, c2x);
            c2y = x2.fma(b1, c2y);
            FloatVector x3 = FloatVector.broadcast(S, a[ao + 3]);
            c3x = x3.fma(b0, c3x);
            c3y = x3.fma(b1, c3y);
            FloatVector x4 = FloatVector.broadcast(S, a[ao + 4]);
            c4x = x4.fma(b0, c4x);
            c4y = x4.fma(b1, c4y);
            FloatVector x5 = FloatVector.broadcast(S, a[ao + 5]);
            c5x = x5.fma(b0, c5x);
            c5y = x5.fma(b1, c5y);
            ao += 12;
            bo += 2 * L;
        }
        FloatVector.fromArray(S, c, co).add(c0x).intoArray(c, co);
        FloatVector.fromArray(S, c, co + L).add(c0y).intoArray(c, co + L);
        FloatVector.fromArray(S, c, co + ldc).add(c1x).intoArray(c, co + ldc);
        FloatVector.fromArray(S, c, co + ldc + L).add(c1y).intoArray(c, co + ldc + L);
        FloatVector.fromArray(S, c, co + 2 * ldc).add(c2x).intoArray(c, co + 2 * ldc);
        FloatVector.fromArray(S, c, co + 2 * ldc + L).add(c2y).intoArray(c, co + 2 * ldc + L);
        FloatVector.fromArray(S, c, co + 3 * ldc).add(c3x).intoArray(c, co + 3 * ldc);
        FloatVector.fromArray(S, c, co + 3 * ldc + L).add(c3y).intoArray(c, co + 3 * ldc + L);
        FloatVector.fromArray(S, c, co + 4 * ldc).add(c4x).intoArray(c, co + 4 * ldc);
        FloatVector.fromArray(S, c, co + 4 * ldc + L).add(c4y).intoArray(c, co + 4 * ldc + L);
        FloatVector.fromArray(S, c, co + 5 * ldc).add(c5x).intoArray(c, co + 5 * ldc);
        FloatVector.fromArray(S, c, co + 5 * ldc + L).add(c5y).intoArray(c, co + 5 * ldc + L);
    }

    /** Twelve columns of a by one vector of b. */
    static void outer12Half(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc) {
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
        FloatVector c4 = FloatVector.zero(S);
        FloatVector c5 = FloatVector.zero(S);
        FloatVector c6 = FloatVector.zero(S);
        FloatVector c7 = FloatVector.zero(S);
        FloatVector c8 = FloatVector.zero(S);
        FloatVector c9 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        for (int p = 0; p < n; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo);
            c0 = FloatVector.broadcast(S, a[ao]).fma(b0, c0);
            c1 = FloatVector.broadcast(S, a[ao + 1]).fma(b0, c1);
            c2 = FloatVector.broadcast(S, a[ao + 2]).fma(b0, c2);
            c3 = FloatVector.broadcast(S, a[ao + 3]).fma(b0, c3);
            c4 = FloatVector.broadcast(S, a[ao + 4]).fma(b0, c4);
            c5 = FloatVector.broadcast(S, a[ao + 5]).fma(b0, c5);
            c6 = FloatVector.broadcast(S, a[ao + 6]).fma(b0, c6);
            c7 = FloatVector.broadcast(S, a[ao + 7]).fma(b0, c7);
            c8 = FloatVector.broadcast(S, a[ao + 8]).fma(b0, c8);
            c9 = FloatVector.broadcast(S, a[ao + 9]).fma(b0, c9);
            c10 = FloatVector.broadcast(S, a[ao + 10]).fma(b0, c10);
            c11 = FloatVector.broadcast(S, a[ao + 11]).fma(b0, c11);
            ao += 12;
            bo += L;
        }
        FloatVector.fromArray(S, c, co).add(c0).intoArray(c, co);
        FloatVector.fromArray(S, c, co + ldc).add(c1).intoArray(c, co + ldc);
        FloatVector.fromArray(S, c, co + 2 * ldc).add(c2).intoArray(c, co + 2 * ldc);
        FloatVector.fromArray(S, c, co + 3 * ldc).add(c3).intoArray(c, co + 3 * ldc);
        FloatVector.fromArray(S, c, co + 4 * ldc).add(c4).intoArray(c, co + 4 * ldc);
        FloatVector.fromArray(S, c, co + 5 * ldc).add(c5).intoArray(c, co + 5 * ldc);
        FloatVector.fromArray(S, c, co + 6 * ldc).add(c6).intoArray(c, co + 6 * ldc);
        FloatVector.fromArray(S, c, co + 7 * ldc).add(c7).intoArray(c, co + 7 * ldc);
        FloatVector.fromArray(S, c, co + 8 * ldc).add(c8).intoArray(c, co + 8 * ldc);
        FloatVector.fromArray(S, c, co + 9 * ldc).add(c9).intoArray(c, co + 9 * ldc);
        FloatVector.fromArray(S, c, co + 10 * ldc).add(c10).intoArray(c, co + 10 * ldc);
        FloatVector.fromArray(S, c, co + 11 * ldc).add(c11).intoArray(c, co + 11 * ldc);
    }

    /** Rows of less than a vector: each is written over what is too much of the one before. */
    static void columns(int width, float[] x, int xo, int xStep, float[] y, int yo, int n) {
        for (int p = 0; p < n; p++) {
            FloatVector.fromArray(S, x, xo).intoArray(y, yo);
            xo += xStep;
            yo += width;
        }
    }

    /** Rows of a vector. */
    static void singles(float[] x, int xo, int xStep, float[] y, int yo, int n) {
        int p = 0;
        for (; p < n - 3; p += 4) {
            int x1 = xo + xStep;
            int x2 = x1 + xStep;
            int x3 = x2 + xStep;
            FloatVector v0 = FloatVector.fromArray(S, x, xo);
            FloatVector v1 = FloatVector.fromArray(S, x, x1);
            FloatVector v2 = FloatVector.fromArray(S, x, x2);
            FloatVector v3 = FloatVector.fromArray(S, x, x3);
            v0.intoArray(y, yo);
            v1.intoArray(y, yo + L);
            v2.intoArray(y, yo + 2 * L);
            v3.intoArray(y, yo + 3 * L);
            xo = x3 + xStep;
            yo += 4 * L;
        }
        for (; p < n; p++) {
            FloatVector.fromArray(S, x, xo).intoArray(y, yo);
            xo += xStep;
            yo += L;
        }
    }

    /** Rows of two vectors. */
    static void pairs(float[] x, int xo, int xStep, float[] y, int yo, int n) {
        int p = 0;
        for (; p < n - 1; p += 2) {
            int next = xo + xStep;
            FloatVector v0 = FloatVector.fromArray(S, x, xo);
            FloatVector v1 = FloatVector.fromArray(S, x, xo + L);
            FloatVector w0 = FloatVector.fromArray(S, x, next);
            FloatVector w1 = FloatVector.fromArray(S, x, next + L);
            v0.intoArray(y, yo);
            v1.intoArray(y, yo + L);
            w0.intoArray(y, yo + 2 * L);
            w1.intoArray(y, yo + 3 * L);
            xo = next + xStep;
            yo += 4 * L;
        }
        if (p < n) {
            FloatVector.fromArray(S, x, xo).intoArray(y, yo);
            FloatVector.fromArray(S, x, xo + L).intoArray(y, yo + L);
        }
    }

    /** What is not yet given away goes to the first tap that is the maximum. */
    static void tapsMaxGradient(
            int t0, int t1, int[] xs, float[] x, int xo, float[] dy, int dyo, float[] dx, int to, int n) {
        if (t1 - t0 == 4) {
            maxGradient(xs[t0], xs[t0 + 1], xs[t0 + 2], xs[t0 + 3], x, xo, dy, dyo, dx, to, n);
            return;
        }
        for (int i = 0; i < n; i += L) {
            maxGradient(t0, t1, xs, x, xo + i, dy, dyo + i, dx, to + i);
        }
    }

    /** As the other one, of four. */
    private static void maxGradient(
            int x0, int x1, int x2, int x3, float[] x, int xo, float[] dy, int dyo, float[] dx, int to, int n) {
        int to0 = to + x0;
        int to1 = to + x1;
        int to2 = to + x2;
        int to3 = to + x3;
        x0 += xo;
        x1 += xo;
        x2 += xo;
        x3 += xo;
        for (int i = 0; i < n; i += L) {
            FloatVector zero = FloatVector.zero(S);
            FloatVector a = FloatVector.fromArray(S, x, x0 + i);
            FloatVector b = FloatVector.fromArray(S, x, x1 + i);
            FloatVector c = FloatVector.fromArray(S, x, x2 + i);
            FloatVector d = FloatVector.fromArray(S, x, x3 + i);
            FloatVector most = a.max(b).max(c.max(d));
            FloatVector rest = FloatVector.fromArray(S, dy, dyo + i);
            VectorMask<Float> m = a.compare(VectorOperators.EQ, most);
            FloatVector.fromArray(S, dx, to0 + i).add(zero.blend(rest, m)).intoArray(dx, to0 + i);
            rest = rest.blend(zero, m);
            m = b.compare(VectorOperators.EQ, most);
            FloatVector.fromArray(S, dx, to1 + i).add(zero.blend(rest, m)).intoArray(dx, to1 + i);
            rest = rest.blend(zero, m);
            m = c.compare(VectorOperators.EQ, most);
            FloatVector.fromArray(S, dx, to2 + i).add(zero.blend(rest, m)).intoArray(dx, to2 + i);
            rest = rest.blend(zero, m);
            m = d.compare(VectorOperators.EQ, most);
            FloatVector.fromArray(S, dx, to3 + i).add(zero.blend(rest, m)).intoArray(dx, to3 + i);
        }
    }

    private static void maxGradient(
            int t0, int t1, int[] xs, float[] x, int xo, float[] dy, int dyo, float[] dx, int to) {
        FloatVector most = FloatVector.fromArray(S, x, xo + xs[t0]);
        for (int t = t0 + 1; t < t1; t++) {
            most = FloatVector.fromArray(S, x, xo + xs[t]).max(most);
        }
        FloatVector rest = FloatVector.fromArray(S, dy, dyo);
        for (int t = t0; t < t1; t++) {
            VectorMask<Float> largest = FloatVector.fromArray(S, x, xo + xs[t]).compare(VectorOperators.EQ, most);
            FloatVector.fromArray(S, dx, to + xs[t])
                    .add(FloatVector.broadcast(S, 0f).blend(rest, largest))
                    .intoArray(dx, to + xs[t]);
            rest = FloatVector.broadcast(S, 0f).blend(rest, largest.not());
        }
    }
}
