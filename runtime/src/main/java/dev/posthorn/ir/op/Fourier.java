package dev.posthorn.ir.op;

/**
 * The discrete Fourier transform of one length, in double: powers of two by halving (Cooley and Tukey), others as a
 * convolution of the next such power (Bluestein), which is exact to rounding for any length.
 */
final class Fourier {
    private final int n;
    private final double[] cos;
    private final double[] sin;
    private final Fourier inner;
    private final double[] chirpRe;
    private final double[] chirpIm;

    Fourier(int n) {
        this.n = n;
        boolean power = (n & n - 1) == 0;
        int turns = power ? n : 2 * n; // in n-ths of a turn, or in halves of them
        cos = new double[power ? n / 2 : n];
        sin = new double[cos.length];
        for (int k = 0; k < cos.length; k++) {
            long at = power ? k : (long) k * k % turns;
            cos[k] = Math.cos(2 * Math.PI * at / turns);
            sin[k] = -Math.sin(2 * Math.PI * at / turns);
        }
        int size = power ? 0 : Integer.highestOneBit(2 * n - 1) << 1;
        inner = power ? null : new Fourier(size);
        chirpRe = new double[size];
        chirpIm = new double[size];
        for (int k = 0; k < n && !power; k++) {
            int back = (size - k) % size;
            chirpRe[k] = chirpRe[back] = cos[k];
            chirpIm[k] = chirpIm[back] = -sin[k];
        }
        if (!power) {
            inner.apply(chirpRe, chirpIm);
        }
    }

    /** Transforms n numbers in place; with the parts exchanged, the inverse without its factor. */
    void apply(double[] re, double[] im) {
        if (inner == null) {
            halved(re, im);
        } else {
            convolved(re, im);
        }
    }

    private void convolved(double[] re, double[] im) {
        double[] x = new double[inner.n];
        double[] y = new double[inner.n];
        for (int k = 0; k < n; k++) {
            x[k] = re[k] * cos[k] - im[k] * sin[k];
            y[k] = re[k] * sin[k] + im[k] * cos[k];
        }
        inner.apply(x, y);
        for (int k = 0; k < inner.n; k++) {
            double a = x[k] * chirpRe[k] - y[k] * chirpIm[k];
            y[k] = x[k] * chirpIm[k] + y[k] * chirpRe[k];
            x[k] = a;
        }
        inner.apply(y, x); // back
        for (int k = 0; k < n; k++) {
            double a = x[k] / inner.n;
            double b = y[k] / inner.n;
            re[k] = a * cos[k] - b * sin[k];
            im[k] = a * sin[k] + b * cos[k];
        }
    }

    private void halved(double[] re, double[] im) {
        for (int i = 1, j = 0; i < n; i++) {
            int bit = n >> 1;
            for (; (j & bit) != 0; bit >>= 1) {
                j ^= bit;
            }
            j ^= bit;
            if (i < j) {
                swap(re, i, j);
                swap(im, i, j);
            }
        }
        for (int half = 1; half < n; half *= 2) {
            int turn = n / half / 2;
            for (int from = 0; from < n; from += 2 * half) {
                for (int k = from, at = 0; k < from + half; k++, at += turn) {
                    double a = re[k + half] * cos[at] - im[k + half] * sin[at];
                    double b = re[k + half] * sin[at] + im[k + half] * cos[at];
                    re[k + half] = re[k] - a;
                    im[k + half] = im[k] - b;
                    re[k] += a;
                    im[k] += b;
                }
            }
        }
    }

    private static void swap(double[] x, int i, int j) {
        double v = x[i];
        x[i] = x[j];
        x[j] = v;
    }
}
