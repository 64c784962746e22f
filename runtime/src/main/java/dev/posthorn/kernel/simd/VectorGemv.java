package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;

/** As {@link VectorGemm}: one row against many columns. Eight sums at once hide how long each of their additions takes. */
final class VectorGemv {
    private VectorGemv() {}

    /** One row by eight vectors, from four panels. */
    static void gemv4(int kc, float[] a, int ao, float[] b, int bo, int panel, float[] c, int co, boolean first) {
        FloatVector c0 = FloatVector.zero(S), c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S), c3 = FloatVector.zero(S);
        FloatVector c4 = FloatVector.zero(S), c5 = FloatVector.zero(S);
        FloatVector c6 = FloatVector.zero(S), c7 = FloatVector.zero(S);
        int b1 = bo + panel;
        int b2 = b1 + panel;
        int b3 = b2 + panel;
        for (int p = 0; p < kc; p++) {
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            c0 = x.fma(FloatVector.fromArray(S, b, bo), c0);
            c1 = x.fma(FloatVector.fromArray(S, b, bo + L), c1);
            c2 = x.fma(FloatVector.fromArray(S, b, b1), c2);
            c3 = x.fma(FloatVector.fromArray(S, b, b1 + L), c3);
            c4 = x.fma(FloatVector.fromArray(S, b, b2), c4);
            c5 = x.fma(FloatVector.fromArray(S, b, b2 + L), c5);
            c6 = x.fma(FloatVector.fromArray(S, b, b3), c6);
            c7 = x.fma(FloatVector.fromArray(S, b, b3 + L), c7);
            bo += 2 * L;
            b1 += 2 * L;
            b2 += 2 * L;
            b3 += 2 * L;
        }
        if (!first) {
            c0 = c0.add(FloatVector.fromArray(S, c, co));
            c1 = c1.add(FloatVector.fromArray(S, c, co + L));
            c2 = c2.add(FloatVector.fromArray(S, c, co + 2 * L));
            c3 = c3.add(FloatVector.fromArray(S, c, co + 3 * L));
            c4 = c4.add(FloatVector.fromArray(S, c, co + 4 * L));
            c5 = c5.add(FloatVector.fromArray(S, c, co + 5 * L));
            c6 = c6.add(FloatVector.fromArray(S, c, co + 6 * L));
            c7 = c7.add(FloatVector.fromArray(S, c, co + 7 * L));
        }
        c0.intoArray(c, co);
        c1.intoArray(c, co + L);
        c2.intoArray(c, co + 2 * L);
        c3.intoArray(c, co + 3 * L);
        c4.intoArray(c, co + 4 * L);
        c5.intoArray(c, co + 5 * L);
        c6.intoArray(c, co + 6 * L);
        c7.intoArray(c, co + 7 * L);
    }
}
