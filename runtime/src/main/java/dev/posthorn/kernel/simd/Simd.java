package dev.posthorn.kernel.simd;

import dev.posthorn.kernel.Binary;
import dev.posthorn.kernel.Comparison;
import dev.posthorn.kernel.Unary;

/**
 * The inner loops of all kernels: straight runs over {@code float[]} with offsets, and the micro-kernels of the matrix
 * product. Two providers, plain Java and the Vector API; they agree within rounding and each is deterministic.
 *
 * <p>Where x and y are the same array, the ranges must be the same range (in place) or disjoint.
 */
public interface Simd {
    /** The provider this JVM runs best, chosen once; the reason for a scalar choice is logged once. */
    static Simd best() {
        return Choice.BEST;
    }

    /** Begins in the background what a first call in a new JVM would wait for. Costs a moment of another core; needs no call. */
    static void prepare() {
        EarlyCompilation.start();
    }

    /** Plain Java. */
    static Simd scalar() {
        return ScalarSimd.INSTANCE;
    }

    /** "scalar", or "vector" and the number of bits. */
    String name();

    /** Floats in one vector. */
    int lanes();

    // ---- matrix product

    /**
     * c[r, 0…2L) (+)= Σₚ a[aᵣ + p] · b[bo + p·2L …] for four rows r and p = 0 … kc − 1, L = {@link #lanes()}; row r of c
     * is at co + r · ldc. {@code first} overwrites c, otherwise the sum is added to it.
     */
    void gemm4(
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
            boolean first);

    /**
     * As {@link #gemm4}, of five rows, those of a at ao + r · lda, against two panels as in {@link #gemv2}, always overwriting c:
     * compilers make the largest kernels well only where these do no more than the product. For providers that {@linkplain
     * #hasManyRegisters have the registers}.
     */
    void gemm5Pair(int kc, float[] a, int ao, int lda, float[] b, int bo, int panel, float[] c, int co, int ldc);

    /** As {@link #gemm5Pair}, of four rows. */
    void gemm4Pair(int kc, float[] a, int ao, int lda, float[] b, int bo, int panel, float[] c, int co, int ldc);

    /** As {@link #gemm5Pair}, of twelve rows and one panel of L columns. */
    void gemm12Half(int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc);

    /** As {@link #gemm12Half}, of nine rows and an even number of terms. */
    void gemm9Half(int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc);

    /** As {@link #gemm5Pair}, of eight rows and one panel of 2L columns. */
    void gemm8(int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc);

    /** Whether the registers hold more than twenty vectors at once: the kernels that need it are then the fastest. */
    boolean hasManyRegisters();

    /** Whether panels of 3L columns are the fastest: with {@link #gemm3}, {@link #gemm2} and {@link #gemv3}. */
    boolean hasGemm3();

    /** As {@link #gemm4}, of three rows, those of a at ao + r · lda, against a panel of 3L columns. */
    void gemm3(int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc, boolean first);

    /** As {@link #gemm3}, of two rows; they may be one and the same. */
    void gemm2(int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc, boolean first);

    /** As {@link #gemv2}, for two panels of 3L columns. */
    void gemv3(int kc, float[] a, int ao, float[] b, int bo, int panel, float[] c, int co, boolean first);

    /** As {@link #gemm4}, for a panel of L columns. */
    void gemm4Half(
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
            boolean first);

    /**
     * One row against two wide panels: c[co + q·2L …] (+)= Σₚ a[ao + p] · b[bo + q·panel + p·2L …] for q = 0, 1. Sums in
     * the same order as {@link #gemm4}.
     */
    void gemv2(int kc, float[] a, int ao, float[] b, int bo, int panel, float[] c, int co, boolean first);

    /** As {@link #gemv2}, against four panels. */
    void gemv4(int kc, float[] a, int ao, float[] b, int bo, int panel, float[] c, int co, boolean first);

    /**
     * c[r, 0…2L) += Σₚ a[ao + 8p + r] · b[bo + p·2L …] for four r and p = 0 … n − 1: products of columns of a with rows of b,
     * both laid together by {@link #columns}; row r of c is at co + r · ldc.
     */
    void outer4(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc);

    /** As {@link #outer4}, for rows of L in b. */
    void outer4Half(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc);

    /** As {@link #outer4Half}, of eight columns of a. */
    void outer8Half(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc);

    /** As {@link #outer4}, of twelve columns of a, in rows of twelve; fast where {@link #hasManyRegisters}. */
    void outer12(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc);

    /** As {@link #outer12}, for rows of L in b. */
    void outer12Half(int n, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc);

    /**
     * y[yo + p·yStep + i] (+)= Σₜ x[xₜ + p·xStep] · w[wo + t·wStep + i] for t = 0 … 8, the positions xₜ being {@code x0, x0 + 1,
     * x0 + 2, x1 … x2 + 2}, p = 0 … pixels − 1 and i = 0 … n − 1, n a multiple of L. Sums in the order of {@link #gemm4}.
     */
    void nines(
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
            boolean first);

    /** dw[wo + t·wStep + i] += Σₚ x[xₜ + p·xStep] · dy[dyo + p·dyStep + i]: what {@link #nines} gives back to its weights. */
    void ninesGradient(
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
            int n);

    /**
     * Lays columns together: y[yo + p·width + i] = x[xo + p·xStep + i] for p = 0 … n − 1 and i = 0 … width − 1, width 8, 12, L
     * or 2L; zero for what lies behind the end of x. May overwrite {@link #lanes()} values behind the last.
     */
    void columns(int width, float[] x, int xo, int xStep, float[] y, int yo, int n);

    /**
     * dw[wo + ws[t] + i] += Σₚ x[xo + p·xStep + xs[t] + i] · dy[dyo + p·dyStep + i] for the taps t = t0 … t1 − 1, p = 0 …
     * pixels − 1 and i = 0 … n − 1: what {@link #taps} gives back to its weights.
     */
    void tapsGradient(
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
            int n);

    /**
     * dx[xs[t] + i] += dy[i] for the first t = t0 … t1 − 1 at which x[xs[t] + i] is largest, i = 0 … n − 1; positions are
     * relative to xo, of dx to {@code to}.
     */
    void tapsMaxGradient(int t0, int t1, int[] xs, float[] x, int xo, float[] dy, int dyo, float[] dx, int to, int n);

    /** Whether there is a {@link #tapRows} for such a window, so many pixels a row and n channels. */
    boolean hasTapRows(int size, int pixels, int n);

    /**
     * Rows of a depthwise convolution by a window of {@code size × size}, 3 or 5, that moves by one pixel and reaches over the
     * left and right border by half its size: y[yo + (r·pixels + p)·n + i] = bias[i] + Σ x[xo + (r + s)·xRow + (p + q −
     * size/2)·n + i] · w[wo + (s·size + q)·n + i], the sum over s = 0 … taps − 1 and those q that lie inside the row. A second
     * row only where the window is 3 × 3 and all of it lies inside; bias may be null. For those who {@linkplain #hasTapRows
     * have} it.
     */
    void tapRows(
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
            int n);

    /** Whether there is a {@link #tapRowsByTwo} for such a window, so many pixels a row and n channels. */
    boolean hasTapRowsByTwo(int size, int pixels, int n);

    /**
     * As {@link #tapRows}, one row whose window moves by two pixels: y[yo + p·n + i] = bias[i] + Σ x[xo + s·xRow + (2p + q −
     * left)·n + i] · w[wo + (s·size + q)·n + i]; left and right, at most size/2, are how far the first and the last window reach
     * over the border.
     */
    void tapRowsByTwo(
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
            int n);

    /**
     * A run of pixels of a depthwise convolution, all with the taps t = t0 … t1 − 1: for p = 0 … pixels − 1 and i = 0 … n −
     * 1, y[yo + p·yStep + i] = bias[bo + i] + Σₜ x[xo + p·xStep + xs[t] + i] · w[wo + ws[t] + i]; bias may be null.
     */
    void taps(
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
            int n);

    /**
     * Lays runs of {@code length} values one after the other: for p = 0 … pixels − 1 and each r, x[xo + p·xStep + runs[r] …]
     * goes to y[yo + (p · |runs| + r) · length …]. May overwrite {@link #lanes()} values behind the last.
     */
    void gather(int[] runs, int length, float[] x, int xo, int xStep, float[] y, int yo, int pixels);

    /** A run of pixels of a max pool: y[yo + p·yStep + i] = maxₜ x[xo + p·xStep + xs[t] + i], NaN if any is. */
    void tapsMax(
            int t0, int t1, int[] xs, float[] x, int xo, int xStep, float[] y, int yo, int yStep, int pixels, int n);

    /** A run of pixels of an average pool: y[yo + p·yStep + i] = Σₜ x[xo + p·xStep + xs[t] + i] / (t1 − t0). */
    void tapsMean(
            int t0, int t1, int[] xs, float[] x, int xo, int xStep, float[] y, int yo, int yStep, int pixels, int n);

    /**
     * One tile of Winograd's F(2×2, 3×3): v[vo + (4r + s)·step + i] = (Bᵀ d B)[r, s], d[p, q] = x[xo + p·row + q·col + i],
     * for r, s, p, q = 0 … 3 and i = 0 … n − 1. v overlaps nothing that is read.
     */
    void winogradInput(float[] x, int xo, int row, int col, float[] v, int vo, int step, int n);

    /** And back: y[yo + r·row + s·col + i] = (Aᵀ M A)[r, s] for r, s = 0, 1, M[p, q] = m[mo + (4p + q)·step + i]. */
    void winogradOutput(float[] m, int mo, int step, float[] y, int yo, int row, int col, int n);

    /** Taps of Winograd's F(2×2, 3×3): u[uo + (4r + s)·step + i] = (G g Gᵀ)[r, s], g[p, q] = w[wo + p·row + q·col + i]. */
    void winogradTaps(float[] w, int wo, int row, int col, float[] u, int uo, int step, int n);

    /** What {@link #winogradOutput} gives back: v[vo + (4r + s)·step + i] = (A d Aᵀ)[r, s], d[p, q] = x[xo + p·row + q·col + i]. */
    void winogradSpread(float[] x, int xo, int row, int col, float[] v, int vo, int step, int n);

    /**
     * What {@link #winogradInput} gives back: y[yo + r·row + s·col + i] += (B M Bᵀ)[r, s] for r, s = 0 … 3, M[p, q] = m[mo +
     * (4p + q)·step + i].
     */
    void winogradScatter(float[] m, int mo, int step, float[] y, int yo, int row, int col, int n);

    /** What taps are given back: w[wo + (3r + s)·to + i] = (Gᵀ M G)[r, s] for r, s = 0, 1, 2, M as in {@link #winogradScatter}. */
    void winogradFilter(float[] m, int mo, int step, float[] w, int wo, int to, int n);

    /**
     * One axis of a tile of Winograd's F(4×4, 3×3): y[yo + t·far + r·step + i] = Σₚ Bᵀ[r, p] x[xo + t·next + p·apart + i], for
     * r, p, t = 0 … 5 and i = 0 … n − 1. y overlaps nothing that is read.
     */
    void winograd4Input(float[] x, int xo, int apart, int next, float[] y, int yo, int step, int far, int n);

    /** And back: y[yo + t·far + r·step + i] = Σₚ Aᵀ[r, p] m[mo + t·next + p·apart + i], r = 0 … 3, t = 0 … count − 1. */
    void winograd4Output(
            int count, float[] m, int mo, int apart, int next, float[] y, int yo, int step, int far, int n);

    /**
     * c[i, j] = f(c[i, j] + bias[bo + j] + residual[i, j]) over a block of rows × cols; bias and residual may be null; rows
     * of c lie ldc apart, those of the residual ldr.
     */
    void epilogue(
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
            float beta);

    // ---- runs

    /** y[i] = f(x[i]). */
    void unary(Unary f, float alpha, float beta, float[] x, int xo, float[] y, int yo, int n);

    /** y[i] = f(a[i], b[i]). */
    void binary(Binary f, float[] a, int ao, float[] b, int bo, float[] y, int yo, int n);

    /** y[i] = f(a[i], b). */
    void binaryRight(Binary f, float[] a, int ao, float b, float[] y, int yo, int n);

    /** y[i] = f(a, b[i]). */
    void binaryLeft(Binary f, float a, float[] b, int bo, float[] y, int yo, int n);

    /** y[i] = a[i] f b[i · bStep] ? 1 : 0, bStep 0 or 1. */
    void compare(Comparison f, float[] a, int ao, float[] b, int bo, int bStep, float[] y, int yo, int n);

    /** y[i] = c[i] ≠ 0 ? a[i · aStep] : b[i · bStep], the steps 0 or 1. */
    void select(
            float[] c, int co, float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] y, int yo, int n);

    /** y[i] = a[i] · b[i] + c[i]. */
    void multiplyAdd(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n);

    /**
     * A step of an LSTM for some rows, from its gates i f g o, n values each, one after the other from go, and what is still to
     * be added to them, a row from po on every pStep values: c' = σ(f)·c + σ(i)·tanh g, h = σ(o)·tanh c'. Overwrites the
     * gates. h overlaps nothing that is read. Errors are a few roundings of values of size 1.
     */
    void lstm(int rows, int n, float[] g, int go, float[] p, int po, int pStep, float[] c, int co, float[] h, int ho);

    /** y[i] += s · x[i]. */
    void axpy(float s, float[] x, int xo, float[] y, int yo, int n);

    /** y[i] += Σᵣ x[xo + r·n + i] for r = 0 … rows − 1 and i = 0 … n − 1; the rows are added up first. */
    void sumRows(float[] x, int xo, int rows, int n, float[] y, int yo);

    /** y[yo + r·n + i] = s[so + r] · x[xo + r·n + i] for r = 0 … rows − 1 and i = 0 … n − 1, n a multiple of L. */
    void timesRows(float[] s, int so, float[] x, int xo, int rows, int n, float[] y, int yo);

    // ---- reductions of a run; sums over long runs are the caller's to split

    /** Σ x[i]. */
    float sum(float[] x, int xo, int n);

    /** Σ (x[i] − mean)². */
    float sumSquares(float mean, float[] x, int xo, int n);

    /** Σ a[i] · b[i]. */
    float dot(float[] a, int ao, float[] b, int bo, int n);

    /** max x[i], −∞ for n = 0, NaN if any is. */
    float max(float[] x, int xo, int n);

    /** min x[i], ∞ for n = 0, NaN if any is. */
    float min(float[] x, int xo, int n);

    /** y[i] = e^(x[i] − shift), returning Σ y[i]. */
    float expSum(float shift, float[] x, int xo, float[] y, int yo, int n);

    /**
     * Makes rows of n values, one after the other, e^(x − the row's largest); sums[so + r·{@link #lanes()}] is what row r then
     * sums to: NaN where the row has one. The other floats up to so + (rows + 1) · lanes() may change.
     */
    void expRows(int rows, int n, float[] x, int xo, float[] sums, int so);

    /** y[yo + r·ld + i] *= 1 / sums[so + r·{@link #lanes()}], i = 0 … n − 1. */
    void divideRows(int rows, int n, float[] y, int yo, int ld, float[] sums, int so);

    /** y[i] = (x[i] − mean) · scale · gamma[i] + beta[i]; gamma or beta may be null (1, 0). */
    void normalize(
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
            int n);
}
