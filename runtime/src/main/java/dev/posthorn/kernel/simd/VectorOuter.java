package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Sums over rows that lie at any places: what gradients by weights are made of. Loops as in {@link VectorGemm}. */
final class VectorOuter {
    private VectorOuter() {}

    /** Four columns of a by two vectors of b. */
    static void outer4(int n, float[] a, int ao, int[] as, float[] b, int bo, int[] bs, float[] c, int co, int ldc) {
        FloatVector c00 = FloatVector.zero(S), c01 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S), c11 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S), c21 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S), c31 = FloatVector.zero(S);
        for (int p = 0; p < n; p++) {
            int at = ao + as[p];
            int from = bo + bs[p] * (2 * L);
            FloatVector b0 = FloatVector.fromArray(S, b, from);
            FloatVector b1 = FloatVector.fromArray(S, b, from + L);
            FloatVector x0 = FloatVector.broadcast(S, a[at]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            FloatVector x1 = FloatVector.broadcast(S, a[at + 1]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            FloatVector x2 = FloatVector.broadcast(S, a[at + 2]);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            FloatVector x3 = FloatVector.broadcast(S, a[at + 3]);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
        }
        int o1 = co + ldc;
        int o2 = o1 + ldc;
        int o3 = o2 + ldc;
        c00.add(FloatVector.fromArray(S, c, co)).intoArray(c, co);
        c01.add(FloatVector.fromArray(S, c, co + L)).intoArray(c, co + L);
        c10.add(FloatVector.fromArray(S, c, o1)).intoArray(c, o1);
        c11.add(FloatVector.fromArray(S, c, o1 + L)).intoArray(c, o1 + L);
        c20.add(FloatVector.fromArray(S, c, o2)).intoArray(c, o2);
        c21.add(FloatVector.fromArray(S, c, o2 + L)).intoArray(c, o2 + L);
        c30.add(FloatVector.fromArray(S, c, o3)).intoArray(c, o3);
        c31.add(FloatVector.fromArray(S, c, o3 + L)).intoArray(c, o3 + L);
    }

    /** Four columns of a by one vector of b. */
    static void outer4Half(
            int n, float[] a, int ao, int[] as, float[] b, int bo, int[] bs, float[] c, int co, int ldc) {
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
        for (int p = 0; p < n; p++) {
            int at = ao + as[p];
            FloatVector v = FloatVector.fromArray(S, b, bo + bs[p] * L);
            c0 = FloatVector.broadcast(S, a[at]).fma(v, c0);
            c1 = FloatVector.broadcast(S, a[at + 1]).fma(v, c1);
            c2 = FloatVector.broadcast(S, a[at + 2]).fma(v, c2);
            c3 = FloatVector.broadcast(S, a[at + 3]).fma(v, c3);
        }
        int o1 = co + ldc;
        int o2 = o1 + ldc;
        int o3 = o2 + ldc;
        c0.add(FloatVector.fromArray(S, c, co)).intoArray(c, co);
        c1.add(FloatVector.fromArray(S, c, o1)).intoArray(c, o1);
        c2.add(FloatVector.fromArray(S, c, o2)).intoArray(c, o2);
        c3.add(FloatVector.fromArray(S, c, o3)).intoArray(c, o3);
    }

    /** Whole vectors of the result; returns how many elements that was. */
    static int inner(int n, float[] a, int ao, int[] as, float[] b, int bo, int[] bs, float[] c, int co, int count) {
        int i = 0;
        for (; i <= count - 4 * L; i += 4 * L) {
            inner4(n, a, ao + i, as, b, bo + i, bs, c, co + i);
        }
        for (; i <= count - L; i += L) {
            inner1(n, a, ao + i, as, b, bo + i, bs, c, co + i);
        }
        return i;
    }

    private static void inner4(int n, float[] a, int ao, int[] as, float[] b, int bo, int[] bs, float[] c, int co) {
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
        for (int p = 0; p < n; p++) {
            int at = ao + as[p];
            int from = bo + bs[p];
            c0 = FloatVector.fromArray(S, a, at).fma(FloatVector.fromArray(S, b, from), c0);
            c1 = FloatVector.fromArray(S, a, at + L).fma(FloatVector.fromArray(S, b, from + L), c1);
            c2 = FloatVector.fromArray(S, a, at + 2 * L).fma(FloatVector.fromArray(S, b, from + 2 * L), c2);
            c3 = FloatVector.fromArray(S, a, at + 3 * L).fma(FloatVector.fromArray(S, b, from + 3 * L), c3);
        }
        c0.add(FloatVector.fromArray(S, c, co)).intoArray(c, co);
        c1.add(FloatVector.fromArray(S, c, co + L)).intoArray(c, co + L);
        c2.add(FloatVector.fromArray(S, c, co + 2 * L)).intoArray(c, co + 2 * L);
        c3.add(FloatVector.fromArray(S, c, co + 3 * L)).intoArray(c, co + 3 * L);
    }

    private static void inner1(int n, float[] a, int ao, int[] as, float[] b, int bo, int[] bs, float[] c, int co) {
        FloatVector s = FloatVector.zero(S);
        for (int p = 0; p < n; p++) {
            s = FloatVector.fromArray(S, a, ao + as[p]).fma(FloatVector.fromArray(S, b, bo + bs[p]), s);
        }
        s.add(FloatVector.fromArray(S, c, co)).intoArray(c, co);
    }

    /** What is not yet given away goes to the first tap that is the maximum. */
    static void tapsMaxGradient(
            int t0, int t1, int[] xs, float[] x, int xo, float[] dy, int dyo, float[] dx, int to, int n) {
        for (int i = 0; i < n; i += L) {
            maxGradient(t0, t1, xs, x, xo + i, dy, dyo + i, dx, to + i);
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
