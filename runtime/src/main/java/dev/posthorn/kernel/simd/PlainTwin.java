package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;

import dev.posthorn.kernel.Unary;
import java.util.Arrays;

/**
 * Plain Java that gives the bits of the vector kernels: products and sums of taps by fused multiply-adds, in their order. For
 * the first moments of a JVM, in which vectors are objects; where there are no instructions for it, a fused multiply-add is
 * slow, and vectors are too.
 */
final class PlainTwin extends ScalarSimd {
    /** Channels whose sums of taps are made together. */
    private static final int BLOCK = 256;

    private static final ThreadLocal<float[][]> TAPS = ThreadLocal.withInitial(() -> new float[3][BLOCK]);

    @Override
    public int lanes() {
        return L;
    }

    @Override
    void step(
            int nr, float x0, float x1, float x2, float x3, float[] b, float[] s0, float[] s1, float[] s2, float[] s3) {
        for (int j = 0; j < nr; j++) {
            float v = b[j];
            s0[j] = Math.fma(x0, v, s0[j]);
            s1[j] = Math.fma(x1, v, s1[j]);
            s2[j] = Math.fma(x2, v, s2[j]);
            s3[j] = Math.fma(x3, v, s3[j]);
        }
    }

    @Override
    void step(int nr, float x, float[] b, float[] s) {
        for (int j = 0; j < nr; j++) {
            s[j] = Math.fma(x, b[j], s[j]);
        }
    }

    @Override
    public void taps(
            int t0,
            int t1,
            int[] xs,
            int[] ws,
            float[] x,
            int xo,
            int xStep,
            float[] w,
            int wo,
            float[] bias,
            int bo,
            float[] y,
            int yo,
            int yStep,
            int pixels,
            int n) {
        float[][] rows = TAPS.get();
        for (int p = 0; p < pixels; p++, xo += xStep, yo += yStep) {
            for (int i = 0; i < n; i += BLOCK) {
                int count = Math.min(BLOCK, n - i);
                start(rows[0], bias, bo + i, count);
                for (int t = t0; t < t1; t++) {
                    System.arraycopy(x, xo + xs[t] + i, rows[1], 0, count);
                    System.arraycopy(w, wo + ws[t] + i, rows[2], 0, count);
                    multiplyAdd(count, rows[1], rows[2], rows[0]);
                }
                System.arraycopy(rows[0], 0, y, yo + i, count);
            }
        }
    }

    private static void start(float[] s, float[] bias, int bo, int n) {
        if (bias == null) {
            Arrays.fill(s, 0, n, 0);
        } else {
            System.arraycopy(bias, bo, s, 0, n);
        }
    }

    private static void multiplyAdd(int n, float[] x, float[] w, float[] s) {
        for (int i = 0; i < n; i++) {
            s[i] = Math.fma(w[i], x[i], s[i]);
        }
    }

    @Override
    public void unary(Unary f, float alpha, float beta, float[] x, int xo, float[] y, int yo, int n) {
        switch (f) {
            case RELU -> clip(0, Float.POSITIVE_INFINITY, x, xo, y, yo, n);
            case RELU6 -> clip(0, 6, x, xo, y, yo, n);
            case CLIP -> clip(alpha, beta, x, xo, y, yo, n);
            default -> {
                if (PlainMath.has(f)) {
                    PlainMath.run(f, alpha, x, xo, y, yo, n);
                } else {
                    super.unary(f, alpha, beta, x, xo, y, yo, n);
                }
            }
        }
    }

    @Override
    public void multiplyAdd(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = Math.fma(a[ao + i], b[bo + i], c[co + i]);
        }
    }

    /** Sums have the order of {@link VectorSimd#expSum}. */
    @Override
    public float expSum(float shift, float[] x, int xo, float[] y, int yo, int n) {
        int done = n / L * L;
        PlainMath.exp(shift, x, xo, y, yo, done);
        return VectorRuns.sumLanes(y, yo, done) + super.expSum(shift, x, xo + done, y, yo + done, n - done);
    }

    /** y = x, but at least low and at most high. */
    private static void clip(float low, float high, float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            float v = x[xo + i];
            v = v < low ? low : v;
            y[yo + i] = v > high ? high : v;
        }
    }

    @Override
    public void lstm(
            int rows, int n, float[] g, int go, float[] p, int po, int pStep, float[] c, int co, float[] h, int ho) {
        if (n % L != 0) {
            super.lstm(rows, n, g, go, p, po, pStep, c, co, h, ho);
            return;
        }
        for (int r = 0; r < rows; r++) {
            PlainMath.lstm(n, g, go + 4 * r * n, p, po + r * pStep, c, co + r * n, h, ho + r * n);
        }
    }
}
