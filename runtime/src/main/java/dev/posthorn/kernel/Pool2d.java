package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;

/**
 * y[b, i, j, c] = the largest, or the mean, of x[b, i·sh + p·dh − top, j·sw + q·dw − left, c] over the taps p, q that lie
 * inside the image: padding never counts. Where no tap does, max is −∞ and the mean NaN.
 */
public final class Pool2d {
    private final Simd simd;
    private final Taps taps;
    private final int channels;
    private final boolean max;

    private Pool2d(Simd simd, Window window, int channels, boolean max) {
        this.simd = simd;
        this.channels = channels;
        this.max = max;
        taps = new Taps(window, channels);
    }

    /** The largest value of each window. */
    public static Pool2d max(Simd simd, Window window, int channels) {
        return new Pool2d(simd, window, channels, true);
    }

    /** The mean of each window. */
    public static Pool2d mean(Simd simd, Window window, int channels) {
        return new Pool2d(simd, window, channels, false);
    }

    /** Pools {@code batch} images; y must not overlap x. */
    public void run(Workers workers, Scratch scratch, int batch, float[] x, int xo, float[] y, int yo) {
        Window window = taps.window;
        int size = window.outH() * window.outW() * channels;
        if (batch == 0 || size == 0) {
            return;
        }
        int rows = taps.rowsPerTile(workers, batch);
        int down = (window.outH() + rows - 1) / rows;
        workers.run(batch * down, scratch, (t, s) -> {
            int image = t / down;
            int row = t % down * rows;
            int in = xo + image * window.h() * window.w() * channels;
            int out = yo + image * size;
            int step = window.sw() * channels;
            taps.forEachRun(row, Math.min(window.outH(), row + rows), (t0, t1, xAt, pixel, pixels) -> {
                int to = out + pixel * channels;
                if (t0 == t1) {
                    Arrays.fill(y, to, to + pixels * channels, max ? Float.NEGATIVE_INFINITY : Float.NaN);
                } else if (max) {
                    simd.tapsMax(t0, t1, taps.at, x, in + xAt, step, y, to, channels, pixels, channels);
                } else {
                    simd.tapsMean(t0, t1, taps.at, x, in + xAt, step, y, to, channels, pixels, channels);
                }
            });
        });
    }
}
