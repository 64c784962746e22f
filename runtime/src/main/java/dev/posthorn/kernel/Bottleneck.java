package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Optional;

/**
 * Convolutions one after the other without their results ever leaving the cache: one of one tap, a depthwise one, and another
 * of one tap; the first or the last may be missing. A tile is a band of rows of an image, which is passed over block by block:
 * of what the first one gives, the rows are kept that the next block's windows reach into. Each value is what {@link Conv2d}
 * and {@link DepthwiseConv2d} give. Prepared once; immutable.
 */
public final class Bottleneck {
    /** Floats between the convolutions of a block. */
    private static final int BLOCK = 1 << 17;

    /** A convolution of one tap: weights[cin × cout] and what follows. */
    public record Pointwise(PackedB weights, Epilogue epilogue) {}

    private final Simd simd;
    private final Window window;
    private final int channels;
    private final Optional<Pointwise> expand;
    private final DepthwiseConv2d middle;
    private final Optional<Pointwise> project;
    /** Rows of the depthwise convolution's result in a block. */
    private final int step;
    /** Rows of what it reads, at most. */
    private final int reach;

    public Bottleneck(
            Simd simd,
            Window window,
            int channels,
            Optional<Pointwise> expand,
            DepthwiseConv2d middle,
            Optional<Pointwise> project) {
        this.simd = simd;
        this.window = window;
        this.channels = channels;
        this.expand = expand;
        this.middle = middle;
        this.project = project;
        int in = expand.isPresent() ? window.w() * channels : 0;
        int out = project.isPresent() ? window.outW() * channels : 0;
        int halo = (window.kh() - 1) * window.dh() + 1 - window.sh();
        int rows = (BLOCK - halo * in) / Math.max(1, window.sh() * in + out);
        step = Math.max(1, Math.min(window.outH(), rows));
        reach = (step - 1) * window.sh() + (window.kh() - 1) * window.dh() + 1;
    }

    /** Computes {@code batch} images; the residual (or null) has the layout of y. y must not overlap what is read. */
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
        run(workers, scratch, batch, x, xo, y, yo, residual, ro, null, 0);
    }

    /** As the other one, and sums up rows for means from {@code sums[so]} on, if that is not null. */
    public void run(
            Workers workers,
            Scratch scratch,
            int batch,
            float[] x,
            int xo,
            float[] y,
            int yo,
            float[] residual,
            int ro,
            float[] sums,
            int so) {
        int high = window.outH();
        if (batch == 0 || high == 0 || window.outW() == 0) {
            return;
        }
        int wanted = workers.size() == 1 ? 1 : (2 * workers.size() + batch - 1) / batch;
        int bands = Math.max(1, Math.min(wanted, high / step));
        int in = window.h() * window.w() * expand.map(p -> p.weights.k).orElse(channels);
        int out = high * window.outW() * project.map(p -> p.weights.n).orElse(channels);
        workers.run(batch * bands, scratch, (t, s) -> {
            int image = t / bands;
            int band = t % bands;
            band(
                    s,
                    high * band / bands,
                    high * (band + 1) / bands,
                    x,
                    xo + image * in,
                    y,
                    yo + image * out,
                    residual,
                    ro + image * out,
                    sums,
                    so + image * middle.means().room());
        });
    }

    private void band(
            Scratch scratch,
            int from,
            int to,
            float[] x,
            int xo,
            float[] y,
            int yo,
            float[] residual,
            int ro,
            float[] sums,
            int so) {
        int wide = window.w() * channels;
        int edge = Gemm.edge(simd);
        int between = edge + (expand.isPresent() ? reach * wide : 0);
        float[] room = scratch.floats(between + (project.isPresent() ? step * window.outW() * channels : 0));
        int first = 0; // the rows in room: first … last − 1
        int last = 0;
        for (int row = from; row < to; row += step) {
            int end = Math.min(to, row + step);
            float[] source = x;
            int at = xo;
            if (expand.isPresent()) {
                int begin = Math.max(0, row * window.sh() - window.top());
                int stop = Math.min(
                        window.h(), (end - 1) * window.sh() - window.top() + (window.kh() - 1) * window.dh() + 1);
                int kept = Math.max(0, last - begin);
                if (kept > 0) {
                    System.arraycopy(room, edge + (begin - first) * wide, room, edge, kept * wide);
                }
                Pointwise p = expand.get();
                int k = p.weights.k;
                int pixels = (stop - begin - kept) * window.w();
                pointwise(
                        scratch, p, pixels, x, xo + (begin + kept) * window.w() * k, room, edge + kept * wide, null, 0);
                first = begin;
                last = Math.max(stop, begin + kept);
                source = room;
                at = edge - first * wide;
            }
            if (project.isEmpty()) {
                middle.rows(
                        middle.weights(),
                        0,
                        middle.epilogue(),
                        row,
                        end,
                        source,
                        at,
                        y,
                        yo + row * window.outW() * channels,
                        residual,
                        ro + row * window.outW() * channels,
                        sums,
                        so);
            } else {
                Pointwise p = project.get();
                int n = row * window.outW() * p.weights.n;
                middle.rows(
                        middle.weights(), 0, middle.epilogue(), row, end, source, at, room, between, null, 0, null, 0);
                pointwise(scratch, p, (end - row) * window.outW(), room, between, y, yo + n, residual, ro + n);
            }
        }
    }

    private static void pointwise(
            Scratch scratch, Pointwise p, int m, float[] a, int ao, float[] c, int co, float[] residual, int ro) {
        PackedB b = p.weights;
        int rows = Gemm.rowsPerTile(b, b.panels);
        for (int i = 0; i < m; i += rows) {
            int count = Math.min(rows, m - i);
            int at = i * b.n;
            Gemm.tile(
                    scratch,
                    count,
                    a,
                    ao + i * b.k,
                    b.k,
                    b,
                    0,
                    b.panels,
                    c,
                    co + at,
                    b.n,
                    p.epilogue,
                    residual,
                    ro + at);
        }
    }
}
