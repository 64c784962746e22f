package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;

import dev.posthorn.kernel.Binary;
import dev.posthorn.kernel.Comparison;
import dev.posthorn.kernel.Unary;

/**
 * The provider over the Vector API: whole vectors by the {@code Vector…} loops, what is left by {@link ScalarSimd}'s
 * code. Functions of one element are always computed by vectors, the last one padded, so that an element has one value
 * wherever it stands.
 */
class VectorSimd extends ScalarSimd {
    /** The last elements of a run, padded to a whole vector. */
    private static final ThreadLocal<float[]> LAST = ThreadLocal.withInitial(() -> new float[L]);

    VectorSimd() {}

    /** Throws UnsupportedOperationException where vectors are too short or of an unknown shape. */
    static Simd create() {
        if (L < 4) {
            throw new UnsupportedOperationException("the preferred vector has " + 32 * L + " bits");
        }
        return new WarmingSimd();
    }

    @Override
    public String name() {
        return "vector" + 32 * L;
    }

    @Override
    public int lanes() {
        return L;
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
        VectorGemm.gemm4(kc, a, a0, a1, a2, a3, b, bo, c, co, ldc, first);
    }

    /** Vectors of 512 bits come with 32 registers. */
    @Override
    public boolean hasManyRegisters() {
        return L == 16;
    }

    @Override
    public void gemm5Pair(
            int kc, float[] a, int ao, int lda, float[] b, int bo, int panel, float[] c, int co, int ldc) {
        VectorGemmPair.gemm5Pair(kc, a, ao, lda, b, bo, panel, c, co, ldc);
    }

    @Override
    public void gemm4Pair(
            int kc, float[] a, int ao, int lda, float[] b, int bo, int panel, float[] c, int co, int ldc) {
        VectorGemmPair.gemm4Pair(kc, a, ao, lda, b, bo, panel, c, co, ldc);
    }

    @Override
    public void gemm12Half(int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc) {
        VectorGemm12.gemm12Half(kc, a, ao, lda, b, bo, c, co, ldc);
    }

    @Override
    public void gemm9Half(int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc) {
        VectorGemm9.gemm9Half(kc, a, ao, lda, b, bo, c, co, ldc);
    }

    @Override
    public void gemm8(int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc) {
        VectorGemm8.gemm8(kc, a, ao, lda, b, bo, c, co, ldc);
    }

    /** With sixteen registers, nine sums and a row of three vectors of b are all that fits. */
    @Override
    public boolean hasGemm3() {
        return L < 16;
    }

    @Override
    public void gemm3(
            int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc, boolean first) {
        VectorGemm3.gemm3(kc, a, ao, lda, b, bo, c, co, ldc, first);
    }

    @Override
    public void gemm2(
            int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc, boolean first) {
        VectorGemm3.gemm2(kc, a, ao, lda, b, bo, c, co, ldc, first);
    }

    @Override
    public void gemv3(int kc, float[] a, int ao, float[] b, int bo, int panel, float[] c, int co, boolean first) {
        VectorGemm3.gemv3(kc, a, ao, b, bo, panel, c, co, first);
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
        VectorGemm.gemm4Half(kc, a, a0, a1, a2, a3, b, bo, c, co, ldc, first);
    }

    @Override
    public void gemv2(int kc, float[] a, int ao, float[] b, int bo, int panel, float[] c, int co, boolean first) {
        VectorGemm.gemv2(kc, a, ao, b, bo, panel, c, co, first);
    }

    @Override
    public void gemv4(int kc, float[] a, int ao, float[] b, int bo, int panel, float[] c, int co, boolean first) {
        VectorGemv.gemv4(kc, a, ao, b, bo, panel, c, co, first);
    }

    @Override
    public void outer4(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc) {
        VectorOuter.outer4(n, a, ao, b, bo, c, co, ldc);
    }

    @Override
    public void outer4Half(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc) {
        VectorOuter.outer4Half(n, a, ao, b, bo, c, co, ldc);
    }

    @Override
    public void outer8Half(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc) {
        VectorOuter.outer8Half(n, a, ao, b, bo, c, co, ldc);
    }

    @Override
    public void outer12(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc) {
        VectorOuter.outer12(n, a, ao, b, bo, c, co, ldc);
    }

    @Override
    public void outer12Half(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc) {
        VectorOuter.outer12Half(n, a, ao, b, bo, c, co, ldc);
    }

    @Override
    public void columns(int width, float[] x, int xo, int xStep, float[] y, int yo, int n) {
        // Whole vectors are read: the last rows may not lie that far from the end of x.
        int room = x.length - xo - (width > L ? 2 * L : L);
        int safe = room < 0 ? 0 : xStep == 0 ? n : Math.min(n, room / xStep + 1);
        if (width == 2 * L) {
            VectorOuter.pairs(x, xo, xStep, y, yo, safe);
        } else if (width == L) {
            VectorOuter.singles(x, xo, xStep, y, yo, safe);
        } else {
            VectorOuter.columns(width, x, xo, xStep, y, yo, safe);
        }
        super.columns(width, x, xo + safe * xStep, xStep, y, yo + safe * width, n - safe);
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
        int done = whole(n);
        VectorTapsGradient.run(t0, t1, xs, ws, x, xo, xStep, dy, dyo, dyStep, dw, wo, pixels, done);
        if (done < n) {
            super.tapsGradient(
                    t0, t1, xs, ws, x, xo + done, xStep, dy, dyo + done, dyStep, dw, wo + done, pixels, n - done);
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
        int i = 0;
        for (; L == 16 && i + 2 * L <= n; i += 2 * L) {
            VectorNines.two(x0, x1, x2, x, xStep, w, wo + i, wStep, y, yo + i, yStep, pixels, first);
        }
        for (; i < n; i += L) {
            VectorNines.one(x0, x1, x2, x, xStep, w, wo + i, wStep, y, yo + i, yStep, pixels, first);
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
        for (int i = 0; i < n; i += L) {
            VectorNines.gradientOne(x0, x1, x2, x, xStep, dy, dyo + i, dyStep, dw, wo + i, wStep, pixels);
        }
    }

    @Override
    public void tapsMaxGradient(
            int t0, int t1, int[] xs, float[] x, int xo, float[] dy, int dyo, float[] dx, int to, int n) {
        int done = whole(n);
        VectorOuter.tapsMaxGradient(t0, t1, xs, x, xo, dy, dyo, dx, to, done);
        super.tapsMaxGradient(t0, t1, xs, x, xo + done, dy, dyo + done, dx, to + done, n - done);
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
        if (n < L) {
            super.taps(t0, t1, xs, ws, x, xo, xStep, w, wo, bias, bo, y, yo, yStep, pixels, n);
        } else {
            VectorTaps.sum(t0, t1, xs, ws, x, xo, xStep, w, wo, bias, bo, y, yo, yStep, pixels, n);
        }
    }

    @Override
    public boolean hasTapRows(int size, int pixels, int n) {
        return size == 3 ? VectorThreeRow.takes(pixels, n) : size == 5 && VectorFiveRow.takes(pixels, n);
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
        if (size == 3) {
            VectorThreeRow.sum(taps, rows, x, xo, xRow, w, wo, bias, y, yo, pixels, n);
        } else {
            VectorFiveRow.sum(taps, x, xo, xRow, w, wo, bias, y, yo, pixels, n);
        }
    }

    @Override
    public boolean hasTapRowsByTwo(int size, int pixels, int n) {
        return VectorTwoStep.takes(size, pixels, n);
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
        VectorTwoStep.sum(size, taps, x, xo, xRow, w, wo, bias, y, yo, left, pixels, right, n);
    }

    @Override
    public void gather(int[] runs, int length, float[] x, int xo, int xStep, float[] y, int yo, int pixels) {
        // Whole vectors are read and written, also beyond a run: the last pixels may not lie that far from the end of
        // x.
        int most = 0;
        for (int run : runs) {
            most = Math.max(most, run);
        }
        int room = x.length - xo - most - (length + L - 1) / L * L;
        int safe = room < 0 ? 0 : xStep == 0 ? pixels : Math.min(pixels, room / xStep + 1);
        VectorTaps.gather(runs, length, x, xo, xStep, y, yo, safe);
        super.gather(runs, length, x, xo + safe * xStep, xStep, y, yo + safe * runs.length * length, pixels - safe);
    }

    @Override
    public void tapsMax(
            int t0, int t1, int[] xs, float[] x, int xo, int xStep, float[] y, int yo, int yStep, int pixels, int n) {
        if (n < L) {
            super.tapsMax(t0, t1, xs, x, xo, xStep, y, yo, yStep, pixels, n);
        } else {
            VectorTaps.max(t0, t1, xs, x, xo, xStep, y, yo, yStep, pixels, n);
        }
    }

    @Override
    public void tapsMean(
            int t0, int t1, int[] xs, float[] x, int xo, int xStep, float[] y, int yo, int yStep, int pixels, int n) {
        if (n < L) {
            super.tapsMean(t0, t1, xs, x, xo, xStep, y, yo, yStep, pixels, n);
        } else {
            VectorTaps.mean(t0, t1, xs, x, xo, xStep, y, yo, yStep, pixels, n);
        }
    }

    @Override
    public void winogradInput(float[] x, int xo, int row, int col, float[] v, int vo, int step, int n) {
        if (n < L) {
            super.winogradInput(x, xo, row, col, v, vo, step, n);
        } else {
            VectorWinograd.input(x, xo, row, col, v, vo, step, n);
        }
    }

    @Override
    public void winogradTaps(float[] w, int wo, int row, int col, float[] u, int uo, int step, int n) {
        if (n < L) {
            super.winogradTaps(w, wo, row, col, u, uo, step, n);
        } else {
            VectorWinogradGradient.taps(w, wo, row, col, u, uo, step, n);
        }
    }

    @Override
    public void winogradSpread(float[] x, int xo, int row, int col, float[] v, int vo, int step, int n) {
        if (n % L != 0) {
            super.winogradSpread(x, xo, row, col, v, vo, step, n);
        } else {
            VectorWinogradGradient.spread(x, xo, row, col, v, vo, step, n);
        }
    }

    @Override
    public void winogradScatter(float[] m, int mo, int step, float[] y, int yo, int row, int col, int n) {
        if (n % L != 0) {
            super.winogradScatter(m, mo, step, y, yo, row, col, n);
        } else {
            VectorWinogradGradient.scatter(m, mo, step, y, yo, row, col, n);
        }
    }

    @Override
    public void winogradFilter(float[] m, int mo, int step, float[] w, int wo, int to, int n) {
        if (n % L != 0) {
            super.winogradFilter(m, mo, step, w, wo, to, n);
        } else {
            VectorWinogradGradient.filter(m, mo, step, w, wo, to, n);
        }
    }

    @Override
    public void winogradOutput(float[] m, int mo, int step, float[] y, int yo, int row, int col, int n) {
        if (n < L) {
            super.winogradOutput(m, mo, step, y, yo, row, col, n);
        } else {
            VectorWinograd.output(m, mo, step, y, yo, row, col, n);
        }
    }

    @Override
    public void winograd4Input(float[] x, int xo, int apart, int next, float[] y, int yo, int step, int far, int n) {
        if (n < L) {
            super.winograd4Input(x, xo, apart, next, y, yo, step, far, n);
        } else {
            VectorWinograd4.input(x, xo, apart, next, y, yo, step, far, n);
        }
    }

    @Override
    public void winograd4Output(
            int count, float[] m, int mo, int apart, int next, float[] y, int yo, int step, int far, int n) {
        if (n < L) {
            super.winograd4Output(count, m, mo, apart, next, y, yo, step, far, n);
        } else {
            VectorWinograd4.output(count, m, mo, apart, next, y, yo, step, far, n);
        }
    }

    @Override
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
        VectorRuns.clipRows(rows, cols, c, co, ldc, bias, bo, residual, ro, ldr, low, high);
        int done = whole(cols);
        if (done < cols) {
            super.clipRows(rows, cols - done, c, co + done, ldc, bias, bo + done, residual, ro + done, ldr, low, high);
        }
    }

    private static int whole(int n) {
        return n / L * L;
    }

    @Override
    public void unary(Unary f, float alpha, float beta, float[] x, int xo, float[] y, int yo, int n) {
        if (VectorUnary.has(f)) {
            int done = whole(n);
            int rest = n - done;
            float[] padded = rest == 0 ? null : LAST.get();
            if (rest > 0) {
                System.arraycopy(x, xo + done, padded, 0, rest);
                VectorUnary.run(f, alpha, beta, padded, 0, padded, 0, L);
            }
            VectorUnary.run(f, alpha, beta, x, xo, y, yo, done);
            if (rest > 0) {
                System.arraycopy(padded, 0, y, yo + done, rest);
            }
            return;
        }
        super.unary(f, alpha, beta, x, xo, y, yo, n);
    }

    @Override
    public void binary(Binary f, float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        int done = VectorBinary.run(f, a, ao, b, bo, y, yo, n);
        if (done < n) {
            super.binary(f, a, ao + done, b, bo + done, y, yo + done, n - done);
        }
    }

    @Override
    public void binaryRight(Binary f, float[] a, int ao, float b, float[] y, int yo, int n) {
        int done = VectorBinary.right(f, a, ao, b, y, yo, n);
        if (done < n) {
            super.binaryRight(f, a, ao + done, b, y, yo + done, n - done);
        }
    }

    @Override
    public void binaryLeft(Binary f, float a, float[] b, int bo, float[] y, int yo, int n) {
        int done = VectorBinary.left(f, a, b, bo, y, yo, n);
        if (done < n) {
            super.binaryLeft(f, a, b, bo + done, y, yo + done, n - done);
        }
    }

    @Override
    public void compare(Comparison f, float[] a, int ao, float[] b, int bo, int bStep, float[] y, int yo, int n) {
        int done = whole(n);
        VectorSelect.compare(f, a, ao, b, bo, bStep, y, yo, done);
        super.compare(f, a, ao + done, b, bo + done * bStep, bStep, y, yo + done, n - done);
    }

    @Override
    public void select(
            float[] c, int co, float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] y, int yo, int n) {
        int done = whole(n);
        VectorSelect.select(c, co, a, ao, aStep, b, bo, bStep, y, yo, done);
        super.select(c, co + done, a, ao + done * aStep, aStep, b, bo + done * bStep, bStep, y, yo + done, n - done);
    }

    @Override
    public void multiplyAdd(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n) {
        VectorRuns.multiplyAdd(a, ao, b, bo, c, co, y, yo, n);
        for (int i = whole(n); i < n; i++) {
            y[yo + i] = Math.fma(a[ao + i], b[bo + i], c[co + i]);
        }
    }

    @Override
    public void lstm(
            int rows, int n, float[] g, int go, float[] p, int po, int pStep, float[] c, int co, float[] h, int ho) {
        if (n % L == 0) {
            VectorLstm.rows(rows, n, g, go, p, po, pStep, c, co, h, ho);
        } else {
            super.lstm(rows, n, g, go, p, po, pStep, c, co, h, ho);
        }
    }

    @Override
    public void axpy(float s, float[] x, int xo, float[] y, int yo, int n) {
        VectorRuns.axpy(s, x, xo, y, yo, n);
        for (int i = whole(n); i < n; i++) {
            y[yo + i] = Math.fma(s, x[xo + i], y[yo + i]);
        }
    }

    @Override
    public void timesRows(float[] s, int so, float[] x, int xo, int rows, int n, float[] y, int yo) {
        VectorRuns.timesRows(s, so, x, xo, rows, n, y, yo);
    }

    @Override
    public void sumRows(float[] x, int xo, int rows, int n, float[] y, int yo) {
        sumRows(x, xo, rows, n, y, yo, VectorRuns.sumRows(x, xo, rows, n, y, yo));
    }

    @Override
    public float sum(float[] x, int xo, int n) {
        if (n < L) {
            return super.sum(x, xo, n);
        }
        int done = whole(n);
        return VectorRuns.sumLanes(x, xo, n) + super.sum(x, xo + done, n - done);
    }

    @Override
    public float sumSquares(float mean, float[] x, int xo, int n) {
        if (n < L) {
            return super.sumSquares(mean, x, xo, n);
        }
        int done = whole(n);
        return VectorRuns.sumSquaresLanes(mean, x, xo, n) + super.sumSquares(mean, x, xo + done, n - done);
    }

    @Override
    public float dot(float[] a, int ao, float[] b, int bo, int n) {
        if (n < L) {
            return super.dot(a, ao, b, bo, n);
        }
        int done = whole(n);
        return VectorRuns.dotLanes(a, ao, b, bo, n) + super.dot(a, ao + done, b, bo + done, n - done);
    }

    @Override
    public float max(float[] x, int xo, int n) {
        int done = whole(n);
        return Math.max(VectorRuns.maxLanes(x, xo, n), super.max(x, xo + done, n - done));
    }

    @Override
    public float min(float[] x, int xo, int n) {
        int done = whole(n);
        return Math.min(VectorRuns.minLanes(x, xo, n), super.min(x, xo + done, n - done));
    }

    @Override
    public float expSum(float shift, float[] x, int xo, float[] y, int yo, int n) {
        int done = whole(n);
        VectorExp.exp(shift, x, xo, y, yo, done);
        return VectorRuns.sumLanes(y, yo, done) + super.expSum(shift, x, xo + done, y, yo + done, n - done);
    }

    @Override
    public void expRows(int rows, int n, float[] x, int xo, float[] sums, int so) {
        if (n % L == 0) {
            VectorSoftmax.rows(rows, n, x, xo, sums, so);
        } else {
            super.expRows(rows, n, x, xo, sums, so);
        }
    }

    @Override
    public void divideRows(int rows, int n, float[] y, int yo, int ld, float[] sums, int so) {
        if (n % L == 0) {
            VectorSoftmax.divide(rows, n, y, yo, ld, sums, so);
        } else {
            super.divideRows(rows, n, y, yo, ld, sums, so);
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
        int done = whole(n);
        if (gamma != null && beta != null) {
            VectorRuns.normalize(mean, scale, gamma, go, beta, bo, x, xo, y, yo, n);
            super.normalize(mean, scale, gamma, go + done, beta, bo + done, x, xo + done, y, yo + done, n - done);
            return;
        }
        VectorRuns.normalize(mean, scale, x, xo, y, yo, n);
        super.normalize(mean, scale, null, 0, null, 0, x, xo + done, y, yo + done, n - done);
        if (gamma != null) {
            binary(Binary.MUL, y, yo, gamma, go, y, yo, n);
        }
        if (beta != null) {
            binary(Binary.ADD, y, yo, beta, bo, y, yo, n);
        }
    }
}
