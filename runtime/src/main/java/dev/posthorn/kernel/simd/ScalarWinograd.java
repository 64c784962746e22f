package dev.posthorn.kernel.simd;

/** The transforms of Winograd's F(2×2, 3×3) in plain Java; sums in the order of {@link VectorWinograd}. */
final class ScalarWinograd {
    private ScalarWinograd() {}

    static void input(float[] x, int xo, int row, int col, float[] v, int vo, int step, int n) {
        int[] first = {0, 1, 2, 1};
        int[] second = {2, 2, 1, 3};
        for (int r = 0; r < 4; r++) {
            int a = xo + first[r] * row;
            int b = xo + second[r] * row;
            int sign = r == 1 ? 1 : -1;
            int to = vo + 4 * r * step;
            for (int i = 0; i < n; i++) {
                float t0 = x[a + i] + sign * x[b + i];
                float t1 = x[a + col + i] + sign * x[b + col + i];
                float t2 = x[a + 2 * col + i] + sign * x[b + 2 * col + i];
                float t3 = x[a + 3 * col + i] + sign * x[b + 3 * col + i];
                v[to + i] = t0 - t2;
                v[to + step + i] = t1 + t2;
                v[to + 2 * step + i] = t2 - t1;
                v[to + 3 * step + i] = t1 - t3;
            }
        }
    }

    static void taps(float[] w, int wo, int row, int col, float[] u, int uo, int step, int n) {
        for (int i = 0; i < n; i++) {
            for (int r = 0; r < 4; r++) {
                float g0 = tap(r, w, wo + i, row);
                float g1 = tap(r, w, wo + col + i, row);
                float g2 = tap(r, w, wo + 2 * col + i, row);
                int at = uo + 4 * r * step + i;
                float sum = g0 + g2;
                u[at] = g0;
                u[at + step] = 0.5f * (sum + g1);
                u[at + 2 * step] = 0.5f * (sum - g1);
                u[at + 3 * step] = g2;
            }
        }
    }

    /** Row r of G times a column of three. */
    private static float tap(int r, float[] w, int at, int row) {
        float sum = w[at] + w[at + 2 * row];
        return r == 0 ? w[at] : r == 3 ? w[at + 2 * row] : 0.5f * (r == 1 ? sum + w[at + row] : sum - w[at + row]);
    }

    static void output(float[] m, int mo, int step, float[] y, int yo, int row, int col, int n) {
        for (int r = 0; r < 2; r++) {
            int sign = r == 0 ? 1 : -1;
            int at = mo + 4 * r * step;
            int to = yo + r * row;
            for (int i = 0; i < n; i++) {
                float s0 = column(m, at + i, step, sign);
                float s1 = column(m, at + step + i, step, sign);
                float s2 = column(m, at + 2 * step + i, step, sign);
                float s3 = column(m, at + 3 * step + i, step, sign);
                y[to + i] = s0 + s1 + s2;
                y[to + col + i] = s1 - s2 - s3;
            }
        }
    }

    private static float column(float[] m, int at, int step, int sign) {
        return m[at] + sign * m[at + 4 * step] + sign * m[at + 8 * step];
    }
}
