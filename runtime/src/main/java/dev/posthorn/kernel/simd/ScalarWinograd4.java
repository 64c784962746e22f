package dev.posthorn.kernel.simd;

/** The transforms of Winograd's F(4, 3) in plain Java; sums in the order of {@link VectorWinograd4}. */
final class ScalarWinograd4 {
    /** The positive points, √½ and √2. */
    static final float INNER = 0.70710677f;

    static final float OUTER = 2 * INNER;

    private ScalarWinograd4() {}

    static void input(float[] x, int xo, int apart, int next, float[] y, int yo, int step, int far, int n) {
        for (int t = 0; t < 6; t++) {
            int to = yo + t * far;
            for (int i = 0; i < n; i++) {
                int from = xo + t * next + i;
                float d1 = x[from + apart];
                float d2 = x[from + 2 * apart];
                float d3 = x[from + 3 * apart];
                float d4 = x[from + 4 * apart];
                float even = d4 - 2 * d2;
                float odd = (d3 - 2 * d1) * INNER;
                y[to + i] = (x[from] - 0.5f * d2) + even;
                y[to + step + i] = even + odd;
                y[to + 2 * step + i] = even - odd;
                even = d4 - 0.5f * d2;
                odd = (d3 - 0.5f * d1) * OUTER;
                y[to + 3 * step + i] = even + odd;
                y[to + 4 * step + i] = even - odd;
                y[to + 5 * step + i] = (d1 - 0.5f * d3) + (x[from + 5 * apart] - 2 * d3);
            }
        }
    }

    static void output(int count, float[] m, int mo, int apart, int next, float[] y, int yo, int step, int far, int n) {
        for (int t = 0; t < count; t++) {
            int to = yo + t * far;
            for (int i = 0; i < n; i++) {
                int from = mo + t * next + i;
                float a = m[from + apart] + m[from + 2 * apart];
                float b = m[from + apart] - m[from + 2 * apart];
                float c = m[from + 3 * apart] + m[from + 4 * apart];
                float d = m[from + 3 * apart] - m[from + 4 * apart];
                y[to + i] = m[from] + a + c;
                y[to + step + i] = (2 * d + b) * INNER;
                y[to + 2 * step + i] = (4 * c + a) * 0.5f;
                y[to + 3 * step + i] = (8 * d + b) * (INNER / 2) + m[from + 5 * apart];
            }
        }
    }
}
