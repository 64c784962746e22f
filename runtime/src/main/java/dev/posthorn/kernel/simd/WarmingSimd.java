package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;

import dev.posthorn.kernel.Binary;
import dev.posthorn.kernel.Unary;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The vector provider that starts at once: until the JVM has compiled a vector kernel, its {@linkplain PlainTwin plain twin} runs
 * instead, for an interpreted vector is an object and a hundred times as slow. A thread in the background, which starts with
 * the first kernel and gives it some time to be all there is, calls the kernels that are asked for, in turn, until they are
 * compiled: until they allocate nothing, as vectors are objects in any other code. One that the JVM does not compile stays
 * plain. The bits are the same all the while.
 */
final class WarmingSimd extends VectorSimd {
    /** Milliseconds of plain kernels: a process that predicts once ends meanwhile. */
    private static final int PAUSE = 500;
    /** Calls timed together, and the nanoseconds that a compiled one is far below. */
    private static final int CALLS = 16;

    private static final long COMPILED = 6000;
    /** Milliseconds after which it is the next kernel's turn, and how many turns each has. */
    private static final long PATIENCE = 5000;

    private static final int TURNS = 3;

    private static final ScalarSimd PLAIN = new PlainTwin();

    /** A kernel, and whether it is asked for and compiled. Read without order: a late true costs nothing but time. */
    private static final class Kernel {
        final Runnable call;

        boolean asked;
        boolean warm;
        int turns;

        Kernel(Runnable call) {
            this.call = call;
        }
    }

    private final float[] a = new float[4096];
    private final float[] b = new float[4096];
    private final float[] c = new float[4096];
    private final int[] at = {0, 16, 32, 128, 144, 160, 256, 272, 288};
    private final int[] fives =
            IntStream.range(0, 25).map(t -> t / 5 * 128 + t % 5 * 16).toArray();
    private int calls;

    private final Kernel gemm5Pair = new Kernel(() -> super.gemm5Pair(16, a, 0, 16, b, 0, 1024, c, 0, 4 * L));
    private final Kernel gemm4Pair = new Kernel(() -> super.gemm4Pair(16, a, 0, 16, b, 0, 1024, c, 0, 4 * L));
    private final Kernel gemm3 = new Kernel(() -> super.gemm3(16, a, 0, 16, b, 0, c, 0, 3 * L, (calls++ & 1) == 0));
    private final Kernel gemm2 = new Kernel(() -> super.gemm2(16, a, 0, 16, b, 0, c, 0, 3 * L, (calls++ & 1) == 0));
    private final Kernel gemv3 = new Kernel(() -> super.gemv3(16, a, 0, b, 0, 1024, c, 0, (calls++ & 1) == 0));
    private final Kernel gemm12Half = new Kernel(() -> super.gemm12Half(16, a, 0, 16, b, 0, c, 0, L));
    private final Kernel gemm9Half = new Kernel(() -> super.gemm9Half(16, a, 0, 16, b, 0, c, 0, L));
    private final Kernel gemm8 = new Kernel(() -> super.gemm8(16, a, 0, 16, b, 0, c, 0, 2 * L));
    private final Kernel winogradIn = new Kernel(() -> super.winogradInput(a, 0, 128, 32, c, 0, 32, 32));
    private final Kernel winogradOut = new Kernel(() -> super.winogradOutput(a, 0, 32, c, 0, 64, 32, 32));
    private final Kernel winograd4In = new Kernel(() -> super.winograd4Input(a, 0, 192, 32, c, 0, 192, 32, 32));
    private final Kernel winograd4Out =
            new Kernel(() -> super.winograd4Output(4 + 2 * (calls++ & 1), a, 0, 192, 32, c, 0, 192, 32, 32));
    private final Kernel gemm4 =
            new Kernel(() -> super.gemm4(16, a, 0, 16, 32, 48, b, 0, c, 0, 2 * L, (calls++ & 1) == 0));
    private final Kernel taps = new Kernel(() -> {
        int pixels = calls++ % 3 == 0 ? 3 : 4;
        super.taps(0, calls % 3 == 0 ? 8 : 9, at, at, a, 0, 32, b, 0, a, 512, c, 0, 32, pixels, 32);
        int step = 16 << (calls & 1); // next to each other, or apart
        super.taps(0, 9, at, at, a, 0, step, b, 0, a, 512, c, 0, 32, 4, 32);
        super.taps(0, 9, at, at, a, 0, step, b, 0, a, 512, c, 0, 512, 4, 512);
        super.taps(0, 25, fives, fives, a, 0, step, b, 0, a, 512, c, 0, 32, 4, 32);
    });
    private final Kernel tapRows = new Kernel(() -> {
        int count = calls++ % 3;
        super.tapRows(3, count == 0 ? 2 : 3, count == 2 ? 2 : 1, a, 0, 8 * L, b, 0, count == 0 ? null : a, c, 0, 8, L);
        super.tapRows(5, 3 + count, 1, a, 0, 8 * L, b, 0, count == 0 ? null : a, c, 0, 8, L);
    });
    private final Kernel tapRowsByTwo = new Kernel(() -> {
        int left = calls++ % 3;
        float[] bias = left == 0 ? null : a;
        super.tapRowsByTwo(3, left == 0 ? 2 : 3, a, 0, 16 * L, b, 0, bias, c, 0, left % 2, 8, calls & 1, L);
        super.tapRowsByTwo(5, 5, a, 0, 16 * L, b, 0, bias, c, 0, left, 8, calls % 3, L);
    });
    private final Kernel rows = new Kernel(() -> {
        boolean biased = calls++ % 3 > 0;
        super.clipRows(2, 64, c, 0, 64, biased ? a : null, 0, calls % 3 == 0 ? null : b, 0, 64, 0, 6);
        for (int panel = 2 * L; panel <= 3 * L; panel += L) {
            super.clipRows(4, panel, c, 0, panel, a, 0, (calls & 1) == 0 ? null : b, 0, panel, 0, 6);
        }
    });
    private final Kernel clip = new Kernel(() -> {
        super.unary(Unary.RELU, 0, 0, a, 0, c, 0, 64);
        super.unary(Unary.RELU6, 0, 0, a, 0, c, 0, 64);
        super.unary(Unary.CLIP, -1, 1, a, 0, c, 0, 64);
    });
    private final Kernel functions = new Kernel(() -> {
        super.unary(Unary.EXP, 0, 0, a, 0, c, 0, 64);
        super.unary(Unary.SIGMOID, 0, 0, a, 0, c, 0, 64);
        super.unary(Unary.SILU, 1, 0, a, 0, c, 0, 64);
        super.unary(Unary.TANH, 0, 0, a, 0, c, 0, 64);
    });
    private final Kernel lstm = new Kernel(() -> super.lstm(2, 2 * L, c, 1024, a, 0, 8 * L, c, 0, c, 4 * L));
    private final Kernel times = new Kernel(() -> super.timesRows(a, 0, b, 0, 16, (1 + (calls++ & 1)) * L, c, 0));
    private final Kernel sums = new Kernel(() -> super.sumRows(a, 0, 4, 80, c, 0));
    private final Kernel lanes = new Kernel(() -> {
        c[0] = super.max(a, 0, 80) + super.expSum(0, a, 0, c, 16, 80);
        super.binaryRight(Binary.MUL, c, 16, 0.5f, c, 16, 80);
    });
    private final Kernel softmax = new Kernel(() -> {
        super.expRows(4, 4 * L, c, 0, c, 16 * L);
        super.divideRows(4, 2 * L, c, 0, 2 * L, c, 16 * L);
    });
    private final Kernel pairs = new Kernel(() -> {
        super.binary(Binary.ADD, a, 0, b, 0, c, 0, 64);
        super.binary(Binary.MUL, a, 0, b, 0, c, 0, 64);
    });
    private final Kernel gather = new Kernel(() -> super.gather(at, 16, a, 0, 16, c, 0, 4));
    private final Kernel columns = new Kernel(() -> super.columns(2 * L, a, 0, 64, c, 0, 16));
    private final Kernel nines = new Kernel(() -> {
        super.nines(0, 128, 256, a, 1, b, 0, 32, c, 0, 32, 4, 2 * L, (calls++ & 1) == 0);
        super.nines(0, 128, 256, a, 1, b, 0, 32, c, 0, 32, 4, L, (calls & 1) == 0);
    });
    private final Kernel gemmHalf =
            new Kernel(() -> super.gemm4Half(16, a, 0, 16, 32, 48, b, 0, c, 0, L, (calls++ & 1) == 0));
    private final Kernel gemv = new Kernel(() -> super.gemv2(16, a, 0, b, 0, 1024, c, 0, (calls++ & 1) == 0));
    private final Kernel gemv4 = new Kernel(() -> super.gemv4(16, a, 0, b, 0, 1024, c, 0, (calls++ & 1) == 0));
    private final Kernel max = new Kernel(() -> super.tapsMax(0, 9, at, a, 0, 32, c, 0, 32, 4, 32));
    private final Kernel mean = new Kernel(() -> super.tapsMean(0, 9, at, a, 0, 32, c, 0, 32, 4, 32));
    private final List<Kernel> kernels = Stream.of(
                    gemm3,
                    gemm4,
                    gemm2,
                    gemm5Pair,
                    gemm4Pair,
                    taps,
                    tapRows,
                    tapRowsByTwo,
                    rows,
                    clip,
                    winogradIn,
                    winogradOut,
                    winograd4In,
                    winograd4Out,
                    gather,
                    columns,
                    gemmHalf,
                    nines,
                    gemv,
                    gemv4,
                    gemv3,
                    max,
                    mean,
                    functions,
                    lstm,
                    sums,
                    times,
                    lanes,
                    softmax,
                    pairs,
                    gemm8,
                    gemm9Half,
                    gemm12Half)
            .filter(k -> hasManyRegisters()
                    || !List.of(gemm5Pair, gemm4Pair, gemm8, gemm9Half, gemm12Half)
                            .contains(k))
            .filter(k -> k != gemm3 && k != gemm2 && k != gemv3 || hasGemm3())
            .toList();
    private final BlockingQueue<Kernel> asked = new LinkedBlockingQueue<>();
    private boolean started;

    /** Whether the vector form of a kernel may run. */
    private boolean warm(Kernel k) {
        if (!k.warm && !k.asked) {
            ask(k);
        }
        return k.warm;
    }

    private synchronized void ask(Kernel k) {
        if (!k.asked) {
            k.asked = true;
            asked.add(k);
        }
        if (!started) {
            started = true;
            Thread t = new Thread(null, this::warmUp, "posthorn-warm-up", 0, false);
            t.setDaemon(true);
            t.start();
        }
    }

    private void warmUp() {
        try {
            Thread.sleep(PAUSE);
            while (true) {
                Kernel k = asked.take();
                warmUp(k);
                if (!k.warm && ++k.turns < TURNS) {
                    asked.add(k);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // kernels that are not compiled stay plain
        }
    }

    /** Has every kernel compiled: what runs afterwards runs as it will from then on. */
    void finish() {
        for (int turn = 0; turn < TURNS; turn++) {
            kernels.stream().filter(k -> !k.warm).forEach(WarmingSimd::warmUp);
        }
    }

    private static void warmUp(Kernel k) {
        long end = System.nanoTime() + PATIENCE * 1_000_000;
        boolean compiled;
        do {
            compiled = compiled(k.call);
        } while (!compiled && System.nanoTime() < end);
        k.warm = compiled;
    }

    private static boolean compiled(Runnable call) {
        long allocated = Allocated.bytes();
        long start = System.nanoTime();
        for (int i = 0; i < CALLS; i++) {
            call.run();
        }
        return System.nanoTime() - start <= CALLS * COMPILED && Allocated.bytes() == allocated;
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
        if (warm(gemm4)) {
            super.gemm4(kc, a, a0, a1, a2, a3, b, bo, c, co, ldc, first);
        } else {
            PLAIN.gemm4(kc, a, a0, a1, a2, a3, b, bo, c, co, ldc, first);
        }
    }

    @Override
    public void gemm5Pair(
            int kc, float[] a, int ao, int lda, float[] b, int bo, int panel, float[] c, int co, int ldc) {
        if (warm(gemm5Pair)) {
            super.gemm5Pair(kc, a, ao, lda, b, bo, panel, c, co, ldc);
        } else {
            gemm4Pair(kc, a, ao, lda, b, bo, panel, c, co, ldc);
            gemv2(kc, a, ao + 4 * lda, b, bo, panel, c, co + 4 * ldc, true);
        }
    }

    @Override
    public void gemm4Pair(
            int kc, float[] a, int ao, int lda, float[] b, int bo, int panel, float[] c, int co, int ldc) {
        if (warm(gemm4Pair)) {
            super.gemm4Pair(kc, a, ao, lda, b, bo, panel, c, co, ldc);
        } else {
            int a1 = ao + lda;
            int a2 = a1 + lda;
            int a3 = a2 + lda;
            gemm4(kc, a, ao, a1, a2, a3, b, bo, c, co, ldc, true);
            gemm4(kc, a, ao, a1, a2, a3, b, bo + panel, c, co + 2 * L, ldc, true);
        }
    }

    @Override
    public void gemm12Half(int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc) {
        if (warm(gemm12Half)) {
            super.gemm12Half(kc, a, ao, lda, b, bo, c, co, ldc);
            return;
        }
        for (int r = 0; r < 12; r += 4) {
            int at = ao + r * lda;
            gemm4Half(kc, a, at, at + lda, at + 2 * lda, at + 3 * lda, b, bo, c, co + r * ldc, ldc, true);
        }
    }

    @Override
    public void gemm9Half(int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc) {
        if (warm(gemm9Half)) {
            super.gemm9Half(kc, a, ao, lda, b, bo, c, co, ldc);
            return;
        }
        for (int r = 0; r < 9; r += 4) {
            int at = ao + r * lda;
            int step = r == 8 ? 0 : lda;
            int to = r == 8 ? 0 : ldc;
            gemm4Half(kc, a, at, at + step, at + 2 * step, at + 3 * step, b, bo, c, co + r * ldc, to, true);
        }
    }

    @Override
    public void gemm8(int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc) {
        if (warm(gemm8)) {
            super.gemm8(kc, a, ao, lda, b, bo, c, co, ldc);
            return;
        }
        for (int r = 0; r < 8; r += 4) {
            int at = ao + r * lda;
            gemm4(kc, a, at, at + lda, at + 2 * lda, at + 3 * lda, b, bo, c, co + r * ldc, ldc, true);
        }
    }

    @Override
    public void gemm3(
            int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc, boolean first) {
        if (warm(gemm3)) {
            super.gemm3(kc, a, ao, lda, b, bo, c, co, ldc, first);
        } else {
            PLAIN.gemm3(kc, a, ao, lda, b, bo, c, co, ldc, first);
        }
    }

    @Override
    public void gemm2(
            int kc, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc, boolean first) {
        if (warm(gemm2)) {
            super.gemm2(kc, a, ao, lda, b, bo, c, co, ldc, first);
        } else {
            PLAIN.gemm2(kc, a, ao, lda, b, bo, c, co, ldc, first);
        }
    }

    @Override
    public void gemv3(int kc, float[] a, int ao, float[] b, int bo, int panel, float[] c, int co, boolean first) {
        if (warm(gemv3)) {
            super.gemv3(kc, a, ao, b, bo, panel, c, co, first);
        } else {
            PLAIN.gemv3(kc, a, ao, b, bo, panel, c, co, first);
        }
    }

    @Override
    public void winogradInput(float[] x, int xo, int row, int col, float[] v, int vo, int step, int n) {
        if (warm(winogradIn)) {
            super.winogradInput(x, xo, row, col, v, vo, step, n);
        } else {
            PLAIN.winogradInput(x, xo, row, col, v, vo, step, n);
        }
    }

    @Override
    public void winogradOutput(float[] m, int mo, int step, float[] y, int yo, int row, int col, int n) {
        if (warm(winogradOut)) {
            super.winogradOutput(m, mo, step, y, yo, row, col, n);
        } else {
            PLAIN.winogradOutput(m, mo, step, y, yo, row, col, n);
        }
    }

    @Override
    public void winograd4Input(float[] x, int xo, int apart, int next, float[] y, int yo, int step, int far, int n) {
        if (warm(winograd4In)) {
            super.winograd4Input(x, xo, apart, next, y, yo, step, far, n);
        } else {
            PLAIN.winograd4Input(x, xo, apart, next, y, yo, step, far, n);
        }
    }

    @Override
    public void winograd4Output(
            int count, float[] m, int mo, int apart, int next, float[] y, int yo, int step, int far, int n) {
        if (warm(winograd4Out)) {
            super.winograd4Output(count, m, mo, apart, next, y, yo, step, far, n);
        } else {
            PLAIN.winograd4Output(count, m, mo, apart, next, y, yo, step, far, n);
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
        if (warm(gemmHalf)) {
            super.gemm4Half(kc, a, a0, a1, a2, a3, b, bo, c, co, ldc, first);
        } else {
            PLAIN.gemm4Half(kc, a, a0, a1, a2, a3, b, bo, c, co, ldc, first);
        }
    }

    @Override
    public void gemv2(int kc, float[] a, int ao, float[] b, int bo, int panel, float[] c, int co, boolean first) {
        if (warm(gemv)) {
            super.gemv2(kc, a, ao, b, bo, panel, c, co, first);
        } else {
            PLAIN.gemv2(kc, a, ao, b, bo, panel, c, co, first);
        }
    }

    @Override
    public void gemv4(int kc, float[] a, int ao, float[] b, int bo, int panel, float[] c, int co, boolean first) {
        if (warm(gemv4)) {
            super.gemv4(kc, a, ao, b, bo, panel, c, co, first);
        } else {
            PLAIN.gemv4(kc, a, ao, b, bo, panel, c, co, first);
        }
    }

    @Override
    public boolean hasTapRows(int size, int pixels, int n) {
        return super.hasTapRows(size, pixels, n) && warm(tapRows);
    }

    @Override
    public boolean hasTapRowsByTwo(int size, int pixels, int n) {
        return super.hasTapRowsByTwo(size, pixels, n) && warm(tapRowsByTwo);
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
        if (n < L || warm(taps)) {
            super.taps(t0, t1, xs, ws, x, xo, xStep, w, wo, bias, bo, y, yo, yStep, pixels, n);
        } else {
            PLAIN.taps(t0, t1, xs, ws, x, xo, xStep, w, wo, bias, bo, y, yo, yStep, pixels, n);
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
        if (warm(nines)) {
            super.nines(x0, x1, x2, x, xStep, w, wo, wStep, y, yo, yStep, pixels, n, first);
        } else {
            PLAIN.nines(x0, x1, x2, x, xStep, w, wo, wStep, y, yo, yStep, pixels, n, first);
        }
    }

    @Override
    public void gather(int[] runs, int length, float[] x, int xo, int xStep, float[] y, int yo, int pixels) {
        if (warm(gather)) {
            super.gather(runs, length, x, xo, xStep, y, yo, pixels);
        } else {
            PLAIN.gather(runs, length, x, xo, xStep, y, yo, pixels);
        }
    }

    @Override
    public void columns(int width, float[] x, int xo, int xStep, float[] y, int yo, int n) {
        if (width <= L || warm(columns)) {
            super.columns(width, x, xo, xStep, y, yo, n);
        } else {
            PLAIN.columns(width, x, xo, xStep, y, yo, n);
        }
    }

    @Override
    public void tapsMax(
            int t0, int t1, int[] xs, float[] x, int xo, int xStep, float[] y, int yo, int yStep, int pixels, int n) {
        if (warm(max)) {
            super.tapsMax(t0, t1, xs, x, xo, xStep, y, yo, yStep, pixels, n);
        } else {
            PLAIN.tapsMax(t0, t1, xs, x, xo, xStep, y, yo, yStep, pixels, n);
        }
    }

    @Override
    public void tapsMean(
            int t0, int t1, int[] xs, float[] x, int xo, int xStep, float[] y, int yo, int yStep, int pixels, int n) {
        if (warm(mean)) {
            super.tapsMean(t0, t1, xs, x, xo, xStep, y, yo, yStep, pixels, n);
        } else {
            PLAIN.tapsMean(t0, t1, xs, x, xo, xStep, y, yo, yStep, pixels, n);
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
        if (warm(this.rows)) {
            super.clipRows(rows, cols, c, co, ldc, bias, bo, residual, ro, ldr, low, high);
        } else {
            PLAIN.clipRows(rows, cols, c, co, ldc, bias, bo, residual, ro, ldr, low, high);
        }
    }

    @Override
    public void unary(Unary f, float alpha, float beta, float[] x, int xo, float[] y, int yo, int n) {
        boolean clips = f == Unary.RELU || f == Unary.RELU6 || f == Unary.CLIP;
        if (clips && !warm(clip) || PlainMath.has(f) && !warm(functions)) {
            PLAIN.unary(f, alpha, beta, x, xo, y, yo, n);
        } else {
            super.unary(f, alpha, beta, x, xo, y, yo, n);
        }
    }

    @Override
    public void lstm(
            int rows, int n, float[] g, int go, float[] p, int po, int pStep, float[] c, int co, float[] h, int ho) {
        if (warm(lstm)) {
            super.lstm(rows, n, g, go, p, po, pStep, c, co, h, ho);
        } else {
            PLAIN.lstm(rows, n, g, go, p, po, pStep, c, co, h, ho);
        }
    }

    @Override
    public float expSum(float shift, float[] x, int xo, float[] y, int yo, int n) {
        return warm(lanes) ? super.expSum(shift, x, xo, y, yo, n) : PLAIN.expSum(shift, x, xo, y, yo, n);
    }

    @Override
    public void expRows(int rows, int n, float[] x, int xo, float[] sums, int so) {
        if (warm(softmax)) {
            super.expRows(rows, n, x, xo, sums, so);
        } else {
            PLAIN.expRows(rows, n, x, xo, sums, so);
        }
    }

    @Override
    public void divideRows(int rows, int n, float[] y, int yo, int ld, float[] sums, int so) {
        if (warm(softmax)) {
            super.divideRows(rows, n, y, yo, ld, sums, so);
        } else {
            PLAIN.divideRows(rows, n, y, yo, ld, sums, so);
        }
    }

    @Override
    public float max(float[] x, int xo, int n) {
        return warm(lanes) ? super.max(x, xo, n) : PLAIN.max(x, xo, n);
    }

    @Override
    public void timesRows(float[] s, int so, float[] x, int xo, int rows, int n, float[] y, int yo) {
        if (warm(times)) {
            super.timesRows(s, so, x, xo, rows, n, y, yo);
        } else {
            PLAIN.timesRows(s, so, x, xo, rows, n, y, yo);
        }
    }

    @Override
    public void sumRows(float[] x, int xo, int rows, int n, float[] y, int yo) {
        if (warm(sums)) {
            super.sumRows(x, xo, rows, n, y, yo);
        } else {
            PLAIN.sumRows(x, xo, rows, n, y, yo);
        }
    }

    @Override
    public void binary(Binary f, float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        if (f != Binary.ADD && f != Binary.MUL || warm(pairs)) {
            super.binary(f, a, ao, b, bo, y, yo, n);
        } else {
            PLAIN.binary(f, a, ao, b, bo, y, yo, n);
        }
    }
}
