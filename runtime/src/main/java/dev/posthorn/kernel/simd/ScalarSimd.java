package dev.posthorn.kernel.simd;

import dev.posthorn.kernel.Binary;
import dev.posthorn.kernel.Comparison;
import dev.posthorn.kernel.Unary;
import java.util.Arrays;

/**
 * The provider in plain Java. The matrix product is written so that C2 vectorises it: five arrays, one index and no
 * offsets, because with offsets C2 cannot rule out that a store feeds a later load.
 */
class ScalarSimd implements Simd {
    static final ScalarSimd INSTANCE = new ScalarSimd();

    private static final int LANES = 32;
    /** Four rows of sums and one row of b. */
    private static final ThreadLocal<float[][]> ROWS = ThreadLocal.withInitial(() -> new float[5][3 * LANES]);

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public void gemm4(
            int kc,
            float[] a,
            int a0,
            int a1,
            int a2,
            int a3,
            float[] b,
            int bo,
            float[] c,
            int co,
            int ldc,
            boolean first) {
        gemm(2 * lanes(), kc, a, a0, a1, a2, a3, b, bo, c, co, ldc, first);
    }

    @Override
    public boolean hasManyRegisters() {
        return false;
    }

    @Override
    public void gemm5Pair(
            int kc, float[] a, int ao, int lda, float[] b, int bo, int panel, float[] c, int co, int ldc) {
        for (int r = 0; r < 5; r++) {
            gemv2(kc, a, ao + r * lda, b, bo, panel, c, co + r * ldc, true);
        }
    }

    @Override
    public void gemm4Pair(
            int kc, float[] a, int ao, int lda, float[] b, int bo, int panel, float[] c, int co, int ldc) {
        for (int r = 0; r < 4; r++) {
            gemv2(kc, a, ao + r * lda, b, bo, panel, c, co + r * ldc, true);
        }
    }

    @Override
    public void gemm12Half(int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc) {
        for (int r = 0; r < 12; r += 4) {
            int at = ao + r * lda;
            gemm4Half(kc, a, at, at + lda, at + 2 * lda, at + 3 * lda, b, bo, c, co + r * ldc, ldc, true);
        }
    }

    @Override
    public void gemm9Half(int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc) {
        for (int r = 0; r < 9; r += 4) {
            int at = ao + r * lda;
            int step = r == 8 ? 0 : lda;
            int to = r == 8 ? 0 : ldc;
            gemm4Half(kc, a, at, at + step, at + 2 * step, at + 3 * step, b, bo, c, co + r * ldc, to, true);
        }
    }

    @Override
    public void gemm8(int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc) {
        for (int r = 0; r < 8; r += 4) {
            int at = ao + r * lda;
            gemm4(kc, a, at, at + lda, at + 2 * lda, at + 3 * lda, b, bo, c, co + r * ldc, ldc, true);
        }
    }

    @Override
    public boolean hasGemm3() {
        return false;
    }

    @Override
    public void gemm3(
            int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc, boolean first) {
        rows(3, kc, a, ao, lda, b, bo, c, co, ldc, first);
    }

    @Override
    public void gemm2(
            int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc, boolean first) {
        rows(2, kc, a, ao, lda, b, bo, c, co, ldc, first);
    }

    @Override
    public void gemv3(int kc, float[] a, int ao, float[] b, int bo, int panel, float[] c, int co, boolean first) {
        rows(1, kc, a, ao, 0, b, bo, c, co, 0, first);
        rows(1, kc, a, ao, 0, b, bo + panel, c, co + 3 * lanes(), 0, first);
    }

    /** At most three rows against a panel of 3L columns. */
    private void rows(
            int count,
            int kc,
            float[] a,
            int ao,
            int lda,
            float[] b,
            int bo,
            float[] c,
            int co,
            int ldc,
            boolean first) {
        float[][] rows = ROWS.get();
        int nr = 3 * lanes();
        for (int r = 0; r < count; r++) {
            Arrays.fill(rows[r], 0, nr, 0);
        }
        for (int p = 0; p < kc; p++) {
            System.arraycopy(b, bo + p * nr, rows[4], 0, nr);
            for (int r = 0; r < count; r++) {
                step(nr, a[ao + r * lda + p], rows[4], rows[r]);
            }
        }
        for (int r = 0; r < (ldc == 0 ? 1 : count); r++) {
            store(nr, rows[r], c, co + r * ldc, first);
        }
    }

    @Override
    public void gemm4Half(
            int kc,
            float[] a,
            int a0,
            int a1,
            int a2,
            int a3,
            float[] b,
            int bo,
            float[] c,
            int co,
            int ldc,
            boolean first) {
        gemm(lanes(), kc, a, a0, a1, a2, a3, b, bo, c, co, ldc, first);
    }

    private void gemm(
            int nr,
            int kc,
            float[] a,
            int a0,
            int a1,
            int a2,
            int a3,
            float[] b,
            int bo,
            float[] c,
            int co,
            int ldc,
            boolean first) {
        float[][] rows = ROWS.get();
        for (int r = 0; r < 4; r++) {
            Arrays.fill(rows[r], 0, nr, 0);
        }
        for (int p = 0; p < kc; p++) {
            System.arraycopy(b, bo + p * nr, rows[4], 0, nr);
            step(nr, a[a0 + p], a[a1 + p], a[a2 + p], a[a3 + p], rows[4], rows[0], rows[1], rows[2], rows[3]);
        }
        for (int r = 0; r < 4; r++) {
            store(nr, rows[r], c, co + r * ldc, first);
        }
    }

    /** A term of the sums of four rows, s += x · b. */
    void step(
            int nr, float x0, float x1, float x2, float x3, float[] b, float[] s0, float[] s1, float[] s2, float[] s3) {
        for (int j = 0; j < nr; j++) {
            float v = b[j];
            s0[j] += x0 * v;
            s1[j] += x1 * v;
            s2[j] += x2 * v;
            s3[j] += x3 * v;
        }
    }

    /** A term of the sums of one row. */
    void step(int nr, float x, float[] b, float[] s) {
        for (int j = 0; j < nr; j++) {
            s[j] += x * b[j];
        }
    }

    private static void store(int nr, float[] s, float[] c, int co, boolean first) {
        if (first) {
            System.arraycopy(s, 0, c, co, nr);
            return;
        }
        for (int j = 0; j < nr; j++) {
            c[co + j] += s[j];
        }
    }

    @Override
    public void gemv2(int kc, float[] a, int ao, float[] b, int bo, int panel, float[] c, int co, boolean first) {
        float[][] rows = ROWS.get();
        int nr = 2 * lanes();
        for (int q = 0; q < 2; q++) {
            Arrays.fill(rows[0], 0, nr, 0);
            for (int p = 0; p < kc; p++) {
                System.arraycopy(b, bo + q * panel + p * nr, rows[4], 0, nr);
                step(nr, a[ao + p], rows[4], rows[0]);
            }
            store(nr, rows[0], c, co + q * nr, first);
        }
    }

    @Override
    public void gemv4(int kc, float[] a, int ao, float[] b, int bo, int panel, float[] c, int co, boolean first) {
        gemv2(kc, a, ao, b, bo, panel, c, co, first);
        gemv2(kc, a, ao, b, bo + 2 * panel, panel, c, co + 4 * lanes(), first);
    }

    @Override
    public void outer4(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc) {
        outer(2 * lanes(), n, a, ao, 8, b, bo, c, co, ldc);
    }

    @Override
    public void outer4Half(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc) {
        outer(lanes(), n, a, ao, 8, b, bo, c, co, ldc);
    }

    @Override
    public void outer8Half(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc) {
        for (int r = 0; r < 8; r += 4) {
            outer(lanes(), n, a, ao + r, 8, b, bo, c, co + r * ldc, ldc);
        }
    }

    @Override
    public void outer12(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc) {
        for (int r = 0; r < 12; r += 4) {
            outer(2 * lanes(), n, a, ao + r, 12, b, bo, c, co + r * ldc, ldc);
        }
    }

    @Override
    public void outer12Half(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc) {
        for (int r = 0; r < 12; r += 4) {
            outer(lanes(), n, a, ao + r, 12, b, bo, c, co + r * ldc, ldc);
        }
    }

    private void outer(int nr, int n, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc) {
        float[][] rows = ROWS.get();
        for (int r = 0; r < 4; r++) {
            Arrays.fill(rows[r], 0, nr, 0);
        }
        for (int p = 0, at = ao; p < n; p++, at += lda) {
            System.arraycopy(b, bo + p * nr, rows[4], 0, nr);
            step(nr, a[at], a[at + 1], a[at + 2], a[at + 3], rows[4], rows[0], rows[1], rows[2], rows[3]);
        }
        for (int r = 0; r < 4; r++) {
            store(nr, rows[r], c, co + r * ldc, false);
        }
    }

    @Override
    public void columns(int width, float[] x, int xo, int xStep, float[] y, int yo, int n) {
        for (int p = 0; p < n; p++, xo += xStep) {
            for (int i = 0; i < width; i++) {
                y[yo++] = xo + i < x.length ? x[xo + i] : 0;
            }
        }
    }

    @Override
    public void tapsGradient(
            int t0,
            int t1,
            int[] xs,
            int[] ws,
            float[] x,
            int xo,
            int xStep,
            float[] dy,
            int dyo,
            int dyStep,
            float[] dw,
            int wo,
            int pixels,
            int n) {
        for (int t = t0; t < t1; t++) {
            for (int p = 0; p < pixels; p++) {
                int at = xo + xs[t] + p * xStep;
                int from = dyo + p * dyStep;
                int to = wo + ws[t];
                for (int i = 0; i < n; i++) {
                    dw[to + i] += x[at + i] * dy[from + i];
                }
            }
        }
    }

    @Override
    public void nines(
            int x0,
            int x1,
            int x2,
            float[] x,
            int xStep,
            float[] w,
            int wo,
            int wStep,
            float[] y,
            int yo,
            int yStep,
            int pixels,
            int n,
            boolean first) {
        float[] sums = ROWS.get()[0];
        float[] row = ROWS.get()[1];
        for (int p = 0; p < pixels; p++, yo += yStep) {
            for (int i = 0; i < n; i += lanes()) {
                if (first) {
                    Arrays.fill(sums, 0, lanes(), 0);
                } else {
                    System.arraycopy(y, yo + i, sums, 0, lanes());
                }
                for (int t = 0; t < 9; t++) {
                    System.arraycopy(w, wo + t * wStep + i, row, 0, lanes());
                    int at = (t < 3 ? x0 : t < 6 ? x1 : x2) + t % 3;
                    step(lanes(), x[at + p * xStep], row, sums);
                }
                System.arraycopy(sums, 0, y, yo + i, lanes());
            }
        }
    }

    @Override
    public void ninesGradient(
            int x0,
            int x1,
            int x2,
            float[] x,
            int xStep,
            float[] dy,
            int dyo,
            int dyStep,
            float[] dw,
            int wo,
            int wStep,
            int pixels,
            int n) {
        float[] sums = ROWS.get()[0];
        float[] row = ROWS.get()[1];
        for (int t = 0; t < 9; t++) {
            int at = (t < 3 ? x0 : t < 6 ? x1 : x2) + t % 3;
            for (int i = 0; i < n; i += lanes()) {
                Arrays.fill(sums, 0, lanes(), 0);
                for (int p = 0; p < pixels; p++) {
                    System.arraycopy(dy, dyo + p * dyStep + i, row, 0, lanes());
                    step(lanes(), x[at + p * xStep], row, sums);
                }
                for (int j = 0; j < lanes(); j++) {
                    dw[wo + t * wStep + i + j] += sums[j];
                }
            }
        }
    }

    @Override
    public void tapsMaxGradient(
            int t0, int t1, int[] xs, float[] x, int xo, float[] dy, int dyo, float[] dx, int to, int n) {
        for (int i = 0; i < n; i++) {
            int best = t0;
            for (int t = t0 + 1; t < t1; t++) {
                best = x[xo + xs[t] + i] > x[xo + xs[best] + i] ? t : best;
            }
            dx[to + xs[best] + i] += dy[dyo + i];
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
        for (int p = 0; p < pixels; p++, xo += xStep, yo += yStep) {
            for (int i = 0; i < n; i++) {
                float s = bias == null ? 0 : bias[bo + i];
                for (int t = t0; t < t1; t++) {
                    s += x[xo + xs[t] + i] * w[wo + ws[t] + i];
                }
                y[yo + i] = s;
            }
        }
    }

    @Override
    public void gather(int[] runs, int length, float[] x, int xo, int xStep, float[] y, int yo, int pixels) {
        for (int p = 0; p < pixels; p++, xo += xStep) {
            for (int run : runs) {
                for (int e = 0; e < length; e++) {
                    y[yo + e] = x[xo + run + e];
                }
                yo += length;
            }
        }
    }

    @Override
    public void tapsMax(
            int t0, int t1, int[] xs, float[] x, int xo, int xStep, float[] y, int yo, int yStep, int pixels, int n) {
        for (int p = 0; p < pixels; p++, xo += xStep, yo += yStep) {
            for (int i = 0; i < n; i++) {
                float m = x[xo + xs[t0] + i];
                for (int t = t0 + 1; t < t1; t++) {
                    m = Math.max(m, x[xo + xs[t] + i]);
                }
                y[yo + i] = m;
            }
        }
    }

    @Override
    public void tapsMean(
            int t0, int t1, int[] xs, float[] x, int xo, int xStep, float[] y, int yo, int yStep, int pixels, int n) {
        for (int p = 0; p < pixels; p++, xo += xStep, yo += yStep) {
            for (int i = 0; i < n; i++) {
                float s = 0;
                for (int t = t0; t < t1; t++) {
                    s += x[xo + xs[t] + i];
                }
                y[yo + i] = s / (t1 - t0);
            }
        }
    }

    @Override
    public void winogradInput(float[] x, int xo, int row, int col, float[] v, int vo, int step, int n) {
        ScalarWinograd.input(x, xo, row, col, v, vo, step, n);
    }

    @Override
    public void winogradTaps(float[] w, int wo, int row, int col, float[] u, int uo, int step, int n) {
        ScalarWinograd.taps(w, wo, row, col, u, uo, step, n);
    }

    @Override
    public void winogradSpread(float[] x, int xo, int row, int col, float[] v, int vo, int step, int n) {
        ScalarWinogradGradient.spread(x, xo, row, col, v, vo, step, n);
    }

    @Override
    public void winogradScatter(float[] m, int mo, int step, float[] y, int yo, int row, int col, int n) {
        ScalarWinogradGradient.scatter(m, mo, step, y, yo, row, col, n);
    }

    @Override
    public void winogradFilter(float[] m, int mo, int step, float[] w, int wo, int to, int n) {
        ScalarWinogradGradient.filter(m, mo, step, w, wo, to, n);
    }

    @Override
    public void winogradOutput(float[] m, int mo, int step, float[] y, int yo, int row, int col, int n) {
        ScalarWinograd.output(m, mo, step, y, yo, row, col, n);
    }

    @Override
    public void winograd4Input(float[] x, int xo, int apart, int next, float[] y, int yo, int step, int far, int n) {
        ScalarWinograd4.input(x, xo, apart, next, y, yo, step, far, n);
    }

    @Override
    public void winograd4Output(
            int count, float[] m, int mo, int apart, int next, float[] y, int yo, int step, int far, int n) {
        ScalarWinograd4.output(count, m, mo, apart, next, y, yo, step, far, n);
    }

    @Override
    public final void epilogue(
            int rows,
            int cols,
            float[] c,
            int co,
            int ldc,
            float[] bias,
            int bo,
            float[] residual,
            int ro,
            int ldr,
            Unary act,
            float alpha,
            float beta) {
        boolean clips = act.clips();
        if (bias != null || residual != null) {
            float low = act == Unary.CLIP ? alpha : act == Unary.NONE || !clips ? Float.NEGATIVE_INFINITY : 0;
            float high = act == Unary.CLIP ? beta : act == Unary.RELU6 ? 6 : Float.POSITIVE_INFINITY;
            clipRows(rows, cols, c, co, ldc, bias, bo, residual, ro, ldr, low, high);
            if (clips) {
                return;
            }
        }
        if (act != Unary.NONE) {
            if (ldc == cols) {
                unary(act, alpha, beta, c, co, c, co, rows * cols);
            } else {
                for (int r = 0; r < rows; r++) {
                    unary(act, alpha, beta, c, co + r * ldc, c, co + r * ldc, cols);
                }
            }
        }
    }

    /** c = min(max(c + bias + residual, low), high); at most one of bias and residual is null. */
    void clipRows(
            int rows,
            int cols,
            float[] c,
            int co,
            int ldc,
            float[] bias,
            int bo,
            float[] residual,
            int ro,
            int ldr,
            float low,
            float high) {
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < cols; j++) {
                float v = c[co + r * ldc + j];
                v = bias == null ? v : v + bias[bo + j];
                v = residual == null ? v : v + residual[ro + r * ldr + j];
                v = v < low ? low : v;
                c[co + r * ldc + j] = v > high ? high : v;
            }
        }
    }

    @Override
    public void unary(Unary f, float alpha, float beta, float[] x, int xo, float[] y, int yo, int n) {
        if (f == Unary.NONE) {
            System.arraycopy(x, xo, y, yo, n);
            return;
        }
        for (int i = 0; i < n; i++) {
            y[yo + i] = ScalarMath.unary(f, alpha, beta, x[xo + i]);
        }
    }

    @Override
    public void binary(Binary f, float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = ScalarMath.binary(f, a[ao + i], b[bo + i]);
        }
    }

    @Override
    public void binaryRight(Binary f, float[] a, int ao, float b, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = ScalarMath.binary(f, a[ao + i], b);
        }
    }

    @Override
    public void binaryLeft(Binary f, float a, float[] b, int bo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = ScalarMath.binary(f, a, b[bo + i]);
        }
    }

    @Override
    public void compare(Comparison f, float[] a, int ao, float[] b, int bo, int bStep, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = f.holds(a[ao + i], b[bo + i * bStep]) ? 1 : 0;
        }
    }

    @Override
    public void select(
            float[] c, int co, float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = c[co + i] != 0 ? a[ao + i * aStep] : b[bo + i * bStep];
        }
    }

    @Override
    public void multiplyAdd(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = a[ao + i] * b[bo + i] + c[co + i];
        }
    }

    @Override
    public void lstm(
            int rows, int n, float[] g, int go, float[] p, int po, int pStep, float[] c, int co, float[] h, int ho) {
        for (int r = 0; r < rows; r++, go += 4 * n, po += pStep, co += n, ho += n) {
            binary(Binary.ADD, g, go, p, po, g, go, 4 * n);
            unary(Unary.SIGMOID, 0, 0, g, go, g, go, 2 * n);
            unary(Unary.TANH, 0, 0, g, go + 2 * n, g, go + 2 * n, n);
            unary(Unary.SIGMOID, 0, 0, g, go + 3 * n, g, go + 3 * n, n);
            binary(Binary.MUL, g, go, g, go + 2 * n, g, go, n);
            multiplyAdd(g, go + n, c, co, g, go, c, co, n);
            unary(Unary.TANH, 0, 0, c, co, h, ho, n);
            binary(Binary.MUL, g, go + 3 * n, h, ho, h, ho, n);
        }
    }

    @Override
    public void axpy(float s, float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] += s * x[xo + i];
        }
    }

    @Override
    public boolean hasTapRows(int size, int pixels, int n) {
        return false;
    }

    @Override
    public void tapRows(
            int size,
            int taps,
            int rows,
            float[] x,
            int xo,
            int xRow,
            float[] w,
            int wo,
            float[] bias,
            float[] y,
            int yo,
            int pixels,
            int n) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean hasTapRowsByTwo(int size, int pixels, int n) {
        return false;
    }

    @Override
    public void tapRowsByTwo(
            int size,
            int taps,
            float[] x,
            int xo,
            int xRow,
            float[] w,
            int wo,
            float[] bias,
            float[] y,
            int yo,
            int left,
            int pixels,
            int right,
            int n) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void timesRows(float[] s, int so, float[] x, int xo, int rows, int n, float[] y, int yo) {
        for (int r = 0; r < rows; r++) {
            float factor = s[so + r];
            for (int i = r * n; i < (r + 1) * n; i++) {
                y[yo + i] = factor * x[xo + i];
            }
        }
    }

    @Override
    public void sumRows(float[] x, int xo, int rows, int n, float[] y, int yo) {
        sumRows(x, xo, rows, n, y, yo, 0);
    }

    /** The columns from {@code first} on. */
    static void sumRows(float[] x, int xo, int rows, int n, float[] y, int yo, int first) {
        for (int i = first; i < n; i++) {
            float s = 0;
            for (int r = 0; r < rows; r++) {
                s += x[xo + r * n + i];
            }
            y[yo + i] += s;
        }
    }

    @Override
    public float sum(float[] x, int xo, int n) {
        double s = 0;
        for (int i = 0; i < n; i++) {
            s += x[xo + i];
        }
        return (float) s;
    }

    @Override
    public float sumSquares(float mean, float[] x, int xo, int n) {
        double s = 0;
        for (int i = 0; i < n; i++) {
            double d = x[xo + i] - mean;
            s += d * d;
        }
        return (float) s;
    }

    @Override
    public float dot(float[] a, int ao, float[] b, int bo, int n) {
        double s = 0;
        for (int i = 0; i < n; i++) {
            s += (double) a[ao + i] * b[bo + i];
        }
        return (float) s;
    }

    @Override
    public float max(float[] x, int xo, int n) {
        float m = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            m = Math.max(m, x[xo + i]);
        }
        return m;
    }

    @Override
    public float min(float[] x, int xo, int n) {
        float m = Float.POSITIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            m = Math.min(m, x[xo + i]);
        }
        return m;
    }

    @Override
    public float expSum(float shift, float[] x, int xo, float[] y, int yo, int n) {
        double s = 0;
        for (int i = 0; i < n; i++) {
            float e = (float) Math.exp(x[xo + i] - shift);
            y[yo + i] = e;
            s += e;
        }
        return (float) s;
    }

    @Override
    public void expRows(int rows, int n, float[] x, int xo, float[] sums, int so) {
        for (int r = 0; r < rows; r++) {
            int at = xo + r * n;
            sums[so + r * lanes()] = expSum(max(x, at, n), x, at, x, at, n);
        }
    }

    @Override
    public void divideRows(int rows, int n, float[] y, int yo, int ld, float[] sums, int so) {
        for (int r = 0; r < rows; r++) {
            binaryRight(Binary.MUL, y, yo + r * ld, 1 / sums[so + r * lanes()], y, yo + r * ld, n);
        }
    }

    @Override
    public void normalize(
            float mean,
            float scale,
            float[] gamma,
            int go,
            float[] beta,
            int bo,
            float[] x,
            int xo,
            float[] y,
            int yo,
            int n) {
        for (int i = 0; i < n; i++) {
            float v = (x[xo + i] - mean) * scale;
            v = gamma == null ? v : v * gamma[go + i];
            y[yo + i] = beta == null ? v : v + beta[bo + i];
        }
    }
}
