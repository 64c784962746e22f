package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;

/** Functions of whole rows of {@code x[rows×n]}, each row by itself. */
public final class Rows {
    private static final int TILE = 1 << 13;

    /** Terms of a mean that are added one after the other; blocks of them are added in double. */
    private static final int BLOCK = 1024;

    private Rows() {}

    /** {@code y[r,i] = exp(x[r,i] − m) / Σ exp(x[r,·] − m)}, m the row's maximum; y may be x. */
    public static void softmax(
            Workers workers, Scratch scratch, Simd simd, float[] x, int xo, float[] y, int yo, int rows, int n) {
        each(workers, scratch, rows, n, r -> {
            int from = xo + r * n;
            int to = yo + r * n;
            float sum = simd.expSum(simd.max(x, from, n), x, from, y, to, n);
            simd.binaryRight(Binary.MUL, y, to, 1 / sum, y, to, n);
        });
    }

    /** {@code y[r,i] = x[r,i] − m − ln Σ exp(x[r,·] − m)}, m the row's maximum; y must not be x. */
    public static void logSoftmax(
            Workers workers, Scratch scratch, Simd simd, float[] x, int xo, float[] y, int yo, int rows, int n) {
        each(workers, scratch, rows, n, r -> {
            int from = xo + r * n;
            int to = yo + r * n;
            float max = simd.max(x, from, n);
            float sum = simd.expSum(max, x, from, y, to, n);
            simd.normalize(max, 1, null, 0, null, 0, x, from, y, to, n);
            simd.binaryRight(Binary.SUB, y, to, (float) Math.log(sum), y, to, n);
        });
    }

    /**
     * {@code y[r,i] = (x[r,i] − mean) / √(var + epsilon) · gamma[i] + beta[i]}, mean and variance of the row; gamma and beta
     * may be null; y may be x.
     */
    public static void layerNorm(
            Workers workers,
            Scratch scratch,
            Simd simd,
            double epsilon,
            float[] gamma,
            float[] beta,
            float[] x,
            int xo,
            float[] y,
            int yo,
            int rows,
            int n) {
        each(workers, scratch, rows, n, r -> {
            int from = xo + r * n;
            double sum = 0;
            for (int i = 0; i < n; i += BLOCK) {
                sum += simd.sum(x, from + i, Math.min(BLOCK, n - i));
            }
            float mean = (float) (sum / n);
            float scale = (float) (1 / Math.sqrt(squares(simd, mean, x, from, n) / n + epsilon));
            simd.normalize(mean, scale, gamma, 0, beta, 0, x, from, y, yo + r * n, n);
        });
    }

    /** {@code y[r,i] = x[r,i] / √(mean of x[r,·]² + epsilon) · gamma[i]}; gamma may be null; y may be x. */
    public static void rmsNorm(
            Workers workers,
            Scratch scratch,
            Simd simd,
            double epsilon,
            float[] gamma,
            float[] x,
            int xo,
            float[] y,
            int yo,
            int rows,
            int n) {
        each(workers, scratch, rows, n, r -> {
            int from = xo + r * n;
            float scale = (float) (1 / Math.sqrt(squares(simd, 0, x, from, n) / n + epsilon));
            simd.normalize(0, scale, gamma, 0, null, 0, x, from, y, yo + r * n, n);
        });
    }

    /** {@code y[r,i] = x[r,i] · scale[i] + shift[i]}; y may be x. */
    public static void scaleShift(
            Workers workers,
            Scratch scratch,
            Simd simd,
            float[] scale,
            float[] shift,
            float[] x,
            int xo,
            float[] y,
            int yo,
            int rows,
            int n) {
        each(workers, scratch, rows, n, r -> simd.multiplyAdd(x, xo + r * n, scale, 0, shift, 0, y, yo + r * n, n));
    }

    /** Σ (x[i] − mean)². */
    private static double squares(Simd simd, float mean, float[] x, int xo, int n) {
        double sum = 0;
        for (int i = 0; i < n; i += BLOCK) {
            sum += simd.sumSquares(mean, x, xo + i, Math.min(BLOCK, n - i));
        }
        return sum;
    }

    /** What is done to one row. */
    private interface Row {
        void run(int r);
    }

    private static void each(Workers workers, Scratch scratch, int rows, int n, Row body) {
        if (n == 0) {
            return;
        }
        int perTile = Math.max(1, TILE / n);
        workers.run((rows + perTile - 1) / perTile, scratch, (t, s) -> {
            for (int r = t * perTile; r < Math.min(rows, (t + 1) * perTile); r++) {
                body.run(r);
            }
        });
    }
}
