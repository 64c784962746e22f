package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;

/**
 * A convolution of 3×3 taps that moves by one over much padding, as {@link Conv2d}, by {@link Winograd}'s products the other
 * way: {@code Y += B[(G g Gᵀ) ⊙ (A d Aᵀ)]Bᵀ} for each tile d of 2×2 inputs, Y the 4×4 outputs that it reaches, g the taps turned
 * around. Padding takes no tiles, so this is less than to compute 2×2 outputs at a time where results are larger than inputs:
 * in gradients of convolutions without padding. A job is some images. Prepared once; immutable.
 */
public final class WinogradSpread implements PackedConv {
    private static final int POSITIONS = WinogradTile.F2.positions;
    /** Multiplications that are left at most of those of the definition, as only products are so fast. */
    private static final double MOST = 0.6;
    /** Fewest tiles of a job's products. */
    private static final int LEAST_TILES = 64;

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
    public WinogradSpread(Simd simd, Window window, int cin, int cout, float[] w, int wo, Epilogue epilogue) {
        if (!WinogradTile.takes(window)) {
            throw new IllegalArgumentException("WinogradSpread: expected 3x3 taps without strides but was " + window);
        }
        this.simd = simd;
        this.window = window;
        this.cin = cin;
        this.cout = cout;
        this.epilogue = epilogue;
        down = (window.h() + 1) / 2;
        across = (window.w() + 1) / 2;
        taps = new WinogradTaps(WinogradTile.F2, simd, cin, cout, true);
        weights = w == null ? null : taps.pack(w, wo);
    }

    /** Whether this is faster than {@link Conv2d} and {@link Winograd}. */
    public static boolean wins(Simd simd, Window w, int batch, int cin, int cout) {
        long tiles = (w.h() + 1L) / 2 * ((w.w() + 1L) / 2);
        long others = (w.outH() + 1L) / 2 * ((w.outW() + 1L) / 2);
        return WinogradTile.takes(w)
                && cin >= WinogradTile.LEAST_CHANNELS
                && cout >= 32
                && cout % simd.lanes() == 0
                && cin % simd.lanes() == 0
                && batch * tiles >= LEAST_TILES
                && tiles < others
                && POSITIONS * tiles <= MOST * 9 * w.outH() * w.outW();
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
        int out = window.outH() * window.outW() * cout;
        if (batch == 0 || out == 0) {
            return;
        }
        int tiles = down * across;
        int most = Math.max(1, WinogradTile.BETWEEN / (POSITIONS * (cin + cout) * Math.max(1, tiles)));
        int images = Math.max(1, Math.min(most, batch / workers.size()));
        int jobs = (batch + images - 1) / images;
        workers.run(jobs, scratch, (t, s) -> {
            int from = (int) ((long) batch * t / jobs);
            int end = (int) ((long) batch * (t + 1) / jobs);
            Arrays.fill(y, yo + from * out, yo + end * out, 0);
            int rows = Math.max(1, WinogradTile.BETWEEN / (POSITIONS * (cin + cout) * Math.max(1, across)));
            for (int g = from * down; g < end * down; g += rows) {
                rows(s, weights, g, Math.min(end * down, g + rows), x, xo, y, yo);
            }
            int at = from * out;
            int pixels = (end - from) * window.outH() * window.outW();
            simd.epilogue(
                    pixels, cout, y, yo + at, cout, e.bias(), e.at(), residual, ro + at, cout, e.act(), e.alpha(),
                    e.beta());
        });
    }

    /** Rows of tiles g0 … g1 − 1, counted over all images. */
    private void rows(Scratch scratch, PackedB[] weights, int g0, int g1, float[] x, int xo, float[] y, int yo) {
        int tiles = (g1 - g0) * across;
        int edge = Gemm.edge(simd);
        int spread = edge + POSITIONS * Math.max(cin, cout);
        int products = spread + POSITIONS * tiles * cin;
        float[] room = scratch.floats(products + POSITIONS * tiles * cout);
        for (int g = g0, at = spread; g < g1; g++) {
            for (int i = 0; i < across; i++, at += cin) {
                WinogradTiles.spread(
                        simd,
                        x,
                        xo + g / down * window.h() * window.w() * cin,
                        g % down * 2,
                        i * 2,
                        window.h(),
                        window.w(),
                        cin,
                        0,
                        cin,
                        room,
                        edge,
                        at,
                        tiles * cin);
            }
        }
        PackedB first = weights[0];
        for (int i = 0; i < POSITIONS; i++) {
            int to = products + i * tiles * cout;
            Gemm.product(tiles, room, spread + i * tiles * cin, cin, weights[i], 0, first.panels, room, to, cout, room);
        }
        for (int g = g0, at = products; g < g1; g++) {
            for (int i = 0; i < across; i++, at += cout) {
                scatter(room, at, tiles * cout, g, i, edge, y, yo);
            }
        }
    }

    /** Adds tile i of row g to what it reaches; where that is not all inside of the image, by way of {@code patch}. */
    private void scatter(float[] room, int at, int step, int g, int i, int patch, float[] y, int yo) {
        int width = window.outW();
        int top = g % down * 2 + window.top() - 2;
        int left = i * 2 + window.left() - 2;
        int image = yo + g / down * window.outH() * width * cout;
        if (top >= 0 && left >= 0 && top + 4 <= window.outH() && left + 4 <= width) {
            int to = image + (top * width + left) * cout;
            simd.winogradScatter(room, at, step, y, to, width * cout, cout, cout);
            return;
        }
        Arrays.fill(room, patch, patch + POSITIONS * cout, 0);
        simd.winogradScatter(room, at, step, room, patch, 4 * cout, cout, cout);
        int first = Math.max(0, -left);
        int end = Math.min(4, width - left);
        for (int r = Math.max(0, -top); r < Math.min(4, window.outH() - top) && first < end; r++) {
            int to = image + ((top + r) * width + left + first) * cout;
            int from = patch + (4 * r + first) * cout;
            simd.binary(Binary.ADD, y, to, room, from, y, to, (end - first) * cout);
        }
    }

    @Override
    public String toString() {
        return WinogradTile.F2.toString();
    }
}
