package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;

/**
 * Eight rows by one panel, where there is no second one to go with it: sixteen sums, two vectors of b and eight of a, for
 * machines of 32 vector registers. Eight sums, as few as are under way at once, wait for each other whenever a load is late.
 * Sums in the same order as {@link VectorGemm#gemm4}.
 */
final class VectorGemm8 {
    private VectorGemm8() {}

    /** Eight rows by two vectors. */
    static void gemm8(int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc) {
        int a1 = ao + lda;
        int a2 = a1 + lda;
        int a3 = a2 + lda;
        int a4 = a3 + lda;
        int a5 = a4 + lda;
        int a6 = a5 + lda;
        int a7 = a6 + lda;
        FloatVector c0x = FloatVector.zero(S), c0y = FloatVector.zero(S);
        FloatVector c1x = FloatVector.zero(S), c1y = FloatVector.zero(S);
        FloatVector c2x = FloatVector.zero(S), c2y = FloatVector.zero(S);
        FloatVector c3x = FloatVector.zero(S), c3y = FloatVector.zero(S);
        FloatVector c4x = FloatVector.zero(S), c4y = FloatVector.zero(S);
        FloatVector c5x = FloatVector.zero(S), c5y = FloatVector.zero(S);
        FloatVector c6x = FloatVector.zero(S), c6y = FloatVector.zero(S);
        FloatVector c7x = FloatVector.zero(S), c7y = FloatVector.zero(S);
        for (int p = 0; p < kc; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + L);
            FloatVector s0 = FloatVector.broadcast(S, a[ao + p]);
            c0x = s0.fma(b0, c0x);
            c0y = s0.fma(b1, c0y);
            FloatVector s1 = FloatVector.broadcast(S, a[a1 + p]);
            c1x = s1.fma(b0, c1x);
            c1y = s1.fma(b1, c1y);
            FloatVector s2 = FloatVector.broadcast(S, a[a2 + p]);
            c2x = s2.fma(b0, c2x);
            c2y = s2.fma(b1, c2y);
            FloatVector s3 = FloatVector.broadcast(S, a[a3 + p]);
            c3x = s3.fma(b0, c3x);
            c3y = s3.fma(b1, c3y);
            FloatVector s4 = FloatVector.broadcast(S, a[a4 + p]);
            c4x = s4.fma(b0, c4x);
            c4y = s4.fma(b1, c4y);
            FloatVector s5 = FloatVector.broadcast(S, a[a5 + p]);
            c5x = s5.fma(b0, c5x);
            c5y = s5.fma(b1, c5y);
            FloatVector s6 = FloatVector.broadcast(S, a[a6 + p]);
            c6x = s6.fma(b0, c6x);
            c6y = s6.fma(b1, c6y);
            FloatVector s7 = FloatVector.broadcast(S, a[a7 + p]);
            c7x = s7.fma(b0, c7x);
            c7y = s7.fma(b1, c7y);
            bo += 2 * L;
        }
        int o1 = co + ldc;
        int o2 = o1 + ldc;
        int o3 = o2 + ldc;
        int o4 = o3 + ldc;
        int o5 = o4 + ldc;
        int o6 = o5 + ldc;
        int o7 = o6 + ldc;
        c0x.intoArray(c, co);
        c0y.intoArray(c, co + L);
        c1x.intoArray(c, o1);
        c1y.intoArray(c, o1 + L);
        c2x.intoArray(c, o2);
        c2y.intoArray(c, o2 + L);
        c3x.intoArray(c, o3);
        c3y.intoArray(c, o3 + L);
        c4x.intoArray(c, o4);
        c4y.intoArray(c, o4 + L);
        c5x.intoArray(c, o5);
        c5y.intoArray(c, o5 + L);
        c6x.intoArray(c, o6);
        c6y.intoArray(c, o6 + L);
        c7x.intoArray(c, o7);
        c7y.intoArray(c, o7 + L);
    }
}
