package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;

/**
 * Weights of a convolution of 3×3 taps as {@link Winograd} multiplies by them: G g Gᵀ of the taps g of each pair of channels,
 * position by position.
 */
final class WinogradTaps {
    /** Multiplications below which weights are not worth handing over. */
    private static final int SMALL = 1 << 12;

    private final WinogradTile tile;
    private final Simd simd;
    private final int cin;
    private final int cout;
    /** Which tap is the first, of all and of a row, and how far from there the others are. */
    private final int first;

    private final int row;
    private final int col;

    /** For w[3, 3, cin, cout], its taps turned around or as they are. */
    WinogradTaps(WinogradTile tile, Simd simd, int cin, int cout, boolean turned) {
        this.tile = tile;
        this.simd = simd;
        this.cin = cin;
        this.cout = cout;
        first = turned ? 8 * cin * cout : 0;
        row = (turned ? -3 : 3) * cin * cout;
        col = (turned ? -1 : 1) * cin * cout;
    }

    /** Floats of all positions. */
    int size() {
        return Math.multiplyExact(tile.positions, PackedB.size(simd, cin, cout));
    }

    /** Transforms and packs weights, in double precision. */
    PackedB[] pack(float[] w, int wo) {
        PackedB[] packs = packs(CacheLine.floats(size()), CacheLine.FIRST);
        float[] u = new float[tile.positions * cout];
        for (int c = 0; c < cin; c++) {
            tile.weights(w, wo + first + c * cout, row, col, cout, u);
            fill(packs, u, c);
        }
        return packs;
    }

    /** Transforms and packs weights for one call into {@code to[at …]}, those of small tiles in single precision. */
    PackedB[] pack(Workers workers, Scratch scratch, float[] w, int wo, float[] to, int at) {
        PackedB[] packs = packs(to, at);
        int channels = Math.max(1, SMALL / Math.max(1, cout));
        workers.run((cin + channels - 1) / channels, scratch, (t, s) -> {
            float[] u = s.floats(tile.positions * cout);
            for (int c = t * channels; c < Math.min(cin, (t + 1) * channels); c++) {
                if (tile == WinogradTile.F2) {
                    simd.winogradTaps(w, wo + first + c * cout, row, col, u, 0, cout, cout);
                } else {
                    tile.weights(w, wo + first + c * cout, row, col, cout, u);
                }
                fill(packs, u, c);
            }
        });
        return packs;
    }

    private PackedB[] packs(float[] data, int at) {
        PackedB[] packs = new PackedB[tile.positions];
        for (int i = 0; i < tile.positions; i++) {
            packs[i] = PackedB.in(simd, cin, cout, data, at + i * PackedB.size(simd, cin, cout));
        }
        return packs;
    }

    private void fill(PackedB[] packs, float[] u, int c) {
        for (int i = 0; i < packs.length; i++) {
            packs[i].fillRows(u, i * cout, cout, c, c + 1);
        }
    }
}
