package dev.posthorn.kernel.simd;

/** The transforms of {@link VectorWinogradGradient} in plain Java. */
final class ScalarWinogradGradient {
    private static final float[][] A = {{1, 0}, {1, 1}, {1, -1}, {0, -1}};
    private static final float[][] B = {{1, 0, 0, 0}, {0, 1, -1, 1}, {-1, 1, 1, 0}, {0, 0, 0, -1}};
    private static final float[][] G = {{1, 0.5f, 0.5f, 0}, {0, 0.5f, -0.5f, 0}, {0, 0.5f, 0.5f, 1}};

    private ScalarWinogradGradient() {}

    static void spread(float[] x, int xo, int row, int col, float[] v, int vo, int step, int n) {
        for (int i = 0; i < n; i++) {
            for (int r = 0; r < 4; r++) {
                for (int s = 0; s < 4; s++) {
                    v[vo + (4 * r + s) * step + i] = element(A[r], A[s], x, xo + i, row, col);
                }
            }
        }
    }

    static void scatter(float[] m, int mo, int step, float[] y, int yo, int row, int col, int n) {
        for (int i = 0; i < n; i++) {
            for (int r = 0; r < 4; r++) {
                for (int s = 0; s < 4; s++) {
                    y[yo + r * row + s * col + i] += element(B[r], B[s], m, mo + i, 4 * step, step);
                }
            }
        }
    }

    static void filter(float[] m, int mo, int step, float[] w, int wo, int to, int n) {
        for (int i = 0; i < n; i++) {
            for (int r = 0; r < 3; r++) {
                for (int s = 0; s < 3; s++) {
                    w[wo + (3 * r + s) * to + i] = element(G[r], G[s], m, mo + i, 4 * step, step);
                }
            }
        }
    }

    /** left · x · rightᵀ for a row of one matrix and a row of another. */
    private static float element(float[] left, float[] right, float[] x, int at, int row, int col) {
        float sum = 0;
        for (int q = 0; q < right.length; q++) {
            float column = 0;
            for (int p = 0; p < left.length; p++) {
                column += left[p] * x[at + p * row + q * col];
            }
            sum += right[q] * column;
        }
        return sum;
    }
}
