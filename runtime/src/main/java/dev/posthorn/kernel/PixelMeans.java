package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;

/**
 * mean[b, c] = Σ y[b, i, j, c] / (h·w), of values that a kernel makes row by row: each row of pixels is summed up while it is
 * in the first-level cache, then the rows' sums are. So the order does not depend on which rows are made together.
 */
public final class PixelMeans {
    private final Simd simd;
    private final int h;
    private final int w;
    private final int channels;

    public PixelMeans(Simd simd, int h, int w, int channels) {
        this.simd = simd;
        this.h = h;
        this.w = w;
        this.channels = channels;
    }

    /** Floats of the rows' sums of an image. */
    public int room() {
        return Math.multiplyExact(h, channels);
    }

    /** Sums up {@code count} rows of pixels from {@code y[yo]} on, the first being {@code row}; the sums begin at so. */
    void add(int row, int count, float[] y, int yo, float[] sums, int so) {
        int to = so + row * channels;
        Arrays.fill(sums, to, to + count * channels, 0);
        for (int i = 0; i < count; i++) {
            simd.sumRows(y, yo + i * w * channels, w, channels, sums, to + i * channels);
        }
    }

    /** The means of {@code batch} images. */
    public void finish(int batch, float[] sums, int so, float[] mean, int mo) {
        Arrays.fill(mean, mo, mo + batch * channels, 0);
        for (int b = 0; b < batch; b++) {
            simd.sumRows(sums, so + b * h * channels, h, channels, mean, mo + b * channels);
        }
        simd.binaryRight(Binary.DIV, mean, mo, h * w, mean, mo, batch * channels);
    }
}
