package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.ScalarWinograd4.INNER;
import static dev.posthorn.kernel.simd.ScalarWinograd4.OUTER;
import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;

/**
 * The transforms of Winograd's F(4, 3), n ≥ L channels at a time; the last vector overlaps the one before it. Along one axis
 * alone: the 36 vectors of a tile are more than there are registers, so what lies between the axes goes by way of memory.
 * Products with powers of two are exact, so a fused multiply-add rounds as {@link ScalarWinograd4} does. Each method has more
 * than 325 bytes, as those of {@link VectorWinograd}.
 */
final class VectorWinograd4 {
    private VectorWinograd4() {}

    static void input(float[] x, int xo, int apart, int next, float[] y, int yo, int step, int far, int n) {
        FloatVector minusTwo = FloatVector.broadcast(S, -2);
        FloatVector minusHalf = FloatVector.broadcast(S, -0.5f);
        FloatVector inner = FloatVector.broadcast(S, INNER);
        FloatVector outer = FloatVector.broadcast(S, OUTER);
        for (int t = 0; t < 6; t++) {
            int from = xo + t * next;
            int to = yo + t * far;
            for (int e = 0; e < n; e += L) {
                int i = Math.min(e, n - L);
                FloatVector d0 = FloatVector.fromArray(S, x, from + i);
                FloatVector d1 = FloatVector.fromArray(S, x, from + apart + i);
                FloatVector d2 = FloatVector.fromArray(S, x, from + 2 * apart + i);
                FloatVector d3 = FloatVector.fromArray(S, x, from + 3 * apart + i);
                FloatVector d4 = FloatVector.fromArray(S, x, from + 4 * apart + i);
                FloatVector d5 = FloatVector.fromArray(S, x, from + 5 * apart + i);
                FloatVector even = d2.fma(minusTwo, d4);
                FloatVector odd = d1.fma(minusTwo, d3).mul(inner);
                d2.fma(minusHalf, d0).add(even).intoArray(y, to + i);
                even.add(odd).intoArray(y, to + step + i);
                even.sub(odd).intoArray(y, to + 2 * step + i);
                even = d2.fma(minusHalf, d4);
                odd = d1.fma(minusHalf, d3).mul(outer);
                even.add(odd).intoArray(y, to + 3 * step + i);
                even.sub(odd).intoArray(y, to + 4 * step + i);
                d3.fma(minusHalf, d1).add(d3.fma(minusTwo, d5)).intoArray(y, to + 5 * step + i);
            }
        }
    }

    static void output(int count, float[] m, int mo, int apart, int next, float[] y, int yo, int step, int far, int n) {
        FloatVector two = FloatVector.broadcast(S, 2);
        FloatVector four = FloatVector.broadcast(S, 4);
        FloatVector eight = FloatVector.broadcast(S, 8);
        FloatVector half = FloatVector.broadcast(S, 0.5f);
        FloatVector inner = FloatVector.broadcast(S, INNER);
        FloatVector cube = FloatVector.broadcast(S, INNER / 2);
        for (int t = 0; t < count; t++) {
            int from = mo + t * next;
            int to = yo + t * far;
            for (int e = 0; e < n; e += L) {
                int i = Math.min(e, n - L);
                FloatVector m0 = FloatVector.fromArray(S, m, from + i);
                FloatVector m1 = FloatVector.fromArray(S, m, from + apart + i);
                FloatVector m2 = FloatVector.fromArray(S, m, from + 2 * apart + i);
                FloatVector m3 = FloatVector.fromArray(S, m, from + 3 * apart + i);
                FloatVector m4 = FloatVector.fromArray(S, m, from + 4 * apart + i);
                FloatVector m5 = FloatVector.fromArray(S, m, from + 5 * apart + i);
                FloatVector a = m1.add(m2);
                FloatVector b = m1.sub(m2);
                FloatVector c = m3.add(m4);
                FloatVector d = m3.sub(m4);
                m0.add(a).add(c).intoArray(y, to + i);
                d.fma(two, b).mul(inner).intoArray(y, to + step + i);
                c.fma(four, a).mul(half).intoArray(y, to + 2 * step + i);
                d.fma(eight, b).mul(cube).add(m5).intoArray(y, to + 3 * step + i);
            }
        }
    }
}
