package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;

/**
 * Five or four rows by two panels that lie next to each other: for machines of 32 vector registers. Twenty sums, four vectors
 * of b and five of a are fewer than these, so that no order in which C2 loads them spills any; with 24 sums it did, in one JVM
 * and not in the next. Of all shapes that fit, five rows by four vectors read least, and are the fastest where another thread
 * shares the core. Sums in the same order as {@link VectorGemm#gemm4}. Written out like that: handed to a method that branches,
 * or kept in an array, sums become objects, and the product is ten times as slow.
 */
final class VectorGemmPair {
    private VectorGemmPair() {}

    /** Five rows by four vectors. */
    static void gemm5Pair(
            int kc, float[] a, int ao, int lda, float[] b, int bo, int panel, float[] c, int co, int ldc) {
        int a1 = ao + lda;
        int a2 = a1 + lda;
        int a3 = a2 + lda;
        int a4 = a3 + lda;
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
            bo += 2 * L;
            bp += 2 * L;
        }
        int o1 = co + ldc;
        int o2 = o1 + ldc;
        int o3 = o2 + ldc;
        int o4 = o3 + ldc;
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
    }

    /** Four rows by four vectors. */
    static void gemm4Pair(
            int kc, float[] a, int ao, int lda, float[] b, int bo, int panel, float[] c, int co, int ldc) {
        int a1 = ao + lda;
        int a2 = a1 + lda;
        int a3 = a2 + lda;
        int bp = bo + panel;
        FloatVector c0x = FloatVector.zero(S), c0y = FloatVector.zero(S);
        FloatVector c0z = FloatVector.zero(S), c0w = FloatVector.zero(S);
        FloatVector c1x = FloatVector.zero(S), c1y = FloatVector.zero(S);
        FloatVector c1z = FloatVector.zero(S), c1w = FloatVector.zero(S);
        FloatVector c2x = FloatVector.zero(S), c2y = FloatVector.zero(S);
        FloatVector c2z = FloatVector.zero(S), c2w = FloatVector.zero(S);
        FloatVector c3x = FloatVector.zero(S), c3y = FloatVector.zero(S);
        FloatVector c3z = FloatVector.zero(S), c3w = FloatVector.zero(S);
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
            bo += 2 * L;
            bp += 2 * L;
        }
        int o1 = co + ldc;
        int o2 = o1 + ldc;
        int o3 = o2 + ldc;
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
    }
}
