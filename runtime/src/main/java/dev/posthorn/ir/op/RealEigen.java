package dev.posthorn.ir.op;

/**
 * Eigenvalues of a real matrix in the order of {@link RealSchur}, those of a pair the one of positive imaginary part
 * first, and their vectors of length 1. In double. Source: Eigen's EigenSolver; EISPACK hqr2.
 */
final class RealEigen {
    /** Real and imaginary parts. */
    final double[][] values;

    /** {@code [part][row][column]}. */
    final double[][][] vectors;

    private final int n;
    private final double epsilon;
    private final double[][] t;
    private double norm;

    RealEigen(double[][] a, double epsilon) {
        RealSchur schur = new RealSchur(a, epsilon);
        this.n = a.length;
        this.epsilon = epsilon;
        this.t = schur.t;
        this.values = new double[2][n];
        for (int i = 0; i < n; i++) {
            values[0][i] = t[i][i];
            if (i < n - 1 && t[i + 1][i] != 0) {
                double p = 0.5 * (t[i][i] - t[i + 1][i + 1]);
                double z = Math.sqrt(Math.abs(p * p + t[i + 1][i] * t[i][i + 1]));
                values[0][i] = t[i + 1][i + 1] + p;
                values[0][i + 1] = values[0][i];
                values[1][i] = z;
                values[1][i + 1] = -z;
                i++;
            }
        }
        for (int i = 0; i < n; i++) {
            for (int j = Math.max(i - 1, 0); j < n; j++) {
                norm += Math.abs(t[i][j]);
            }
        }
        double[][] x = schur.u;
        if (norm != 0) {
            for (int k = n - 1; k >= 0; k--) {
                if (values[1][k] == 0) {
                    real(k);
                } else if (values[1][k] < 0 && k > 0) {
                    pair(k--);
                }
            }
            x = taken(schur.u);
        }
        this.vectors = ofLengthOne(x);
    }

    private double dot(int row, int column, int from, int to) {
        double sum = 0;
        for (int k = from; k <= to; k++) {
            sum += t[row][k] * t[k][column];
        }
        return sum;
    }

    /** Column k of T becomes the vector, in T's own terms, of a real eigenvalue. */
    private void real(int k) {
        double p = values[0][k];
        double lastR = 0;
        double lastW = 0;
        int l = k;
        t[k][k] = 1;
        for (int i = k - 1; i >= 0; i--) {
            double w = t[i][i] - p;
            double r = dot(i, k, l, k);
            if (values[1][i] < 0) {
                lastW = w;
                lastR = r;
                continue;
            }
            l = i;
            if (values[1][i] == 0) {
                t[i][k] = w != 0 ? -r / w : -r / (epsilon * norm);
            } else {
                double x = t[i][i + 1];
                double y = t[i + 1][i];
                double apart = values[0][i] - p;
                double v = (x * lastR - lastW * r) / (apart * apart + values[1][i] * values[1][i]);
                t[i][k] = v;
                t[i + 1][k] = Math.abs(x) > Math.abs(lastW) ? (-r - w * v) / x : (-lastR - y * v) / lastW;
            }
            bounded(i, k, k);
        }
    }

    /** Columns k − 1 and k become the parts of the vector of a pair's second eigenvalue. */
    private void pair(int k) {
        double p = values[0][k];
        double q = values[1][k];
        double lastRa = 0;
        double lastSa = 0;
        double lastW = 0;
        int l = k - 1;
        if (Math.abs(t[k][k - 1]) > Math.abs(t[k - 1][k])) {
            t[k - 1][k - 1] = q / t[k][k - 1];
            t[k - 1][k] = -(t[k][k] - p) / t[k][k - 1];
        } else {
            set(k - 1, k, 0, -t[k - 1][k], t[k - 1][k - 1] - p, q);
        }
        t[k][k - 1] = 0;
        t[k][k] = 1;
        for (int i = k - 2; i >= 0; i--) {
            double ra = dot(i, k - 1, l, k);
            double sa = dot(i, k, l, k);
            double w = t[i][i] - p;
            if (values[1][i] < 0) {
                lastW = w;
                lastRa = ra;
                lastSa = sa;
                continue;
            }
            l = i;
            if (values[1][i] == 0) {
                set(i, k, -ra, -sa, w, q);
            } else {
                double x = t[i][i + 1];
                double y = t[i + 1][i];
                double apart = values[0][i] - p;
                double vr = apart * apart + values[1][i] * values[1][i] - q * q;
                double vi = apart * 2 * q;
                if (vr == 0 && vi == 0) {
                    vr = epsilon * norm * (Math.abs(w) + Math.abs(q) + Math.abs(x) + Math.abs(y) + Math.abs(lastW));
                }
                set(i, k, x * lastRa - lastW * ra + q * sa, x * lastSa - lastW * sa - q * ra, vr, vi);
                if (Math.abs(x) > Math.abs(lastW) + Math.abs(q)) {
                    t[i + 1][k - 1] = (-ra - w * t[i][k - 1] + q * t[i][k]) / x;
                    t[i + 1][k] = (-sa - w * t[i][k] - q * t[i][k - 1]) / x;
                } else {
                    set(i + 1, k, -lastRa - y * t[i][k - 1], -lastSa - y * t[i][k], lastW, q);
                }
            }
            bounded(i, k - 1, k);
        }
    }

    /** A quotient of complex numbers in columns k − 1 and k. */
    private void set(int row, int k, double xr, double xi, double yr, double yi) {
        double[] v = ComplexSchur.over(new double[] {xr, xi}, new double[] {yr, yi});
        t[row][k - 1] = v[0];
        t[row][k] = v[1];
    }

    private void bounded(int row, int from, int to) {
        double most = 0;
        for (int c = from; c <= to; c++) {
            most = Math.max(most, Math.abs(t[row][c]));
        }
        if (epsilon * most * most > 1) {
            for (int r = row; r < n; r++) {
                for (int c = from; c <= to; c++) {
                    t[r][c] /= most;
                }
            }
        }
    }

    private double[][] taken(double[][] u) {
        double[][] x = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (int k = 0; k <= j; k++) {
                    x[i][j] += u[i][k] * t[k][j];
                }
            }
        }
        return x;
    }

    private double[][][] ofLengthOne(double[][] x) {
        double[][][] v = new double[2][n][n];
        for (int j = 0; j < n; j++) {
            boolean pair = j + 1 < n && Math.abs(values[1][j]) > Math.abs(values[0][j]) * 2 * epsilon;
            double square = 0;
            for (int i = 0; i < n; i++) {
                square += x[i][j] * x[i][j] + (pair ? x[i][j + 1] * x[i][j + 1] : 0);
            }
            double length = square > 0 ? Math.sqrt(square) : 1;
            for (int i = 0; i < n; i++) {
                v[0][i][j] = x[i][j] / length;
                if (pair) {
                    v[1][i][j] = x[i][j + 1] / length;
                    v[0][i][j + 1] = v[0][i][j];
                    v[1][i][j + 1] = -v[1][i][j];
                }
            }
            j += pair ? 1 : 0;
        }
        return v;
    }
}
