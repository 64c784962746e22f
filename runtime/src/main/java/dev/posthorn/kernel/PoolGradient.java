package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;

/**
 * dx of a pooling over one or two axes: of a mean, every dy shared equally among the elements under its window; of a
 * maximum, given to the first of the largest. Tiles are images by blocks of channels. Immutable.
 */
public final class PoolGradient {
    /** Channels of a tile. */
    private static final int CHANNELS = 128;

    private final Simd simd;
    private final Taps taps;
    private final int channels;

    public PoolGradient(Simd simd, Window window, int channels) {
        this.simd = simd;
        this.channels = channels;
        taps = new Taps(window, channels);
    }

    /** Of the maximum of x; x is null for that of the mean. dx overlaps nothing that is read. */
    public void run(
            Workers workers, Scratch scratch, int batch, float[] x, int xo, float[] dy, int dyo, float[] dx, int dxo) {
        Window w = taps.window;
        int in = w.h() * w.w() * channels;
        int out = w.outH() * w.outW() * channels;
        int blocks = (channels + CHANNELS - 1) / CHANNELS;
        if (in == 0) {
            return;
        }
        workers.run(batch * blocks, scratch, (t, s) -> {
            int image = t / blocks;
            int c0 = t % blocks * CHANNELS;
            int n = Math.min(CHANNELS, channels - c0);
            int to = dxo + image * in;
            if (n == channels) {
                Arrays.fill(dx, to, to + in, 0);
            } else {
                for (int i = to + c0; i < to + in; i += channels) {
                    Arrays.fill(dx, i, i + n, 0);
                }
            }
            taps.forEachRun(0, out == 0 ? 0 : w.outH(), (t0, t1, xAt, pixel, pixels) -> {
                for (int p = 0; p < pixels && t0 < t1; p++) {
                    int at = xAt + p * w.sw() * channels + c0;
                    int from = dyo + image * out + (pixel + p) * channels + c0;
                    if (x != null) {
                        simd.tapsMaxGradient(t0, t1, taps.at, x, xo + image * in + at, dy, from, dx, to + at, n);
                    } else {
                        for (int k = t0; k < t1; k++) {
                            simd.axpy(1f / (t1 - t0), dy, from, dx, to + at + taps.at[k], n);
                        }
                    }
                }
            });
        });
    }
}
