package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.H;
import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;

/**
 * Micro-kernels of the matrix product. Eight accumulators, two vectors of b and one broadcast of a stay below sixteen
 * registers; with more, C2 spills inside the loop. One plain loop each: C2 of JDK 17 boxes accumulators that live across
 * nested loops.
 */
final class VectorGemm {
  private static final int HALF = L / 2;

  private VectorGemm() {}

  /** Four rows by two vectors. */
  static void gemm4(int kc, float[] a, int a0, int a1, int a2, int a3, float[] b, int bo, float[] c, int co, int ldc,
      boolean first) {
    FloatVector c00 = FloatVector.zero(S), c01 = FloatVector.zero(S);
    FloatVector c10 = FloatVector.zero(S), c11 = FloatVector.zero(S);
    FloatVector c20 = FloatVector.zero(S), c21 = FloatVector.zero(S);
    FloatVector c30 = FloatVector.zero(S), c31 = FloatVector.zero(S);
    for (int p = 0; p < kc; p++) {
      FloatVector b0 = FloatVector.fromArray(S, b, bo);
      FloatVector b1 = FloatVector.fromArray(S, b, bo + L);
      FloatVector x0 = FloatVector.broadcast(S, a[a0 + p]);
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      FloatVector x1 = FloatVector.broadcast(S, a[a1 + p]);
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      FloatVector x2 = FloatVector.broadcast(S, a[a2 + p]);
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      FloatVector x3 = FloatVector.broadcast(S, a[a3 + p]);
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
      bo += 2 * L;
    }
    int o1 = co + ldc;
    int o2 = o1 + ldc;
    int o3 = o2 + ldc;
    if (!first) {
      c00 = c00.add(FloatVector.fromArray(S, c, co));
      c01 = c01.add(FloatVector.fromArray(S, c, co + L));
      c10 = c10.add(FloatVector.fromArray(S, c, o1));
      c11 = c11.add(FloatVector.fromArray(S, c, o1 + L));
      c20 = c20.add(FloatVector.fromArray(S, c, o2));
      c21 = c21.add(FloatVector.fromArray(S, c, o2 + L));
      c30 = c30.add(FloatVector.fromArray(S, c, o3));
      c31 = c31.add(FloatVector.fromArray(S, c, o3 + L));
    }
    c00.intoArray(c, co);
    c01.intoArray(c, co + L);
    c10.intoArray(c, o1);
    c11.intoArray(c, o1 + L);
    c20.intoArray(c, o2);
    c21.intoArray(c, o2 + L);
    c30.intoArray(c, o3);
    c31.intoArray(c, o3 + L);
  }

  /** Four rows by two half vectors. */
  static void gemm4Half(int kc, float[] a, int a0, int a1, int a2, int a3, float[] b, int bo, float[] c, int co, int ldc,
      boolean first) {
    FloatVector c00 = FloatVector.zero(H), c01 = FloatVector.zero(H);
    FloatVector c10 = FloatVector.zero(H), c11 = FloatVector.zero(H);
    FloatVector c20 = FloatVector.zero(H), c21 = FloatVector.zero(H);
    FloatVector c30 = FloatVector.zero(H), c31 = FloatVector.zero(H);
    for (int p = 0; p < kc; p++) {
      FloatVector b0 = FloatVector.fromArray(H, b, bo);
      FloatVector b1 = FloatVector.fromArray(H, b, bo + HALF);
      FloatVector x0 = FloatVector.broadcast(H, a[a0 + p]);
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      FloatVector x1 = FloatVector.broadcast(H, a[a1 + p]);
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      FloatVector x2 = FloatVector.broadcast(H, a[a2 + p]);
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      FloatVector x3 = FloatVector.broadcast(H, a[a3 + p]);
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
      bo += 2 * HALF;
    }
    int o1 = co + ldc;
    int o2 = o1 + ldc;
    int o3 = o2 + ldc;
    if (!first) {
      c00 = c00.add(FloatVector.fromArray(H, c, co));
      c01 = c01.add(FloatVector.fromArray(H, c, co + HALF));
      c10 = c10.add(FloatVector.fromArray(H, c, o1));
      c11 = c11.add(FloatVector.fromArray(H, c, o1 + HALF));
      c20 = c20.add(FloatVector.fromArray(H, c, o2));
      c21 = c21.add(FloatVector.fromArray(H, c, o2 + HALF));
      c30 = c30.add(FloatVector.fromArray(H, c, o3));
      c31 = c31.add(FloatVector.fromArray(H, c, o3 + HALF));
    }
    c00.intoArray(c, co);
    c01.intoArray(c, co + HALF);
    c10.intoArray(c, o1);
    c11.intoArray(c, o1 + HALF);
    c20.intoArray(c, o2);
    c21.intoArray(c, o2 + HALF);
    c30.intoArray(c, o3);
    c31.intoArray(c, o3 + HALF);
  }

  /** One row by eight vectors, from four panels. */
  static void gemv4(int kc, float[] a, int ao, float[] b, int bo, int panel, float[] c, int co, boolean first) {
    int p1 = bo + panel;
    int p2 = p1 + panel;
    int p3 = p2 + panel;
    FloatVector c00 = FloatVector.zero(S), c01 = FloatVector.zero(S);
    FloatVector c10 = FloatVector.zero(S), c11 = FloatVector.zero(S);
    FloatVector c20 = FloatVector.zero(S), c21 = FloatVector.zero(S);
    FloatVector c30 = FloatVector.zero(S), c31 = FloatVector.zero(S);
    int at = 0;
    for (int p = 0; p < kc; p++) {
      FloatVector x = FloatVector.broadcast(S, a[ao + p]);
      c00 = x.fma(FloatVector.fromArray(S, b, bo + at), c00);
      c01 = x.fma(FloatVector.fromArray(S, b, bo + at + L), c01);
      c10 = x.fma(FloatVector.fromArray(S, b, p1 + at), c10);
      c11 = x.fma(FloatVector.fromArray(S, b, p1 + at + L), c11);
      c20 = x.fma(FloatVector.fromArray(S, b, p2 + at), c20);
      c21 = x.fma(FloatVector.fromArray(S, b, p2 + at + L), c21);
      c30 = x.fma(FloatVector.fromArray(S, b, p3 + at), c30);
      c31 = x.fma(FloatVector.fromArray(S, b, p3 + at + L), c31);
      at += 2 * L;
    }
    if (!first) {
      c00 = c00.add(FloatVector.fromArray(S, c, co));
      c01 = c01.add(FloatVector.fromArray(S, c, co + L));
      c10 = c10.add(FloatVector.fromArray(S, c, co + 2 * L));
      c11 = c11.add(FloatVector.fromArray(S, c, co + 3 * L));
      c20 = c20.add(FloatVector.fromArray(S, c, co + 4 * L));
      c21 = c21.add(FloatVector.fromArray(S, c, co + 5 * L));
      c30 = c30.add(FloatVector.fromArray(S, c, co + 6 * L));
      c31 = c31.add(FloatVector.fromArray(S, c, co + 7 * L));
    }
    c00.intoArray(c, co);
    c01.intoArray(c, co + L);
    c10.intoArray(c, co + 2 * L);
    c11.intoArray(c, co + 3 * L);
    c20.intoArray(c, co + 4 * L);
    c21.intoArray(c, co + 5 * L);
    c30.intoArray(c, co + 6 * L);
    c31.intoArray(c, co + 7 * L);
  }
}
