package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;

/**
 * y[b, i, j, o] = f(Σ x[b, i·sh + p·dh − top, j·sw + q·dw − left, c] · w[p, q, c, o] + bias[o] + residual[b, i, j, o]),
 * the sum over p, q, c; outside the image x is 0. With groups, output o of group g sees the input channels of g only.
 *
 * <p>A matrix product: a tile is some rows of output pixels by some panels of outputs. Its input rows are copied with their
 * padding into scratch (or read where they lie, if there is no padding), and the inputs of each pixel are laid one after the
 * other, run by run; both stay in the second-level cache. A window of one tap that does not move further is a product as it
 * is. Prepared once; immutable.
 *
 * <p>A convolution over one axis is this with height 1.
 */
public final class Conv2d implements PackedConv {
    /** Output pixels of a tile, if a row has no more. */
    private static final int PIXELS = 96;
    /** Floats that the inputs of a tile take. */
    private static final int GATHERED = 1 << 18;

    /** Most terms of which nine at a time are added to the outputs. */
    private static final int NINES = 27;

    private static final long SMALL = 1 << 16;

    private final Window window;
    private final int cin;
    private final int cout;
    private final int groups;
    private final Simd simd;
    private final PackedB[] weights;
    private final Epilogue epilogue;
    /** Whether it is one plain product of all pixels. */
    private final boolean pointwise;

    /** Whether a tile reads a padded copy of its input rows. */
    private final boolean copies;
    /** Columns of that copy, or of the image. */
    private final int width;
    /** Output rows of a tile. */
    private final int rows;
    /** Values that lie together in the input, and where such runs begin relative to the pixel. */
    private final int run;

    private final int[] runs;
    /** Whether there are so few terms that their weights stay in registers while pixels pass: no copies of inputs then. */
    private final boolean nines;

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
        this.epilogue = epilogue;
        for (int g = 0; g < groups; g++) {
            this.weights[g] = weights == null
                    ? PackedB.in(simd, k, n, null, 0)
                    : PackedB.of(simd, k, n, weights, wo + g * n, cout);
        }
        copies = window.pads();
        pointwise =
                !copies && groups == 1 && window.kh() == 1 && window.kw() == 1 && window.sh() == 1 && window.sw() == 1;
        width = copies ? window.paddedWidth() : window.w();
        int most = Math.min(PIXELS, GATHERED / Math.max(1, k));
        rows = Gemm.evenly(window.outH(), Math.max(1, most / Math.max(1, window.outW())), 1);
        // Terms that lie together in the input: a row of the window, or one of its pixels.
        boolean joined = groups == 1 && window.dw() == 1;
        run = joined ? window.kw() * c : c;
        runs = new int[run == 0 ? 0 : k / run];
        for (int r = 0; r < runs.length; r++) {
            int p = joined ? r : r / window.kw();
            int q = joined ? 0 : r % window.kw();
            runs[r] = (p * window.dh() * width + q * window.dw()) * cin;
        }
        nines = k > 0 && k % 9 == 0 && k <= NINES && run % 3 == 0 && n % simd.lanes() == 0 && groups == 1 && !pointwise;
    }

    @Override
    public int packedSize() {
        return Math.multiplyExact(groups, PackedB.size(simd, weights[0].k, weights[0].n));
    }

    @Override
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

    @Override
    public PackedB[] weights() {
        return weights;
    }

    @Override
    public Epilogue epilogue() {
        return epilogue;
    }

    @Override
    public void run(
            Workers workers,
            Scratch scratch,
            PackedB[] weights,
            Epilogue epilogue,
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
                    epilogue,
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
                    epilogue.from(group * weights[group].n),
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
            Epilogue e,
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
        int edge = Gemm.edge(simd);
        int slab = copies ? tall * width * cin + simd.lanes() : 0; // read a vector beyond the end
        int rowsAt = edge + slab;
        float[] room = scratch.floats(rowsAt + (nines ? 0 : m * b.k + simd.lanes()));
        int at = xo + top * width * cin;
        if (copies) {
            window.copyRows(x, xo, cin, top, tall, room, edge);
            at = edge;
        }
        int co = yo + row * window.outW() * cout + group * b.n;
        if (nines) {
            nines(copies ? room : x, at, count, b, p0, p1, e, y, co, residual, ro + row * window.outW() * cout);
            return;
        }
        gatherRows(copies ? room : x, at + group * (cin / groups), count, room, rowsAt);
        Gemm.tile(
                room,
                m,
                room,
                rowsAt,
                b.k,
                b,
                p0,
                p1,
                y,
                co,
                cout,
                e,
                residual,
                ro + row * window.outW() * cout + group * b.n);
    }

    /** A tile by nine terms at a time. */
    private void nines(
            float[] x,
            int xo,
            int count,
            PackedB b,
            int p0,
            int p1,
            Epilogue e,
            float[] y,
            int yo,
            float[] residual,
            int ro) {
        for (int i = 0; i < count; i++) {
            int at = xo + i * window.sh() * width * cin;
            int to = yo + i * window.outW() * cout;
            for (int t = 0; t < b.k; t += 9) {
                int x0 = at + term(t);
                int x1 = at + term(t + 3);
                int x2 = at + term(t + 6);
                for (int p = p0; p < p1; p++) {
                    int w = b.width(p);
                    int from = b.offset(p) + t * w;
                    int j = to + b.column(p);
                    simd.nines(x0, x1, x2, x, window.sw() * cin, b.data, from, w, y, j, cout, window.outW(), w, t == 0);
                }
            }
        }
        int j0 = b.column(p0);
        simd.epilogue(
                count * window.outW(),
                b.column(p1) - j0,
                y,
                yo + j0,
                cout,
                e.bias(),
                e.at() + j0,
                residual,
                ro + j0,
                cout,
                e.act(),
                e.alpha(),
                e.beta());
    }

    /** Where term t of a sum lies, relative to the first of its pixel. */
    private int term(int t) {
        return runs[t / run] + t % run;
    }

    /** Lays the inputs of each pixel of the tile one after the other. */
    private void gatherRows(float[] from, int at, int count, float[] to, int o) {
        for (int i = 0; i < count; i++) {
            simd.gather(runs, run, from, at + i * window.sh() * width * cin, window.sw() * cin, to, o, window.outW());
            o += window.outW() * runs.length * run;
        }
    }
}
