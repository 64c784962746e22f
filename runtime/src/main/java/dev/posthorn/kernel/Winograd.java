package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;

/**
 * A convolution of 3×3 taps that moves by one, as {@link Conv2d}, by Winograd's F(2×2, 3×3) or F(4×4, 3×3):
 * {@code Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A} for each {@linkplain WinogradTile tile} of 2×2 outputs, d its 4×4 inputs, g the taps of
 * one pair of channels. The sum over input channels stands between the transforms, so it is sixteen matrix products, with 16
 * multiplications where the definition has 36; or, for 4×4 outputs, 36 products.
 *
 * <p>A job is some rows of tiles by some panels of outputs; what lies between the transforms of small tiles stays in the
 * second-level cache. Prepared once; immutable. Source: Lavin, Gray: Fast Algorithms for Convolutional Neural Networks (2015).
 */
public final class Winograd implements PackedConv {
    /** Floats of transformed weights that the cache of a core hardly holds. */
    private static final int LARGE = 1 << 20;

    private final WinogradTile tile;
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
    public Winograd(
            WinogradTile tile, Simd simd, Window window, int cin, int cout, float[] w, int wo, Epilogue epilogue) {
        if (!WinogradTile.takes(window)) {
            throw new IllegalArgumentException("Winograd: expected 3x3 taps without strides but was " + window);
        }
        this.tile = tile;
        this.simd = simd;
        this.window = window;
        this.cin = cin;
        this.cout = cout;
        this.epilogue = epilogue;
        down = (window.outH() + tile.outputs - 1) / tile.outputs;
        across = (window.outW() + tile.outputs - 1) / tile.outputs;
        taps = new WinogradTaps(tile, simd, cin, cout, false);
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
        int most = Math.max(1, Math.min(all, tile.between(cin, cout) / (tile.positions * (cin + cout) * across)));
        int parts = (all + most - 1) / most;
        int threads = workers.size();
        if (parts == 1 && (long) tile.positions * cin * cout >= LARGE) {
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

    @Override
    public String toString() {
        return tile.toString();
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
        int patch = edge + tile.room();
        int inputs = patch + tile.positions * Math.max(cin, cols);
        int products = inputs + tile.positions * tiles * cin;
        float[] room = scratch.floats(products + tile.positions * tiles * cols);
        for (int g = g0, at = inputs; g < g1; g++) {
            for (int i = 0; i < across; i++, at += cin) {
                WinogradTiles.input(
                        tile,
                        simd,
                        x,
                        xo + g / down * window.h() * window.w() * cin,
                        g % down * tile.outputs - window.top(),
                        i * tile.outputs - window.left(),
                        window.h(),
                        window.w(),
                        cin,
                        room,
                        edge,
                        patch,
                        at,
                        tiles * cin);
            }
        }
        for (int i = 0; i < tile.positions; i++) {
            int from = inputs + i * tiles * cin;
            int to = products + i * tiles * cols - j0;
            Gemm.product(tiles, room, from, cin, weights[i], p0, p1, room, to, cols, room);
        }
        for (int g = g0, at = products; g < g1; g++) {
            for (int i = 0; i < across; i++, at += cols) {
                output(room, at, tiles * cols, g, i, cols, edge, patch, y, yo + j0);
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
        return g / down * window.outH() + g % down * tile.outputs;
    }

    /** Transforms back tile i of row g; where it has outputs outside of the image, by way of {@code patch}. */
    private void output(
            float[] room, int at, int step, int g, int i, int cols, int edge, int patch, float[] y, int yo) {
        int side = tile.outputs;
        int to = yo + (row(g) * window.outW() + i * side) * cout;
        int rows = Math.min(side, window.outH() - g % down * side);
        int wide = Math.min(side, window.outW() - i * side);
        if (rows == side && wide == side) {
            tile.output(simd, room, at, step, y, to, window.outW() * cout, cout, cols, edge);
            return;
        }
        tile.output(simd, room, at, step, room, patch, side * cols, cols, cols, edge);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < wide; c++) {
                System.arraycopy(room, patch + (side * r + c) * cols, y, to + (r * window.outW() + c) * cout, cols);
            }
        }
    }
}
