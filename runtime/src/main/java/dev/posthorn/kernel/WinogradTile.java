package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Optional;

/**
 * The tiles of {@link Winograd}: so many outputs a side, their transforms, and where they win. Transforms interpolate: through 0,
 * ±1 and ∞ for two outputs; through 0, ±√½, ±√2 and ∞ for four, by which the largest errors are some four times smaller than
 * by the common 0, ±1, ±2 and ∞, and no multiplication more. The more points, the fewer products, and the larger what cancels.
 */
public enum WinogradTile {
    /** 16 multiplications where the definition has 36; errors as those of the definition. */
    F2(2, 40) {
        @Override
        void weights(float[] w, int wo, int row, int col, int cout, float[] u) {
            double[] g = new double[12];
            for (int e = 0; e < cout; e++) {
                for (int q = 0; q < 3; q++) {
                    int at = wo + q * col + e;
                    double g0 = w[at];
                    double g1 = w[at + row];
                    double g2 = w[at + 2 * row];
                    g[q] = g0;
                    g[3 + q] = 0.5 * (g0 + g1 + g2);
                    g[6 + q] = 0.5 * (g0 - g1 + g2);
                    g[9 + q] = g2;
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
        }

        @Override
        void input(Simd simd, float[] x, int xo, int row, int col, float[] v, int vo, int step, int n, int room) {
            simd.winogradInput(x, xo, row, col, v, vo, step, n);
        }

        @Override
        void output(Simd simd, float[] m, int mo, int step, float[] y, int yo, int row, int col, int n, int room) {
            simd.winogradOutput(m, mo, step, y, yo, row, col, n);
        }
    },

    /**
     * 36 multiplications where the definition has 144. For normal data, the largest error is some 2.5 millionths of the largest
     * result (256 channels; measured against double precision: the definition's 0.3, eight times less), so it is for those who
     * ask for it.
     */
    F4(4, 576) {
        private final double[][] g = {
            {1, 0, 0},
            {-2 / 3., -2 / 3. * Math.sqrt(0.5), -1 / 3.},
            {-2 / 3., 2 / 3. * Math.sqrt(0.5), -1 / 3.},
            {1 / 6., 1 / 6. * Math.sqrt(2), 1 / 3.},
            {1 / 6., -1 / 6. * Math.sqrt(2), 1 / 3.},
            {0, 0, 1}
        };

        @Override
        void weights(float[] w, int wo, int row, int col, int cout, float[] u) {
            for (int r = 0; r < 6; r++) {
                for (int e = 0; e < cout; e++) {
                    int at = wo + e;
                    double a = row(r, w[at], w[at + row], w[at + 2 * row]);
                    at += col;
                    double b = row(r, w[at], w[at + row], w[at + 2 * row]);
                    at += col;
                    double c = row(r, w[at], w[at + row], w[at + 2 * row]);
                    for (int s = 0; s < 6; s++) {
                        u[(6 * r + s) * cout + e] = (float) row(s, a, b, c);
                    }
                }
            }
        }

        private double row(int r, double a, double b, double c) {
            return g[r][0] * a + g[r][1] * b + g[r][2] * c;
        }

        /** Where there are many weights, more tiles pass by each time that they are read. */
        @Override
        int between(int cin, int cout) {
            return (int) Math.min(4 * BETWEEN, Math.max(BETWEEN, (long) positions * cin * cout));
        }

        @Override
        int room() {
            return positions * CHANNELS;
        }

        @Override
        void input(Simd simd, float[] x, int xo, int row, int col, float[] v, int vo, int step, int n, int room) {
            int width = Math.min(n, CHANNELS);
            for (int c = 0; c < n; c += width) {
                int i = Math.min(c, n - width);
                simd.winograd4Input(x, xo + i, row, col, v, room, 6 * width, width, width);
                simd.winograd4Input(v, room, width, 6 * width, v, vo + i, step, 6 * step, width);
            }
        }

        @Override
        void output(Simd simd, float[] m, int mo, int step, float[] y, int yo, int row, int col, int n, int room) {
            int width = Math.min(n, CHANNELS);
            for (int c = 0; c < n; c += width) {
                int i = Math.min(c, n - width);
                simd.winograd4Output(6, m, mo + i, 6 * step, step, m, room, 6 * width, width, width);
                simd.winograd4Output(4, m, room, width, 6 * width, y, yo + i, col, row, width);
            }
        }
    };

    /** Outputs a side of the smallest tiles, which are as exact as the definition. */
    public static final int SMALLEST = 2;

    /** Channels between the two axes at once: they stay in the first-level cache. */
    private static final int CHANNELS = 64;
    /** Fewest channels: with fewer, transforms take longer than what is spared of the products. */
    static final int LEAST_CHANNELS = 32;
    /** Floats that stay in the second-level cache. */
    static final int BETWEEN = 1 << 19;
    /** The least part of the tiles' outputs that lie inside of the image. */
    static final double LEAST_INSIDE = 0.7;

    /** Outputs a side. */
    final int outputs;
    /** Inputs a side. */
    final int inputs;
    /** Positions of a transformed tile: one product each. */
    final int positions;

    /** Fewest outputs of all images: with fewer, reading the transformed weights costs more than is spared. */
    private final int leastPixels;

    WinogradTile(int outputs, int leastPixels) {
        this.outputs = outputs;
        this.inputs = outputs + 2;
        this.positions = inputs * inputs;
        this.leastPixels = leastPixels;
    }

    /** Whether convolutions of this window can be transformed. */
    static boolean takes(Window w) {
        return w.kh() == 3 && w.kw() == 3 && w.sh() == 1 && w.sw() == 1 && w.dh() == 1 && w.dw() == 1;
    }

    /** The tile of at most {@code outputs} a side that is faster than {@link Conv2d} and than smaller ones. */
    public static Optional<WinogradTile> best(int outputs, Window w, int batch, int cin, int cout) {
        return outputs >= F4.outputs && F4.wins(w, batch, cin, cout)
                ? Optional.of(F4)
                : F2.wins(w, batch, cin, cout) ? Optional.of(F2) : Optional.empty();
    }

    private boolean wins(Window w, int batch, int cin, int cout) {
        long inside = (long) w.outH() * w.outW();
        long tiles = ((w.outH() + outputs - 1L) / outputs) * ((w.outW() + outputs - 1L) / outputs);
        return takes(w)
                && cin >= LEAST_CHANNELS
                && cout >= LEAST_CHANNELS
                && batch * inside >= leastPixels
                && inside >= LEAST_INSIDE * outputs * outputs * tiles;
    }

    @Override
    public String toString() {
        return "Winograd" + (this == F2 ? "" : " " + outputs + "×" + outputs);
    }

    /** Floats that lie between the transforms. */
    int between(int cin, int cout) {
        return BETWEEN;
    }

    /** Floats that the transforms of a tile need. */
    int room() {
        return 0;
    }

    /**
     * v[vo + (p·r + s)·step + i] = (Bᵀ d B)[r, s], d[r, s] = x[xo + r·row + s·col + i], for i = 0 … n − 1 and p inputs a
     * side; with {@link #room} at {@code v[room …]}.
     */
    abstract void input(Simd simd, float[] x, int xo, int row, int col, float[] v, int vo, int step, int n, int room);

    /** And back: y[yo + r·row + s·col + i] = (Aᵀ M A)[r, s], with {@link #room} at {@code m[room …]}. */
    abstract void output(Simd simd, float[] m, int mo, int step, float[] y, int yo, int row, int col, int n, int room);

    /** G g Gᵀ, in double precision, of the taps of one input channel with all outputs: g[p, q, e] = w[wo + p·row + q·col + e]. */
    abstract void weights(float[] w, int wo, int row, int col, int cout, float[] u);
}
