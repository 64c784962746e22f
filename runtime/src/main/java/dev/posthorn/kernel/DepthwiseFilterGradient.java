package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;

/**
 * dw[k, c] = Σ x[b, i, c] · dy[b, o, c] over images b and pixels o, where i is the pixel that o meets with tap k: the gradient
 * of a depthwise convolution over pictures by its weights.
 *
 * <p>Rows of pixels are cut in slices, whose number depends on sizes alone; each has a dw of its own, and they are added in
 * order. Prepared once; immutable.
 */
public final class DepthwiseFilterGradient {
    /** Slices at most. */
    private static final int SLICES = 16;

    private final Simd simd;
    private final Taps taps;
    private final int[] weightAt;
    private final int batch;
    private final int channels;
    private final int size;
    private final int slices;

    public DepthwiseFilterGradient(Simd simd, Window window, int batch, int channels) {
        this.simd = simd;
        this.batch = batch;
        this.channels = channels;
        taps = new Taps(window, channels);
        weightAt = taps.scaledTaps(channels);
        size = Math.multiplyExact(window.kh() * window.kw(), channels);
        slices = Math.max(1, Math.min(SLICES, batch * window.outH()));
    }

    /** Floats of working memory that a call needs. */
    public int room() {
        return slices * size;
    }

    /** Computes dw; {@code part} has {@link #room()} floats from {@code po} on. */
    public void run(
            Workers workers,
            Scratch scratch,
            float[] x,
            int xo,
            float[] dy,
            int dyo,
            float[] dw,
            int wo,
            float[] part,
            int po) {
        Window w = taps.window;
        int rows = w.outH();
        int all = batch * rows;
        workers.run(slices, scratch, (slice, s) -> {
            int to = po + slice * size;
            Arrays.fill(part, to, to + size, 0);
            int end = (int) ((long) all * (slice + 1) / slices);
            for (int r = (int) ((long) all * slice / slices); r < end; ) {
                int image = r / rows;
                int last = Math.min(end, (image + 1) * rows);
                int xAt = xo + image * w.h() * w.w() * channels;
                int dyAt = dyo + image * rows * w.outW() * channels;
                taps.forEachRun(
                        r - image * rows,
                        last - image * rows,
                        (t0, t1, at, pixel, pixels) -> simd.tapsGradient(
                                t0,
                                t1,
                                taps.at,
                                weightAt,
                                x,
                                xAt + at,
                                w.sw() * channels,
                                dy,
                                dyAt + pixel * channels,
                                channels,
                                part,
                                to,
                                pixels,
                                channels));
                r = last;
            }
        });
        System.arraycopy(part, po, dw, wo, size);
        for (int i = 1; i < slices; i++) {
            simd.binary(Binary.ADD, dw, wo, part, po + i * size, dw, wo, size);
        }
    }
}
