package dev.posthorn.ir.op;

import dev.posthorn.ir.Tensor;

/** n×n matrices of complex numbers as their real and imaginary parts, {@code [part][row][column]}. */
final class ComplexMatrices {
    private ComplexMatrices() {}

    /** Matrix number m of a tensor, real or complex. */
    static double[][][] read(Tensor t, int m, int n) {
        double[][][] a = new double[2][n][n];
        boolean complex = t.dtype().isComplex();
        for (int i = 0; i < n * n; i++) {
            int at = m * n * n + i;
            a[0][i / n][i % n] = complex ? t.getPart(at, 0) : t.getDouble(at);
            a[1][i / n][i % n] = complex ? t.getPart(at, 1) : 0;
        }
        return a;
    }

    /** {@code x·y}. */
    static double[][][] product(double[][][] x, double[][][] y) {
        int n = x[0].length;
        double[][][] z = new double[2][n][n];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
                double re = x[0][i][k];
                double im = x[1][i][k];
                for (int j = 0; j < n; j++) {
                    z[0][i][j] += re * y[0][k][j] - im * y[1][k][j];
                    z[1][i][j] += re * y[1][k][j] + im * y[0][k][j];
                }
            }
        }
        return z;
    }

    /** {@code x*}, transposed and conjugated. */
    static double[][][] adjoint(double[][][] x) {
        int n = x[0].length;
        double[][][] y = new double[2][n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                y[0][i][j] = x[0][j][i];
                y[1][i][j] = -x[1][j][i];
            }
        }
        return y;
    }
}
