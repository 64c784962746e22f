package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;
import static dev.posthorn.kernel.simd.VectorLanes.load;

import jdk.incubator.vector.FloatVector;

/** Sums and maxima over the taps of a window, one vector of channels at a time. n ≥ L throughout. */
final class VectorTaps {
  private VectorTaps() {}

  static void sum(int t0, int t1, int[] xs, int[] ws, float[] x, int xo, int xStep, float[] w, int wo, float[] bias,
      int bo, float[] y, int yo, int yStep, int pixels, int n) {
    int p = 0;
    for (; p + 4 <= pixels; p += 4) {
      for (int i = 0; i < n; i += L) {
        int at = Math.min(i, n - L); // the last vector overlaps the one before it
        sum4(t0, t1, xs, ws, x, xo + at, xStep, w, wo + at, bias, bo + at, y, yo + at, yStep);
      }
      xo += 4 * xStep;
      yo += 4 * yStep;
    }
    for (; p < pixels; p++) {
      for (int i = 0; i < n; i += L) {
        int at = Math.min(i, n - L);
        sum1(t0, t1, xs, ws, x, xo + at, w, wo + at, bias, bo + at, y, yo + at);
      }
      xo += xStep;
      yo += yStep;
    }
  }

  private static void sum4(int t0, int t1, int[] xs, int[] ws, float[] x, int xo, int xStep, float[] w, int wo,
      float[] bias, int bo, float[] y, int yo, int yStep) {
    FloatVector s0 = bias == null ? FloatVector.zero(S) : load(bias, bo);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int t = t0; t < t1; t++) {
      FloatVector v = load(w, wo + ws[t]);
      int at = xo + xs[t];
      s0 = v.fma(load(x, at), s0);
      s1 = v.fma(load(x, at + xStep), s1);
      s2 = v.fma(load(x, at + 2 * xStep), s2);
      s3 = v.fma(load(x, at + 3 * xStep), s3);
    }
    s0.intoArray(y, yo);
    s1.intoArray(y, yo + yStep);
    s2.intoArray(y, yo + 2 * yStep);
    s3.intoArray(y, yo + 3 * yStep);
  }

  private static void sum1(int t0, int t1, int[] xs, int[] ws, float[] x, int xo, float[] w, int wo, float[] bias,
      int bo, float[] y, int yo) {
    FloatVector s = bias == null ? FloatVector.zero(S) : load(bias, bo);
    for (int t = t0; t < t1; t++) {
      s = load(w, wo + ws[t]).fma(load(x, xo + xs[t]), s);
    }
    s.intoArray(y, yo);
  }

  static void max(int t0, int t1, int[] xs, float[] x, int xo, int xStep, float[] y, int yo, int yStep, int pixels,
      int n) {
    for (int p = 0; p < pixels; p++) {
      for (int i = 0; i < n; i += L) {
        int at = Math.min(i, n - L);
        max1(t0, t1, xs, x, xo + at, y, yo + at);
      }
      xo += xStep;
      yo += yStep;
    }
  }

  private static void max1(int t0, int t1, int[] xs, float[] x, int xo, float[] y, int yo) {
    FloatVector m = load(x, xo + xs[t0]);
    for (int t = t0 + 1; t < t1; t++) {
      m = m.max(load(x, xo + xs[t]));
    }
    m.intoArray(y, yo);
  }

  static void mean(int t0, int t1, int[] xs, float[] x, int xo, int xStep, float[] y, int yo, int yStep, int pixels,
      int n) {
    for (int p = 0; p < pixels; p++) {
      for (int i = 0; i < n; i += L) {
        int at = Math.min(i, n - L);
        mean1(t0, t1, xs, x, xo + at, y, yo + at);
      }
      xo += xStep;
      yo += yStep;
    }
  }

  private static void mean1(int t0, int t1, int[] xs, float[] x, int xo, float[] y, int yo) {
    FloatVector s = FloatVector.zero(S);
    for (int t = t0; t < t1; t++) {
      s = s.add(load(x, xo + xs[t]));
    }
    s.div((float) (t1 - t0)).intoArray(y, yo);
  }
}
