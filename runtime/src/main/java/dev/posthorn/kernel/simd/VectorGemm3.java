package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;

/**
 * Micro-kernels of the matrix product against panels of three vectors, for processors of sixteen registers. C2 of later Java
 * loads all that a turn of the loop reads before it multiplies: rows + 3 vectors beside the sums, which is why three rows are
 * the most. Nine sums hide the time of a multiply-add, eight of {@link VectorGemm} hardly do: a tenth faster, and a fifth on
 * Java 17. Sums in the same order as {@link VectorGemm#gemm4}.
 */
final class VectorGemm3 {
    private VectorGemm3() {}

    /** Three rows. */
    static void gemm3(
            int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc, boolean first) {
        int a1 = ao + lda;
        int a2 = a1 + lda;
        FloatVector c0x = FloatVector.zero(S), c0y = FloatVector.zero(S), c0z = FloatVector.zero(S);
        FloatVector c1x = FloatVector.zero(S), c1y = FloatVector.zero(S), c1z = FloatVector.zero(S);
        FloatVector c2x = FloatVector.zero(S), c2y = FloatVector.zero(S), c2z = FloatVector.zero(S);
        for (int p = 0; p < kc; p++) {
            FloatVector bx = FloatVector.fromArray(S, b, bo);
            FloatVector by = FloatVector.fromArray(S, b, bo + L);
            FloatVector bz = FloatVector.fromArray(S, b, bo + 2 * L);
            FloatVector x0 = FloatVector.broadcast(S, a[ao + p]);
            c0x = x0.fma(bx, c0x);
            c0y = x0.fma(by, c0y);
            c0z = x0.fma(bz, c0z);
            FloatVector x1 = FloatVector.broadcast(S, a[a1 + p]);
            c1x = x1.fma(bx, c1x);
            c1y = x1.fma(by, c1y);
            c1z = x1.fma(bz, c1z);
            FloatVector x2 = FloatVector.broadcast(S, a[a2 + p]);
            c2x = x2.fma(bx, c2x);
            c2y = x2.fma(by, c2y);
            c2z = x2.fma(bz, c2z);
            bo += 3 * L;
        }
        int o1 = co + ldc;
        int o2 = o1 + ldc;
        if (!first) {
            c0x = c0x.add(FloatVector.fromArray(S, c, co));
            c0y = c0y.add(FloatVector.fromArray(S, c, co + L));
            c0z = c0z.add(FloatVector.fromArray(S, c, co + 2 * L));
            c1x = c1x.add(FloatVector.fromArray(S, c, o1));
            c1y = c1y.add(FloatVector.fromArray(S, c, o1 + L));
            c1z = c1z.add(FloatVector.fromArray(S, c, o1 + 2 * L));
            c2x = c2x.add(FloatVector.fromArray(S, c, o2));
            c2y = c2y.add(FloatVector.fromArray(S, c, o2 + L));
            c2z = c2z.add(FloatVector.fromArray(S, c, o2 + 2 * L));
        }
        c0x.intoArray(c, co);
        c0y.intoArray(c, co + L);
        c0z.intoArray(c, co + 2 * L);
        c1x.intoArray(c, o1);
        c1y.intoArray(c, o1 + L);
        c1z.intoArray(c, o1 + 2 * L);
        c2x.intoArray(c, o2);
        c2y.intoArray(c, o2 + L);
        c2z.intoArray(c, o2 + 2 * L);
    }

    /** Two rows. */
    static void gemm2(
            int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc, boolean first) {
        int a1 = ao + lda;
        FloatVector c0x = FloatVector.zero(S), c0y = FloatVector.zero(S), c0z = FloatVector.zero(S);
        FloatVector c1x = FloatVector.zero(S), c1y = FloatVector.zero(S), c1z = FloatVector.zero(S);
        for (int p = 0; p < kc; p++) {
            FloatVector bx = FloatVector.fromArray(S, b, bo);
            FloatVector by = FloatVector.fromArray(S, b, bo + L);
            FloatVector bz = FloatVector.fromArray(S, b, bo + 2 * L);
            FloatVector x0 = FloatVector.broadcast(S, a[ao + p]);
            c0x = x0.fma(bx, c0x);
            c0y = x0.fma(by, c0y);
            c0z = x0.fma(bz, c0z);
            FloatVector x1 = FloatVector.broadcast(S, a[a1 + p]);
            c1x = x1.fma(bx, c1x);
            c1y = x1.fma(by, c1y);
            c1z = x1.fma(bz, c1z);
            bo += 3 * L;
        }
        int o1 = co + ldc;
        if (!first) {
            c0x = c0x.add(FloatVector.fromArray(S, c, co));
            c0y = c0y.add(FloatVector.fromArray(S, c, co + L));
            c0z = c0z.add(FloatVector.fromArray(S, c, co + 2 * L));
            c1x = c1x.add(FloatVector.fromArray(S, c, o1));
            c1y = c1y.add(FloatVector.fromArray(S, c, o1 + L));
            c1z = c1z.add(FloatVector.fromArray(S, c, o1 + 2 * L));
        }
        c0x.intoArray(c, co);
        c0y.intoArray(c, co + L);
        c0z.intoArray(c, co + 2 * L);
        c1x.intoArray(c, o1);
        c1y.intoArray(c, o1 + L);
        c1z.intoArray(c, o1 + 2 * L);
    }

    /** One row against two panels. */
    static void gemv3(int kc, float[] a, int ao, float[] b, int bo, int panel, float[] c, int co, boolean first) {
        int b1 = bo + panel;
        FloatVector sx = FloatVector.zero(S), sy = FloatVector.zero(S), sz = FloatVector.zero(S);
        FloatVector su = FloatVector.zero(S), sv = FloatVector.zero(S), sw = FloatVector.zero(S);
        for (int p = 0; p < kc; p++) {
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            sx = x.fma(FloatVector.fromArray(S, b, bo), sx);
            sy = x.fma(FloatVector.fromArray(S, b, bo + L), sy);
            sz = x.fma(FloatVector.fromArray(S, b, bo + 2 * L), sz);
            su = x.fma(FloatVector.fromArray(S, b, b1), su);
            sv = x.fma(FloatVector.fromArray(S, b, b1 + L), sv);
            sw = x.fma(FloatVector.fromArray(S, b, b1 + 2 * L), sw);
            bo += 3 * L;
            b1 += 3 * L;
        }
        if (!first) {
            sx = sx.add(FloatVector.fromArray(S, c, co));
            sy = sy.add(FloatVector.fromArray(S, c, co + L));
            sz = sz.add(FloatVector.fromArray(S, c, co + 2 * L));
            su = su.add(FloatVector.fromArray(S, c, co + 3 * L));
            sv = sv.add(FloatVector.fromArray(S, c, co + 4 * L));
            sw = sw.add(FloatVector.fromArray(S, c, co + 5 * L));
        }
        sx.intoArray(c, co);
        sy.intoArray(c, co + L);
        sz.intoArray(c, co + 2 * L);
        su.intoArray(c, co + 3 * L);
        sv.intoArray(c, co + 4 * L);
        sw.intoArray(c, co + 5 * L);
    }
}
