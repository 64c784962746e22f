package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;

/**
 * A convolution of 3×3 taps that moves by one, as {@link Conv2d}, by Winograd's F(2×2, 3×3):
 * {@code Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A} for each tile of 2×2 outputs, d its 4×4 inputs, g the taps of one pair of channels. The
 * sum over input channels stands between the transforms, so it is sixteen matrix products, with 16 multiplications where
 * the definition has 36; errors are those of the definition times a small constant.
 *
 * <p>A job is some rows of tiles by some panels of outputs; what lies between the transforms stays in the second-level
 * cache. Prepared once; immutable. Source: Lavin, Gray: Fast Algorithms for Convolutional Neural Networks (2015).
 */
public final class Winograd implements PackedConv {
    /** Positions of a transformed tile. */
    static final int POSITIONS = 16;
    /** Floats that lie between the transforms. */
    static final int BETWEEN = 1 << 19;
    /** Floats of transformed weights that the cache of a core hardly holds. */
    private static final int LARGE = 1 << 20;
    /** Fewest outputs of all images: with fewer, reading the transformed weights costs more than is spared. */
    private static final int LEAST_PIXELS = 40;
    /** Fewest input channels: with fewer, transforms take longer than what is spared of the products. */
    static final int LEAST_CHANNELS = 32;
    /** The least part of the tiles' outputs that lie inside of the image. */
    static final double LEAST_INSIDE = 0.7;

    private final Simd simd;
    private final Window window;
    private final int cin;
    private final int cout;
    private final Epilogue epilogue;
    private final WinogradTaps taps;
    private final PackedB[] weights;
    private final int down;
    private final int across;

    /** Transforms and packs w[3, 3, cin, cout] at {@code wo}; null where it comes with each call. */
    public Winograd(Simd simd, Window window, int cin, int cout, float[] w, int wo, Epilogue epilogue) {
        if (!takes(window)) {
            throw new IllegalArgumentException("Winograd: expected 3x3 taps without strides but was " + window);
        }
        this.simd = simd;
        this.window = window;
        this.cin = cin;
        this.cout = cout;
        this.epilogue = epilogue;
        down = (window.outH() + 1) / 2;
        across = (window.outW() + 1) / 2;
        taps = new WinogradTaps(simd, cin, cout, false);
        weights = w == null ? null : taps.pack(w, wo);
    }

    @Override
    public int packedSize() {
        return taps.size();
    }

    @Override
    public PackedB[] pack(Workers workers, Scratch scratch, float[] w, int wo, float[] to, int at) {
        return taps.pack(workers, scratch, w, wo, to, at);
    }

    static boolean takes(Window w) {
        return w.kh() == 3 && w.kw() == 3 && w.sh() == 1 && w.sw() == 1 && w.dh() == 1 && w.dw() == 1;
    }

    /** Whether this is faster than {@link Conv2d}. */
    public static boolean wins(Window w, int batch, int cin, int cout) {
        long inside = (long) w.outH() * w.outW();
        long tiles = (w.outH() + 1) / 2 * ((w.outW() + 1L) / 2);
        return takes(w)
                && cin >= LEAST_CHANNELS
                && cout >= 32
                && batch * inside >= LEAST_PIXELS
                && inside >= LEAST_INSIDE * 4 * tiles;
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
            Epilogue e,
            int batch,
            float[] x,
            int xo,
            float[] y,
            int yo,
            float[] residual,
            int ro) {
        int all = batch * down;
        if (all == 0 || across == 0 || cout == 0) {
            return;
        }
        int panels = weights[0].panels;
        int most = Math.max(1, Math.min(all, BETWEEN / (POSITIONS * (cin + cout) * across)));
        int parts = (all + most - 1) / most;
        int threads = workers.size();
        if (parts == 1 && (long) POSITIONS * cin * cout >= LARGE) {
            threads = 1; // each takes some columns instead, so that it reads that part of the weights alone
        }
        if (parts < 4 * threads) {
            parts = Math.min(all, (parts + threads - 1) / threads * threads); // as many for each thread
        }
        int rows = (all + parts - 1) / parts; // evenly: all weights are read for each part, however few its rows
        int jobs = (all + rows - 1) / rows;
        int step = jobs >= workers.size() ? panels : Math.max(1, panels * jobs / workers.size());
        int high = rows;
        workers.run(jobs * ((panels + step - 1) / step), scratch, (t, s) -> {
            int from = t % jobs * high;
            int panel = t / jobs * step;
            int last = Math.min(panels, panel + step);
            job(s, weights, e, from, Math.min(all, from + high), panel, last, x, xo, y, yo, residual, ro);
        });
    }

    /** Rows of tiles g0 … g1 − 1, counted over all images, and the columns of panels p0 … p1 − 1. */
    private void job(
            Scratch scratch,
            PackedB[] weights,
            Epilogue e,
            int g0,
            int g1,
            int p0,
            int p1,
            float[] x,
            int xo,
            float[] y,
            int yo,
            float[] residual,
            int ro) {
        int j0 = weights[0].column(p0);
        int cols = Math.min(cout, weights[0].column(p1)) - j0;
        int tiles = (g1 - g0) * across;
        int edge = Gemm.edge(simd);
        int patch = edge + POSITIONS * Math.max(cin, cols);
        int products = patch + POSITIONS * tiles * cin;
        float[] room = scratch.floats(products + POSITIONS * tiles * cols);
        for (int g = g0, at = patch; g < g1; g++) {
            for (int i = 0; i < across; i++, at += cin) {
                WinogradTiles.input(
                        simd,
                        x,
                        xo + g / down * window.h() * window.w() * cin,
                        g % down * 2 - window.top(),
                        i * 2 - window.left(),
                        window.h(),
                        window.w(),
                        cin,
                        room,
                        edge,
                        at,
                        tiles * cin);
            }
        }
        for (int i = 0; i < POSITIONS; i++) {
            int from = patch + i * tiles * cin;
            int to = products + i * tiles * cols - j0;
            Gemm.product(tiles, room, from, cin, weights[i], p0, p1, room, to, cols, room);
        }
        for (int g = g0, at = products; g < g1; g++) {
            for (int i = 0; i < across; i++, at += cols) {
                output(room, at, tiles * cols, g, i, cols, edge, y, yo + j0);
            }
        }
        int first = row(g0) * window.outW();
        simd.epilogue(
                row(g1) * window.outW() - first,
                cols,
                y,
                yo + first * cout + j0,
                cout,
                e.bias(),
                e.at() + j0,
                residual,
                ro + first * cout + j0,
                cout,
                e.act(),
                e.alpha(),
                e.beta());
    }

    /** The first row of outputs of a row of tiles, both counted over all images. */
    private int row(int g) {
        return g / down * window.outH() + g % down * 2;
    }

    /** Transforms back tile i of row g; where it has outputs outside of the image, by way of {@code patch}. */
    private void output(float[] room, int at, int step, int g, int i, int cols, int patch, float[] y, int yo) {
        int to = yo + (row(g) * window.outW() + i * 2) * cout;
        int rows = Math.min(2, window.outH() - g % down * 2);
        int wide = Math.min(2, window.outW() - i * 2);
        if (rows == 2 && wide == 2) {
            simd.winogradOutput(room, at, step, y, to, window.outW() * cout, cout, cols);
            return;
        }
        simd.winogradOutput(room, at, step, room, patch, 2 * cols, cols, cols);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < wide; c++) {
                System.arraycopy(room, patch + (2 * r + c) * cols, y, to + (r * window.outW() + c) * cout, cols);
            }
        }
    }
}
