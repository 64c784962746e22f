package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;

/**
 * Weights of a convolution of 3×3 taps as {@link Winograd} multiplies by them: G g Gᵀ of the taps g of each pair of channels,
 * position by position.
 */
final class WinogradTaps {
    /** Multiplications below which weights are not worth handing over. */
    private static final int SMALL = 1 << 12;

    private static final int POSITIONS = Winograd.POSITIONS;

    private final Simd simd;
    private final int cin;
    private final int cout;
    /** Which taps are the first and the last. */
    private final int first;

    private final int last;

    /** For w[3, 3, cin, cout], its taps turned around or as they are. */
    WinogradTaps(Simd simd, int cin, int cout, boolean turned) {
        this.simd = simd;
        this.cin = cin;
        this.cout = cout;
        first = turned ? 2 : 0;
        last = 2 - first;
    }

    /** Floats of all positions. */
    int size() {
        return Math.multiplyExact(POSITIONS, PackedB.size(simd, cin, cout));
    }

    /** Transforms and packs weights, in double precision. */
    PackedB[] pack(float[] w, int wo) {
        PackedB[] packs = packs(CacheLine.floats(size()), CacheLine.FIRST);
        float[] u = new float[POSITIONS * cout];
        for (int c = 0; c < cin; c++) {
            pack(w, wo, c, u, packs);
        }
        return packs;
    }

    /** Transforms and packs weights for one call into {@code to[at …]}, in single precision. */
    PackedB[] pack(Workers workers, Scratch scratch, float[] w, int wo, float[] to, int at) {
        PackedB[] packs = packs(to, at);
        int channels = Math.max(1, SMALL / Math.max(1, cout));
        workers.run((cin + channels - 1) / channels, scratch, (t, s) -> {
            float[] u = s.floats(POSITIONS * cout);
            int row = first == 0 ? 3 * cin * cout : -3 * cin * cout;
            for (int c = t * channels; c < Math.min(cin, (t + 1) * channels); c++) {
                int from = wo + (4 * first * cin + c) * cout;
                simd.winogradTaps(w, from, row, row / 3, u, 0, cout, cout);
                for (int i = 0; i < POSITIONS; i++) {
                    packs[i].fillRows(u, i * cout, cout, c, c + 1);
                }
            }
        });
        return packs;
    }

    private PackedB[] packs(float[] data, int at) {
        PackedB[] packs = new PackedB[POSITIONS];
        for (int i = 0; i < POSITIONS; i++) {
            packs[i] = PackedB.in(simd, cin, cout, data, at + i * PackedB.size(simd, cin, cout));
        }
        return packs;
    }

    /** Packs the taps of input channel c with all outputs, by way of {@code u}. */
    private void pack(float[] w, int wo, int c, float[] u, PackedB[] to) {
        double[] g = new double[12];
        int row = 3 * cin * cout;
        for (int e = 0; e < cout; e++) {
            for (int q = 0; q < 3; q++) {
                int tap = first == 0 ? q : 2 - q;
                int at = wo + (tap * cin + c) * cout + e;
                transform(w[at + first * row], w[at + row], w[at + last * row], g, q, 3);
            }
            for (int r = 0; r < 4; r++) {
                double g0 = g[3 * r];
                double sum = g0 + g[3 * r + 2];
                u[4 * r * cout + e] = (float) g0;
                u[(4 * r + 1) * cout + e] = (float) (0.5 * (sum + g[3 * r + 1]));
                u[(4 * r + 2) * cout + e] = (float) (0.5 * (sum - g[3 * r + 1]));
                u[(4 * r + 3) * cout + e] = (float) g[3 * r + 2];
            }
        }
        for (int i = 0; i < POSITIONS; i++) {
            to[i].fillRows(u, i * cout, cout, c, c + 1);
        }
    }

    /** G times a column of three, into every {@code step}th place of {@code to}. */
    private static void transform(double g0, double g1, double g2, double[] to, int at, int step) {
        to[at] = g0;
        to[at + step] = 0.5 * (g0 + g1 + g2);
        to[at + 2 * step] = 0.5 * (g0 - g1 + g2);
        to[at + 3 * step] = g2;
    }
}
