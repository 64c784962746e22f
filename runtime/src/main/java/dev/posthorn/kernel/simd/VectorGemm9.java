package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;

/**
 * Nine rows by one vector, two terms a turn, for machines of 32 vector registers: each row's address is then computed for two
 * terms, and nine of them leave general registers for the rest. Sums in the same order as {@link VectorGemm#gemm4}.
 */
final class VectorGemm9 {
    private VectorGemm9() {}

    /** Nine rows by one vector, of an even number of terms. */
    static void gemm9Half(int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc) {
        int a1 = ao + lda;
        int a2 = a1 + lda;
        int a3 = a2 + lda;
        int a4 = a3 + lda;
        int a5 = a4 + lda;
        int a6 = a5 + lda;
        int a7 = a6 + lda;
        int a8 = a7 + lda;
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
        FloatVector c4 = FloatVector.zero(S);
        FloatVector c5 = FloatVector.zero(S);
        FloatVector c6 = FloatVector.zero(S);
        FloatVector c7 = FloatVector.zero(S);
        FloatVector c8 = FloatVector.zero(S);
        for (int p = 0; p < kc; p += 2) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + L);
            c0 = FloatVector.broadcast(S, a[ao + p]).fma(b0, c0);
            c0 = FloatVector.broadcast(S, a[ao + p + 1]).fma(b1, c0);
            c1 = FloatVector.broadcast(S, a[a1 + p]).fma(b0, c1);
            c1 = FloatVector.broadcast(S, a[a1 + p + 1]).fma(b1, c1);
            c2 = FloatVector.broadcast(S, a[a2 + p]).fma(b0, c2);
            c2 = FloatVector.broadcast(S, a[a2 + p + 1]).fma(b1, c2);
            c3 = FloatVector.broadcast(S, a[a3 + p]).fma(b0, c3);
            c3 = FloatVector.broadcast(S, a[a3 + p + 1]).fma(b1, c3);
            c4 = FloatVector.broadcast(S, a[a4 + p]).fma(b0, c4);
            c4 = FloatVector.broadcast(S, a[a4 + p + 1]).fma(b1, c4);
            c5 = FloatVector.broadcast(S, a[a5 + p]).fma(b0, c5);
            c5 = FloatVector.broadcast(S, a[a5 + p + 1]).fma(b1, c5);
            c6 = FloatVector.broadcast(S, a[a6 + p]).fma(b0, c6);
            c6 = FloatVector.broadcast(S, a[a6 + p + 1]).fma(b1, c6);
            c7 = FloatVector.broadcast(S, a[a7 + p]).fma(b0, c7);
            c7 = FloatVector.broadcast(S, a[a7 + p + 1]).fma(b1, c7);
            c8 = FloatVector.broadcast(S, a[a8 + p]).fma(b0, c8);
            c8 = FloatVector.broadcast(S, a[a8 + p + 1]).fma(b1, c8);
            bo += 2 * L;
        }
        c0.intoArray(c, co);
        c1.intoArray(c, co + ldc);
        c2.intoArray(c, co + 2 * ldc);
        c3.intoArray(c, co + 3 * ldc);
        c4.intoArray(c, co + 4 * ldc);
        c5.intoArray(c, co + 5 * ldc);
        c6.intoArray(c, co + 6 * ldc);
        c7.intoArray(c, co + 7 * ldc);
        c8.intoArray(c, co + 8 * ldc);
    }
}
