package dev.posthorn.kernel.simd;

import dev.posthorn.kernel.Unary;

/**
 * Has the plain kernels compiled while a model is read. A process that predicts once ends before the vector kernels are
 * compiled, and the plain ones would be, too, only when most of that prediction is done. Calls are of every kind, or what is
 * compiled would be compiled again when the first of another kind comes.
 */
final class EarlyCompilation {
    /** Calls of each kernel, more than the JVM counts before it compiles. */
    private static final int CALLS = 800;
    /** Nanoseconds after which it is left: where there are no instructions for fused multiply-adds, kernels are slow. */
    private static final long PATIENCE = 400_000_000;

    private static final int DEPTH = 64;
    private static final int CHANNELS = 96;

    private final ScalarSimd plain = new PlainTwin();
    private final float[] a = new float[4 * DEPTH];
    private final float[] b = new float[DEPTH * 6 * VectorLanes.L];
    private final float[] c = new float[64 * CHANNELS];
    private final int[] at = {0, 96, 192, 288, 384, 480, 576, 672, 768};

    private EarlyCompilation() {}

    /** Begins in the background, where plain kernels are what runs first. */
    static void start() {
        Thread t = new Thread(null, EarlyCompilation::begin, "posthorn-early", 0, false);
        t.setDaemon(true);
        t.start();
    }

    private static void begin() {
        if (Choice.BEST instanceof WarmingSimd) {
            new EarlyCompilation().run();
        }
    }

    private void run() {
        long end = System.nanoTime() + PATIENCE;
        int l = VectorLanes.L;
        for (int i = 0; i < CALLS && System.nanoTime() < end; i++) {
            boolean first = (i & 1) == 0;
            plain.gemm4(DEPTH, a, 0, DEPTH, 2 * DEPTH, 3 * DEPTH, b, 0, c, 0, 2 * l, first);
            plain.gemm4Half(DEPTH, a, 0, DEPTH, 2 * DEPTH, 3 * DEPTH, b, 0, c, 0, l, first);
            plain.gemv2(DEPTH, a, 0, b, 0, 0, c, 0, first);
            plain.taps(0, 9, at, at, c, 0, CHANNELS, b, 0, a, 0, c, 2048, CHANNELS, 4, CHANNELS);
            plain.clipRows(4, 2 * l, c, 0, 2 * l, i % 3 == 0 ? null : a, 0, i % 3 == 1 ? null : b, 0, 2 * l, 0, 6);
            plain.unary(Unary.RELU6, 0, 0, a, 0, c, 0, CHANNELS);
            plain.gather(at, 16, b, 0, 16, c, 0, 4);
            plain.columns(2 * l, b, 0, 64, c, 0, 16);
        }
    }
}
