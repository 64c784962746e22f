package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;

/**
 * What {@link FilterGradient} computes, of 3×3 taps that move by one, by {@link Winograd}'s products: {@code dg = Gᵀ[Σ (Bᵀ d B) ⊙
 * (A dY Aᵀ)]G}, the sum over all tiles of 2×2 places, of each pair of channels. The sum is sixteen matrix products, with 16
 * multiplications where the definition has 36.
 *
 * <p>Rows of tiles are cut in slices, whose number depends on sizes alone; each has sums of its own, and they are added in
 * order. Prepared once; immutable.
 */
public final class WinogradFilterGradient {
    private static final int POSITIONS = WinogradTile.F2.positions;
    /** Slices there should be at least, if there is enough to do. */
    private static final int SLICES = 8;
    /** Floats of the sums up to which they stay in the second-level cache. */
    private static final int LARGE = 1 << 17;
    /** Fewest tiles: with fewer, transforms cost more than is spared. */
    private static final int LEAST_TILES = 256;

    private final Simd simd;
    private final Window window;
    private final int batch;
    private final int cin;
    private final int cout;
    private final int down;
    private final int across;
    private final int slices;
    private final int size;

    /** Decides how the work is shared. */
    public WinogradFilterGradient(Simd simd, Window window, int batch, int cin, int cout) {
        this.simd = simd;
        this.window = window;
        this.batch = batch;
        this.cin = cin;
        this.cout = cout;
        down = (window.outH() + 1) / 2;
        across = (window.outW() + 1) / 2;
        size = Math.multiplyExact(POSITIONS * cin, cout);
        slices = Math.max(1, Math.min(SLICES, batch * down / rows()));
    }

    /** Whether this is faster than {@link FilterGradient}. */
    public static boolean wins(Simd simd, Window w, int batch, int cin, int cout) {
        long tiles = (w.outH() + 1L) / 2 * ((w.outW() + 1L) / 2);
        return WinogradTile.takes(w)
                && cin >= WinogradTile.LEAST_CHANNELS
                && cout >= 32
                && cin % 4 == 0
                && cout % simd.lanes() == 0
                && (long) POSITIONS * cin * cout <= LARGE
                && batch * tiles >= LEAST_TILES
                && (long) w.outH() * w.outW() >= WinogradTile.LEAST_INSIDE * 4 * tiles;
    }

    /** Rows of tiles that are transformed at once: what lies between stays in the second-level cache. */
    private int rows() {
        return Math.max(1, WinogradTile.BETWEEN / (POSITIONS * (cin + cout) * Math.max(1, across)));
    }

    /** Floats of working memory that a call needs. */
    public int room() {
        return Math.multiplyExact(slices, size);
    }

    /** Computes dw; {@code part} has {@link #room()} floats from {@code po} on. */
    public void run(
            Workers workers,
            Scratch scratch,
            float[] x,
            int xo,
            float[] dy,
            int dyo,
            float[] dw,
            int wo,
            float[] part,
            int po) {
        long all = (long) batch * down;
        workers.run(slices, scratch, (t, s) -> {
            int end = (int) (all * (t + 1) / slices);
            int sums = po + t * size;
            Arrays.fill(part, sums, sums + size, 0);
            for (int g = (int) (all * t / slices); g < end; g += rows()) {
                rows(s, g, Math.min(end, g + rows()), x, xo, dy, dyo, part, sums);
            }
        });
        for (int i = 1; i < slices; i++) {
            simd.binary(Binary.ADD, part, po, part, po + i * size, part, po, size);
        }
        simd.winogradFilter(part, po, cin * cout, dw, wo, cin * cout, cin * cout);
    }

    /** Adds what rows of tiles g0 … g1 − 1 give, counted over all images. */
    private void rows(Scratch scratch, int g0, int g1, float[] x, int xo, float[] dy, int dyo, float[] sums, int so) {
        int tiles = (g1 - g0) * across;
        int nr = 2 * simd.lanes();
        int patch = CacheLine.FIRST;
        int inputs = patch + POSITIONS * Math.max(cin, nr);
        int columns = CacheLine.after(inputs + POSITIONS * tiles * cin);
        int rows = CacheLine.after(columns + OuterProducts.room(simd, tiles, cin));
        float[] room = scratch.floats(rows + POSITIONS * tiles * cout);
        for (int g = g0, tile = 0; g < g1; g++) {
            for (int i = 0; i < across; i++, tile++) {
                int image = g / down;
                int top = g % down * 2;
                WinogradTiles.input(
                        WinogradTile.F2,
                        simd,
                        x,
                        xo + image * window.h() * window.w() * cin,
                        top - window.top(),
                        i * 2 - window.left(),
                        window.h(),
                        window.w(),
                        cin,
                        room,
                        patch,
                        patch,
                        inputs + tile * cin,
                        tiles * cin);
                for (int j = 0; j < cout; j += nr) {
                    int width = Math.min(nr, cout - j);
                    WinogradTiles.spread(
                            simd,
                            dy,
                            dyo + image * window.outH() * window.outW() * cout,
                            top,
                            i * 2,
                            window.outH(),
                            window.outW(),
                            cout,
                            j,
                            width,
                            room,
                            patch,
                            rows + POSITIONS * tiles * j + tile * width,
                            tiles * width);
                }
            }
        }
        for (int i = 0; i < POSITIONS; i++) {
            OuterProducts.columns(simd, tiles, cin, room, inputs + i * tiles * cin, cin, room, columns);
            for (int j = 0; j < cout; j += nr) {
                int width = Math.min(nr, cout - j);
                int panel = rows + POSITIONS * tiles * j + i * tiles * width;
                int to = so + i * cin * cout + j;
                OuterProducts.add(simd, width < nr, tiles, cin, room, columns, panel, sums, to, cout);
            }
        }
    }
}
