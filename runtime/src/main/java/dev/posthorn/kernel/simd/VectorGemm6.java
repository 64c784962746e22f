package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;

/**
 * Six rows by four vectors, from two panels that lie next to each other: as many accumulators as {@link VectorGemm12} has, for
 * the rows that are fewer than its twelve. Two panels leave the first-level cache no room: of more rows, twelve by one panel are
 * faster. Sums in the same order as {@link VectorGemm#gemm4}.
 */
final class VectorGemm6 {
    private VectorGemm6() {}

    static void gemm6(
            int kc,
            float[] a,
            int ao,
            int lda,
            float[] b,
            int bo,
            int panel,
            float[] c,
            int co,
            int ldc,
            boolean first) {
        int a1 = ao + lda;
        int a2 = a1 + lda;
        int a3 = a2 + lda;
        int a4 = a3 + lda;
        int a5 = a4 + lda;
        int bp = bo + panel;
        FloatVector c0x = FloatVector.zero(S), c0y = FloatVector.zero(S);
        FloatVector c0z = FloatVector.zero(S), c0w = FloatVector.zero(S);
        FloatVector c1x = FloatVector.zero(S), c1y = FloatVector.zero(S);
        FloatVector c1z = FloatVector.zero(S), c1w = FloatVector.zero(S);
        FloatVector c2x = FloatVector.zero(S), c2y = FloatVector.zero(S);
        FloatVector c2z = FloatVector.zero(S), c2w = FloatVector.zero(S);
        FloatVector c3x = FloatVector.zero(S), c3y = FloatVector.zero(S);
        FloatVector c3z = FloatVector.zero(S), c3w = FloatVector.zero(S);
        FloatVector c4x = FloatVector.zero(S), c4y = FloatVector.zero(S);
        FloatVector c4z = FloatVector.zero(S), c4w = FloatVector.zero(S);
        FloatVector c5x = FloatVector.zero(S), c5y = FloatVector.zero(S);
        FloatVector c5z = FloatVector.zero(S), c5w = FloatVector.zero(S);
        for (int p = 0; p < kc; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + L);
            FloatVector b2 = FloatVector.fromArray(S, b, bp);
            FloatVector b3 = FloatVector.fromArray(S, b, bp + L);
            FloatVector s0 = FloatVector.broadcast(S, a[ao + p]);
            c0x = s0.fma(b0, c0x);
            c0y = s0.fma(b1, c0y);
            c0z = s0.fma(b2, c0z);
            c0w = s0.fma(b3, c0w);
            FloatVector s1 = FloatVector.broadcast(S, a[a1 + p]);
            c1x = s1.fma(b0, c1x);
            c1y = s1.fma(b1, c1y);
            c1z = s1.fma(b2, c1z);
            c1w = s1.fma(b3, c1w);
            FloatVector s2 = FloatVector.broadcast(S, a[a2 + p]);
            c2x = s2.fma(b0, c2x);
            c2y = s2.fma(b1, c2y);
            c2z = s2.fma(b2, c2z);
            c2w = s2.fma(b3, c2w);
            FloatVector s3 = FloatVector.broadcast(S, a[a3 + p]);
            c3x = s3.fma(b0, c3x);
            c3y = s3.fma(b1, c3y);
            c3z = s3.fma(b2, c3z);
            c3w = s3.fma(b3, c3w);
            FloatVector s4 = FloatVector.broadcast(S, a[a4 + p]);
            c4x = s4.fma(b0, c4x);
            c4y = s4.fma(b1, c4y);
            c4z = s4.fma(b2, c4z);
            c4w = s4.fma(b3, c4w);
            FloatVector s5 = FloatVector.broadcast(S, a[a5 + p]);
            c5x = s5.fma(b0, c5x);
            c5y = s5.fma(b1, c5y);
            c5z = s5.fma(b2, c5z);
            c5w = s5.fma(b3, c5w);
            bo += 2 * L;
            bp += 2 * L;
        }
        int o1 = co + ldc;
        int o2 = o1 + ldc;
        int o3 = o2 + ldc;
        int o4 = o3 + ldc;
        int o5 = o4 + ldc;
        if (!first) {
            c0x = c0x.add(FloatVector.fromArray(S, c, co));
            c0y = c0y.add(FloatVector.fromArray(S, c, co + L));
            c0z = c0z.add(FloatVector.fromArray(S, c, co + 2 * L));
            c0w = c0w.add(FloatVector.fromArray(S, c, co + 3 * L));
            c1x = c1x.add(FloatVector.fromArray(S, c, o1));
            c1y = c1y.add(FloatVector.fromArray(S, c, o1 + L));
            c1z = c1z.add(FloatVector.fromArray(S, c, o1 + 2 * L));
            c1w = c1w.add(FloatVector.fromArray(S, c, o1 + 3 * L));
            c2x = c2x.add(FloatVector.fromArray(S, c, o2));
            c2y = c2y.add(FloatVector.fromArray(S, c, o2 + L));
            c2z = c2z.add(FloatVector.fromArray(S, c, o2 + 2 * L));
            c2w = c2w.add(FloatVector.fromArray(S, c, o2 + 3 * L));
            c3x = c3x.add(FloatVector.fromArray(S, c, o3));
            c3y = c3y.add(FloatVector.fromArray(S, c, o3 + L));
            c3z = c3z.add(FloatVector.fromArray(S, c, o3 + 2 * L));
            c3w = c3w.add(FloatVector.fromArray(S, c, o3 + 3 * L));
            c4x = c4x.add(FloatVector.fromArray(S, c, o4));
            c4y = c4y.add(FloatVector.fromArray(S, c, o4 + L));
            c4z = c4z.add(FloatVector.fromArray(S, c, o4 + 2 * L));
            c4w = c4w.add(FloatVector.fromArray(S, c, o4 + 3 * L));
            c5x = c5x.add(FloatVector.fromArray(S, c, o5));
            c5y = c5y.add(FloatVector.fromArray(S, c, o5 + L));
            c5z = c5z.add(FloatVector.fromArray(S, c, o5 + 2 * L));
            c5w = c5w.add(FloatVector.fromArray(S, c, o5 + 3 * L));
        }
        c0x.intoArray(c, co);
        c0y.intoArray(c, co + L);
        c0z.intoArray(c, co + 2 * L);
        c0w.intoArray(c, co + 3 * L);
        c1x.intoArray(c, o1);
        c1y.intoArray(c, o1 + L);
        c1z.intoArray(c, o1 + 2 * L);
        c1w.intoArray(c, o1 + 3 * L);
        c2x.intoArray(c, o2);
        c2y.intoArray(c, o2 + L);
        c2z.intoArray(c, o2 + 2 * L);
        c2w.intoArray(c, o2 + 3 * L);
        c3x.intoArray(c, o3);
        c3y.intoArray(c, o3 + L);
        c3z.intoArray(c, o3 + 2 * L);
        c3w.intoArray(c, o3 + 3 * L);
        c4x.intoArray(c, o4);
        c4y.intoArray(c, o4 + L);
        c4z.intoArray(c, o4 + 2 * L);
        c4w.intoArray(c, o4 + 3 * L);
        c5x.intoArray(c, o5);
        c5y.intoArray(c, o5 + L);
        c5z.intoArray(c, o5 + 2 * L);
        c5w.intoArray(c, o5 + 3 * L);
    }
}
