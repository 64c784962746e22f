package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;

/**
 * y[b, i, j, c·m + e] = f(Σ x[b, i·sh + p·dh − top, j·sw + q·dw − left, c] · w[p, q, c, e] + bias[c·m + e] + residual),
 * the sum over p, q; m is the depth multiplier. A tap outside the image is left out rather than padded.
 *
 * <p>With m &gt; 1 the input is first repeated, each channel m times, so that channels stay in step with outputs.
 */
public final class DepthwiseConv2d {
    /** Sums that stay in the first-level cache until the epilogue has passed. */
    private static final int EPILOGUE = 1 << 12;

    private final Simd simd;
    private final Taps taps;
    private final int cin;
    private final int multiplier;
    private final float[] weights;
    private final Epilogue epilogue;
    private final PixelMeans means;
    /** Where tap t's weights begin. */
    private final int[] weightAt;

    /** Prepares the taps; w[kh, kw, cin, multiplier] at {@code wo} is copied; null where it comes with each call. */
    public DepthwiseConv2d(
            Simd simd, Window window, int cin, int multiplier, float[] weights, int wo, Epilogue epilogue) {
        this.simd = simd;
        this.cin = cin;
        this.multiplier = multiplier;
        int channels = Math.multiplyExact(cin, multiplier);
        this.weights =
                weights == null ? null : Arrays.copyOfRange(weights, wo, wo + window.kh() * window.kw() * channels);
        this.epilogue = epilogue;
        taps = new Taps(window, channels);
        means = new PixelMeans(simd, window.outH(), window.outW(), channels);
        weightAt = taps.scaledTaps(channels);
    }

    /** {@link #run(Workers, Scratch, float[], int, Epilogue, int, float[], int, float[], int, float[], int)} with what it has. */
    public void run(
            Workers workers,
            Scratch scratch,
            int batch,
            float[] x,
            int xo,
            float[] y,
            int yo,
            float[] residual,
            int ro) {
        run(workers, scratch, weights, 0, epilogue, batch, x, xo, y, yo, residual, ro);
    }

    /** Computes {@code batch} images; the residual (or null) has the layout of y. y must not overlap what is read. */
    public void run(
            Workers workers,
            Scratch scratch,
            float[] weights,
            int wo,
            Epilogue e,
            int batch,
            float[] x,
            int xo,
            float[] y,
            int yo,
            float[] residual,
            int ro) {
        run(workers, scratch, weights, wo, e, batch, x, xo, y, yo, residual, ro, null, 0);
    }

    /** As the other one, and sums up rows for {@link #means} from {@code sums[so]} on, if that is not null. */
    public void run(
            Workers workers,
            Scratch scratch,
            float[] weights,
            int wo,
            Epilogue e,
            int batch,
            float[] x,
            int xo,
            float[] y,
            int yo,
            float[] residual,
            int ro,
            float[] sums,
            int so) {
        Window window = taps.window;
        int channels = cin * multiplier;
        int size = window.outH() * window.outW() * channels;
        if (batch == 0 || size == 0) {
            return;
        }
        int rows = taps.rowsPerTile(workers, batch);
        int down = (window.outH() + rows - 1) / rows;
        workers.run(batch * down, scratch, (t, s) -> {
            int image = t / down;
            int row = t % down * rows;
            int end = Math.min(window.outH(), row + rows);
            float[] from = x;
            int at = xo + image * window.h() * window.w() * cin;
            if (multiplier > 1) {
                int first = Math.max(0, row * window.sh() - window.top());
                int last = Math.min(
                        window.h(), (end - 1) * window.sh() - window.top() + (window.kh() - 1) * window.dh() + 1);
                int count = Math.max(0, last - first) * window.w();
                from = s.floats(count * channels);
                repeat(x, at + first * window.w() * cin, count * cin, from);
                at = -first * window.w() * channels;
            }
            int begin = image * size + row * window.outW() * channels;
            int to = so + image * means.room();
            rows(weights, wo, e, row, end, from, at, y, yo + begin, residual, ro + begin, sums, to);
        });
    }

    /** What makes means of the sums of rows. */
    public PixelMeans means() {
        return means;
    }

    /** The weights it has. */
    public float[] weights() {
        return weights;
    }

    /** The epilogue it was made with. */
    public Epilogue epilogue() {
        return epilogue;
    }

    /**
     * The rows {@code row} … end − 1 of one image's result, from {@code y[yo]} and {@code residual[ro]} (or null) on. Row 0 of
     * the image would begin at {@code x[xo]}; only those that the windows reach into need be there. The sums of the image's rows
     * would begin at {@code sums[so]} (or null).
     */
    void rows(
            float[] weights,
            int wo,
            Epilogue e,
            int row,
            int end,
            float[] x,
            int xo,
            float[] y,
            int yo,
            float[] residual,
            int ro,
            float[] sums,
            int so) {
        Window window = taps.window;
        float[] bias = e.at() == 0 ? e.bias() : null; // sums begin with it where it begins its array
        int channels = cin * multiplier;
        int size = window.outW() * channels;
        boolean whole = window.movesByOne() && simd.hasTapRows(window.kw(), window.outW(), channels);
        boolean byTwo = window.movesByTwo() && simd.hasTapRowsByTwo(window.kw(), window.outW(), channels);
        int step = Math.max(whole ? 2 : 1, EPILOGUE / Math.max(1, size));
        for (int i = row; i < end; i += step) {
            int last = Math.min(end, i + step);
            int at = (i - row) * size;
            if (whole) {
                wholeRows(weights, wo, bias, i, last, x, xo, y, yo + at);
            } else if (byTwo) {
                byTwo(weights, wo, bias, i, last, x, xo, y, yo + at);
            } else {
                runs(weights, wo, bias, i, last, x, xo, y, yo + at);
            }
            simd.epilogue(
                    (last - i) * window.outW(),
                    channels,
                    y,
                    yo + at,
                    channels,
                    bias == null ? e.bias() : null,
                    e.at(),
                    residual,
                    ro + at,
                    channels,
                    e.act(),
                    e.alpha(),
                    e.beta());
            if (sums != null) {
                means.add(i, last - i, y, yo + at, sums, so);
            }
        }
    }

    /** Sums of whole rows, two at a time where all taps lie inside. */
    private void wholeRows(
            float[] weights, int wo, float[] bias, int row, int end, float[] x, int xo, float[] y, int yo) {
        Window window = taps.window;
        int channels = cin * multiplier;
        int k = window.kw();
        int width = window.w() * channels;
        for (int i = row, rows; i < end; i += rows) {
            int top = i - window.top();
            int skipped = Math.max(0, -top);
            int count = Math.min(k, window.h() - top) - skipped;
            rows = k == 3 && i + 1 < end && skipped == 0 && top + k < window.h() ? 2 : 1;
            int from = xo + (top + skipped) * width;
            int w = wo + skipped * k * channels;
            int to = yo + (i - row) * width;
            simd.tapRows(k, count, rows, x, from, width, weights, w, bias, y, to, window.outW(), channels);
        }
    }

    /** Sums of whole rows of a window that moves by two pixels. */
    private void byTwo(float[] weights, int wo, float[] bias, int row, int end, float[] x, int xo, float[] y, int yo) {
        Window window = taps.window;
        int channels = cin * multiplier;
        int k = window.kw();
        int width = window.w() * channels;
        int pixels = window.outW();
        for (int i = row; i < end; i++) {
            int top = 2 * i - window.top();
            int skipped = Math.max(0, -top);
            int count = Math.min(k, window.h() - top) - skipped;
            int from = xo + (top + skipped) * width;
            int w = wo + skipped * k * channels;
            int to = yo + (i - row) * pixels * channels;
            simd.tapRowsByTwo(
                    k,
                    count,
                    x,
                    from,
                    width,
                    weights,
                    w,
                    bias,
                    y,
                    to,
                    window.left(),
                    pixels,
                    window.beyond(),
                    channels);
        }
    }

    /** Sums of rows, run by run. */
    private void runs(float[] weights, int wo, float[] bias, int row, int end, float[] x, int xo, float[] y, int yo) {
        Window window = taps.window;
        int channels = cin * multiplier;
        int begin = row * window.outW();
        taps.forEachRun(
                row,
                end,
                (t0, t1, xAt, pixel, pixels) -> simd.taps(
                        t0,
                        t1,
                        taps.at,
                        weightAt,
                        x,
                        xo + xAt,
                        window.sw() * channels,
                        weights,
                        wo,
                        bias,
                        0,
                        y,
                        yo + (pixel - begin) * channels,
                        channels,
                        pixels,
                        channels));
    }

    private void repeat(float[] x, int xo, int count, float[] to) {
        for (int i = 0, o = 0; i < count; i++) {
            for (int e = 0; e < multiplier; e++) {
                to[o++] = x[xo + i];
            }
        }
    }
}
