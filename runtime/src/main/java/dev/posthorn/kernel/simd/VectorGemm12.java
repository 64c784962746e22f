package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;

/**
 * Twelve rows at a time: for machines of 32 vector registers, which have room for 24 accumulators. Rows of a lie equally far
 * apart, so that their addresses need few registers too. Sums in the same order as {@link VectorGemm#gemm4}. Written out
 * like that: handed to a method that branches, or kept in an array, accumulators become objects, and the product is ten
 * times as slow; so it is where C1 of JDK 17 runs out of virtual registers, as it does with two steps of k an iteration.
 */
final class VectorGemm12 {
    private VectorGemm12() {}

    /** Twelve rows by two vectors. */
    static void gemm12(
            int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc, boolean first) {
        int a1 = ao + lda;
        int a2 = a1 + lda;
        int a3 = a2 + lda;
        int a4 = a3 + lda;
        int a5 = a4 + lda;
        int a6 = a5 + lda;
        int a7 = a6 + lda;
        int a8 = a7 + lda;
        int a9 = a8 + lda;
        int a10 = a9 + lda;
        int a11 = a10 + lda;
        FloatVector c0x = FloatVector.zero(S), c0y = FloatVector.zero(S);
        FloatVector c1x = FloatVector.zero(S), c1y = FloatVector.zero(S);
        FloatVector c2x = FloatVector.zero(S), c2y = FloatVector.zero(S);
        FloatVector c3x = FloatVector.zero(S), c3y = FloatVector.zero(S);
        FloatVector c4x = FloatVector.zero(S), c4y = FloatVector.zero(S);
        FloatVector c5x = FloatVector.zero(S), c5y = FloatVector.zero(S);
        FloatVector c6x = FloatVector.zero(S), c6y = FloatVector.zero(S);
        FloatVector c7x = FloatVector.zero(S), c7y = FloatVector.zero(S);
        FloatVector c8x = FloatVector.zero(S), c8y = FloatVector.zero(S);
        FloatVector c9x = FloatVector.zero(S), c9y = FloatVector.zero(S);
        FloatVector c10x = FloatVector.zero(S), c10y = FloatVector.zero(S);
        FloatVector c11x = FloatVector.zero(S), c11y = FloatVector.zero(S);
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
            FloatVector s8 = FloatVector.broadcast(S, a[a8 + p]);
            c8x = s8.fma(b0, c8x);
            c8y = s8.fma(b1, c8y);
            FloatVector s9 = FloatVector.broadcast(S, a[a9 + p]);
            c9x = s9.fma(b0, c9x);
            c9y = s9.fma(b1, c9y);
            FloatVector s10 = FloatVector.broadcast(S, a[a10 + p]);
            c10x = s10.fma(b0, c10x);
            c10y = s10.fma(b1, c10y);
            FloatVector s11 = FloatVector.broadcast(S, a[a11 + p]);
            c11x = s11.fma(b0, c11x);
            c11y = s11.fma(b1, c11y);
            bo += 2 * L;
        }
        if (!first) {
            c0x = c0x.add(FloatVector.fromArray(S, c, co));
            c0y = c0y.add(FloatVector.fromArray(S, c, co + L));
            c1x = c1x.add(FloatVector.fromArray(S, c, co + ldc));
            c1y = c1y.add(FloatVector.fromArray(S, c, co + ldc + L));
            c2x = c2x.add(FloatVector.fromArray(S, c, co + 2 * ldc));
            c2y = c2y.add(FloatVector.fromArray(S, c, co + 2 * ldc + L));
            c3x = c3x.add(FloatVector.fromArray(S, c, co + 3 * ldc));
            c3y = c3y.add(FloatVector.fromArray(S, c, co + 3 * ldc + L));
            c4x = c4x.add(FloatVector.fromArray(S, c, co + 4 * ldc));
            c4y = c4y.add(FloatVector.fromArray(S, c, co + 4 * ldc + L));
            c5x = c5x.add(FloatVector.fromArray(S, c, co + 5 * ldc));
            c5y = c5y.add(FloatVector.fromArray(S, c, co + 5 * ldc + L));
            c6x = c6x.add(FloatVector.fromArray(S, c, co + 6 * ldc));
            c6y = c6y.add(FloatVector.fromArray(S, c, co + 6 * ldc + L));
            c7x = c7x.add(FloatVector.fromArray(S, c, co + 7 * ldc));
            c7y = c7y.add(FloatVector.fromArray(S, c, co + 7 * ldc + L));
            c8x = c8x.add(FloatVector.fromArray(S, c, co + 8 * ldc));
            c8y = c8y.add(FloatVector.fromArray(S, c, co + 8 * ldc + L));
            c9x = c9x.add(FloatVector.fromArray(S, c, co + 9 * ldc));
            c9y = c9y.add(FloatVector.fromArray(S, c, co + 9 * ldc + L));
            c10x = c10x.add(FloatVector.fromArray(S, c, co + 10 * ldc));
            c10y = c10y.add(FloatVector.fromArray(S, c, co + 10 * ldc + L));
            c11x = c11x.add(FloatVector.fromArray(S, c, co + 11 * ldc));
            c11y = c11y.add(FloatVector.fromArray(S, c, co + 11 * ldc + L));
        }
        c0x.intoArray(c, co);
        c0y.intoArray(c, co + L);
        c1x.intoArray(c, co + ldc);
        c1y.intoArray(c, co + ldc + L);
        c2x.intoArray(c, co + 2 * ldc);
        c2y.intoArray(c, co + 2 * ldc + L);
        c3x.intoArray(c, co + 3 * ldc);
        c3y.intoArray(c, co + 3 * ldc + L);
        c4x.intoArray(c, co + 4 * ldc);
        c4y.intoArray(c, co + 4 * ldc + L);
        c5x.intoArray(c, co + 5 * ldc);
        c5y.intoArray(c, co + 5 * ldc + L);
        c6x.intoArray(c, co + 6 * ldc);
        c6y.intoArray(c, co + 6 * ldc + L);
        c7x.intoArray(c, co + 7 * ldc);
        c7y.intoArray(c, co + 7 * ldc + L);
        c8x.intoArray(c, co + 8 * ldc);
        c8y.intoArray(c, co + 8 * ldc + L);
        c9x.intoArray(c, co + 9 * ldc);
        c9y.intoArray(c, co + 9 * ldc + L);
        c10x.intoArray(c, co + 10 * ldc);
        c10y.intoArray(c, co + 10 * ldc + L);
        c11x.intoArray(c, co + 11 * ldc);
        c11y.intoArray(c, co + 11 * ldc + L);
    }

    /** Twelve rows by one vector. */
    static void gemm12Half(
            int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc, boolean first) {
        int a1 = ao + lda;
        int a2 = a1 + lda;
        int a3 = a2 + lda;
        int a4 = a3 + lda;
        int a5 = a4 + lda;
        int a6 = a5 + lda;
        int a7 = a6 + lda;
        int a8 = a7 + lda;
        int a9 = a8 + lda;
        int a10 = a9 + lda;
        int a11 = a10 + lda;
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
        for (int p = 0; p < kc; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo);
            c0 = FloatVector.broadcast(S, a[ao + p]).fma(b0, c0);
            c1 = FloatVector.broadcast(S, a[a1 + p]).fma(b0, c1);
            c2 = FloatVector.broadcast(S, a[a2 + p]).fma(b0, c2);
            c3 = FloatVector.broadcast(S, a[a3 + p]).fma(b0, c3);
            c4 = FloatVector.broadcast(S, a[a4 + p]).fma(b0, c4);
            c5 = FloatVector.broadcast(S, a[a5 + p]).fma(b0, c5);
            c6 = FloatVector.broadcast(S, a[a6 + p]).fma(b0, c6);
            c7 = FloatVector.broadcast(S, a[a7 + p]).fma(b0, c7);
            c8 = FloatVector.broadcast(S, a[a8 + p]).fma(b0, c8);
            c9 = FloatVector.broadcast(S, a[a9 + p]).fma(b0, c9);
            c10 = FloatVector.broadcast(S, a[a10 + p]).fma(b0, c10);
            c11 = FloatVector.broadcast(S, a[a11 + p]).fma(b0, c11);
            bo += L;
        }
        if (!first) {
            c0 = c0.add(FloatVector.fromArray(S, c, co));
            c1 = c1.add(FloatVector.fromArray(S, c, co + ldc));
            c2 = c2.add(FloatVector.fromArray(S, c, co + 2 * ldc));
            c3 = c3.add(FloatVector.fromArray(S, c, co + 3 * ldc));
            c4 = c4.add(FloatVector.fromArray(S, c, co + 4 * ldc));
            c5 = c5.add(FloatVector.fromArray(S, c, co + 5 * ldc));
            c6 = c6.add(FloatVector.fromArray(S, c, co + 6 * ldc));
            c7 = c7.add(FloatVector.fromArray(S, c, co + 7 * ldc));
            c8 = c8.add(FloatVector.fromArray(S, c, co + 8 * ldc));
            c9 = c9.add(FloatVector.fromArray(S, c, co + 9 * ldc));
            c10 = c10.add(FloatVector.fromArray(S, c, co + 10 * ldc));
            c11 = c11.add(FloatVector.fromArray(S, c, co + 11 * ldc));
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
        c9.intoArray(c, co + 9 * ldc);
        c10.intoArray(c, co + 10 * ldc);
        c11.intoArray(c, co + 11 * ldc);
    }
}
