package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;

/**
 * y[b, i, j, o] = f(Σ x[b, i·sh + p·dh − top, j·sw + q·dw − left, c] · w[p, q, c, o] + bias[o] + residual[b, i, j, o]),
 * the sum over p, q, c; outside the image x is 0. With groups, output o of group g sees the input channels of g only.
 *
 * <p>An implicit matrix product: a tile is some rows of output pixels by some panels of outputs. Its input rows are copied
 * with their padding into scratch (or read where they lie, if there is no padding), where the inputs of a pixel for one p
 * are one run of kw · cin values; the micro-kernel then reads four pixels at a time at their own offsets, so strides cost
 * nothing and nothing is unrolled into columns. Only where such runs are short (the first layer of a network) a tile's
 * inputs are gathered into rows. Prepared once; immutable.
 *
 * <p>A convolution over one axis is this with height 1.
 */
public final class Conv2d {
    /** Shortest run that is read in place. */
    private static final int SHORT_RUN = 48;
    /** Output pixels of a tile, if a row has no more. */
    private static final int PIXELS = 96;

    private static final long SMALL = 1 << 16;

    private final Window window;
    private final int cin;
    private final int cout;
    private final int groups;
    private final Simd simd;
    private final PackedB[] weights;
    private final Epilogue[] epilogues;
    /** Whether it is one plain product of all pixels. */
    private final boolean pointwise;

    private final boolean gather;
    /** Whether a tile reads a padded copy of its input rows. */
    private final boolean copies;
    /** Columns of that copy, or of the image. */
    private final int width;
    /** Output rows of a tile. */
    private final int rows;
    /** Input of output pixel i of a tile, relative to the tile's first input row. */
    private final int[] pixels;
    /** Values that lie together in the input, and where such runs begin relative to the pixel. */
    private final int run;

    private final int[] runs;
    /** Blocks of the sum: where one begins relative to the pixel, and which terms of the sum it is. */
    private final int[] blockAt;

    private final int[] blockEnd;

    /**
     * Packs the weights.
     *
     * @param cin channels of x, of all groups
     * @param weights w[kh, kw, cin / groups, cout] at {@code wo}, or null where they come with each call
     * @param epilogue with a bias of cout values, or none
     */
    public Conv2d(Simd simd, Window window, int cin, int cout, int groups, float[] weights, int wo, Epilogue epilogue) {
        if (groups < 1 || cin % groups != 0 || cout % groups != 0) {
            throw new IllegalArgumentException(
                    "Conv2d: expected groups that divide " + cin + " and " + cout + " channels but was " + groups);
        }
        this.simd = simd;
        this.window = window;
        this.cin = cin;
        this.cout = cout;
        this.groups = groups;
        int c = cin / groups;
        int n = cout / groups;
        int k = Math.multiplyExact(window.kh() * window.kw(), c);
        this.weights = new PackedB[groups];
        this.epilogues = new Epilogue[groups];
        for (int g = 0; g < groups; g++) {
            this.weights[g] = weights == null
                    ? PackedB.in(simd, k, n, null, 0)
                    : PackedB.of(simd, k, n, weights, wo + g * n, cout);
            float[] bias = epilogue.bias() == null ? null : Arrays.copyOfRange(epilogue.bias(), g * n, g * n + n);
            epilogues[g] = new Epilogue(bias, epilogue.act(), epilogue.alpha(), epilogue.beta());
        }
        copies = window.pads();
        pointwise =
                !copies && groups == 1 && window.kh() == 1 && window.kw() == 1 && window.sh() == 1 && window.sw() == 1;
        width = copies ? window.paddedWidth() : window.w();
        rows = Math.min(window.outH(), Math.max(1, PIXELS / Math.max(1, window.outW())));
        // Terms that lie together in the input: a row of the window, or one of its pixels.
        boolean joined = groups == 1 && window.dw() == 1;
        run = joined ? window.kw() * c : c;
        runs = new int[run == 0 ? 0 : k / run];
        for (int r = 0; r < runs.length; r++) {
            int p = joined ? r : r / window.kw();
            int q = joined ? 0 : r % window.kw();
            runs[r] = (p * window.dh() * width + q * window.dw()) * cin;
        }
        gather = run < SHORT_RUN && k > run;
        pixels = new int[rows * window.outW()];
        for (int i = 0; i < pixels.length; i++) {
            int y = i / window.outW() * window.sh();
            int x = i % window.outW() * window.sw();
            pixels[i] = gather ? i * k : (y * width + x) * cin;
        }
        int[] starts = gather ? new int[1] : runs;
        int length = gather ? k : run;
        int pieces = Gemm.blocks(length);
        blockAt = new int[starts.length * pieces];
        blockEnd = new int[starts.length * pieces];
        for (int r = 0; r < starts.length; r++) {
            for (int i = 0; i < pieces; i++) {
                blockAt[r * pieces + i] = starts[r] + (i == 0 ? 0 : Gemm.end(length, pieces, i - 1));
                blockEnd[r * pieces + i] = r * length + Gemm.end(length, pieces, i);
            }
        }
    }

    /** Floats that weights take which come with a call. */
    public int packedSize() {
        return Math.multiplyExact(groups, PackedB.size(simd, weights[0].k, weights[0].n));
    }

    /** Packs weights for one call into {@code to[at …]}. */
    public PackedB[] pack(Workers workers, Scratch scratch, float[] w, int wo, float[] to, int at) {
        PackedB[] packed = new PackedB[groups];
        for (int g = 0; g < groups; g++) {
            PackedB shape = weights[g];
            PackedB b = PackedB.in(simd, shape.k, shape.n, to, at + g * PackedB.size(simd, shape.k, shape.n));
            packed[g] = b;
            int from = wo + g * shape.n;
            if ((long) b.k * b.n < SMALL) {
                b.fill(w, from, cout, false, 0, b.panels);
            } else {
                workers.run(b.panels, scratch, (p, s) -> b.fill(w, from, cout, false, p, p + 1));
            }
        }
        return packed;
    }

    /** {@link #run(Workers, Scratch, PackedB[], int, float[], int, float[], int, float[], int)} with the weights it has. */
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
        run(workers, scratch, weights, batch, x, xo, y, yo, residual, ro);
    }

    /** Computes {@code batch} images; the residual (or null) has the layout of y. y must not overlap what is read. */
    public void run(
            Workers workers,
            Scratch scratch,
            PackedB[] weights,
            int batch,
            float[] x,
            int xo,
            float[] y,
            int yo,
            float[] residual,
            int ro) {
        if (batch == 0 || cout == 0 || window.outH() == 0 || window.outW() == 0) {
            return;
        }
        PackedB first = weights[0];
        if (pointwise) {
            Gemm.run(
                    workers,
                    scratch,
                    batch * window.h() * window.w(),
                    x,
                    xo,
                    cin,
                    first,
                    y,
                    yo,
                    cout,
                    epilogues[0],
                    residual,
                    ro);
            return;
        }
        int panels = first.panels;
        int pc = Gemm.panelsPerTile(first);
        int down = (window.outH() + rows - 1) / rows;
        long work = (long) batch * window.outH() * window.outW() * cout * Math.max(first.k, 1);
        long wanted = workers.size() == 1 ? 1 : Math.min(4L * workers.size(), work / SMALL);
        long tall = (long) batch * down * groups;
        if (tall * ((panels + pc - 1) / pc) < wanted) {
            pc = (int) Math.max(1, panels * tall / wanted);
        }
        int step = pc;
        int across = (panels + step - 1) / step;
        int inner = batch * down;
        workers.run(inner * groups * across, scratch, (t, s) -> {
            int image = t % inner / down;
            int row = t % inner % down * rows;
            int group = t / inner % groups;
            int panel = t / inner / groups * step;
            tile(
                    s,
                    weights[group],
                    group,
                    x,
                    xo + image * window.h() * window.w() * cin,
                    row,
                    panel,
                    Math.min(panels, panel + step),
                    y,
                    yo + image * window.outH() * window.outW() * cout,
                    residual,
                    ro + image * window.outH() * window.outW() * cout);
        });
    }

    private void tile(
            Scratch scratch,
            PackedB b,
            int group,
            float[] x,
            int xo,
            int row,
            int p0,
            int p1,
            float[] y,
            int yo,
            float[] residual,
            int ro) {
        int count = Math.min(rows, window.outH() - row);
        int m = count * window.outW();
        int top = row * window.sh() - window.top();
        int tall = (count - 1) * window.sh() + (window.kh() - 1) * window.dh() + 1;
        int edge = 4 * b.nr;
        int slab = copies ? tall * width * cin + simd.lanes() : 0; // read a vector beyond the end
        float[] room = scratch.floats(edge + slab + (gather ? m * b.k + simd.lanes() : 0));
        float[] from = x;
        int at = xo + top * width * cin;
        if (copies) {
            window.copyRows(x, xo, cin, top, tall, room, edge);
            from = room;
            at = edge;
        }
        int c = cin / groups;
        at += group * c;
        if (gather) {
            gatherRows(from, at, count, room, edge + slab);
            from = room;
            at = edge + slab;
        }
        int co = yo + row * window.outW() * cout + group * b.n;
        for (int i = 0, k0 = 0; i < blockAt.length; i++) {
            Gemm.block(
                    m, from, pixels, at + blockAt[i], 0, b, p0, p1, k0, blockEnd[i] - k0, y, co, cout, i == 0, room, 0);
            k0 = blockEnd[i];
        }
        if (blockAt.length == 0) {
            Gemm.block(m, from, pixels, at, 0, b, p0, p1, 0, 0, y, co, cout, true, room, 0);
        }
        Gemm.finish(
                m, b, p0, p1, y, co, cout, epilogues[group], residual, ro + row * window.outW() * cout + group * b.n);
    }

    /** Lays the inputs of each pixel of the tile one after the other. */
    private void gatherRows(float[] from, int at, int count, float[] to, int o) {
        for (int i = 0; i < count; i++) {
            simd.gather(runs, run, from, at + i * window.sh() * width * cin, window.sw() * cin, to, o, window.outW());
            o += window.outW() * runs.length * run;
        }
    }
}
