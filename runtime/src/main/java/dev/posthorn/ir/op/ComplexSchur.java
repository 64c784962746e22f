package dev.posthorn.ir.op;

/**
 * {@code A = U·T·U*} of a complex n×n matrix, U unitary, T upper triangular, as parts. Reflections to Hessenberg form,
 * then QR steps with the shift of the last two rows, as many as the precision of the type needs, for each may turn
 * phases. In double. Source: Eigen's ComplexSchur and HessenbergDecomposition, whose phases these are.
 */
final class ComplexSchur {
    private static final int SWEEPS = 30;

    /** Real and imaginary parts of T and U, {@code [row][column]}. */
    final double[][] tr;

    final double[][] ti;
    final double[][] ur;
    final double[][] ui;
    private final int n;
    private final double epsilon;

    /** The decomposition of A, whose parts become those of T. */
    ComplexSchur(double[][] real, double[][] imaginary, double epsilon) {
        this.n = real.length;
        this.tr = real;
        this.ti = imaginary;
        this.ur = new double[n][n];
        this.ui = new double[n][n];
        this.epsilon = epsilon;
        for (int i = 0; i < n; i++) {
            ur[i][i] = 1;
        }
        hessenberg();
        iterate();
    }

    private void hessenberg() {
        for (int k = 0; k < n - 1; k++) {
            int size = n - k - 1;
            double tail = 0;
            for (int r = k + 2; r < n; r++) {
                tail += tr[r][k] * tr[r][k] + ti[r][k] * ti[r][k];
            }
            double hr = tr[k + 1][k];
            double hi = ti[k + 1][k];
            boolean none = tail <= Double.MIN_NORMAL && hi * hi <= Double.MIN_NORMAL;
            double beta = none ? hr : -Math.copySign(Math.sqrt(hr * hr + hi * hi + tail), hr >= 0 ? 1 : -1);
            double[] vr = new double[size];
            double[] vi = new double[size];
            vr[0] = 1;
            double cr = hr - beta;
            double square = cr * cr + hi * hi;
            for (int r = 1; r < size && !none; r++) {
                double x = tr[k + 1 + r][k];
                double y = ti[k + 1 + r][k];
                vr[r] = (x * cr + y * hi) / square;
                vi[r] = (y * cr - x * hi) / square;
            }
            double tauR = none ? 0 : (beta - hr) / beta; // conj((beta - head) / beta)
            double tauI = none ? 0 : hi / beta;
            left(k + 1, k + 1, vr, vi, tauR, tauI);
            right(tr, ti, k + 1, vr, vi, tauR, -tauI);
            right(ur, ui, k + 1, vr, vi, tauR, -tauI);
            tr[k + 1][k] = beta;
            ti[k + 1][k] = 0;
            for (int r = k + 2; r < n; r++) {
                tr[r][k] = 0;
                ti[r][k] = 0;
            }
        }
    }

    /** {@code T ← (1 − τ·v·v*)·T} on the rows and columns from these on. */
    private void left(int row, int column, double[] vr, double[] vi, double tauR, double tauI) {
        for (int c = column; c < n; c++) {
            double x = 0;
            double y = 0;
            for (int r = 0; r < vr.length; r++) {
                x += vr[r] * tr[row + r][c] + vi[r] * ti[row + r][c];
                y += vr[r] * ti[row + r][c] - vi[r] * tr[row + r][c];
            }
            double p = tauR * x - tauI * y;
            double q = tauR * y + tauI * x;
            for (int r = 0; r < vr.length; r++) {
                tr[row + r][c] -= vr[r] * p - vi[r] * q;
                ti[row + r][c] -= vr[r] * q + vi[r] * p;
            }
        }
    }

    /** {@code M ← M·(1 − τ·v·v*)} on the columns from this one on. */
    private void right(double[][] mr, double[][] mi, int column, double[] vr, double[] vi, double tauR, double tauI) {
        for (int r = 0; r < n; r++) {
            double x = 0;
            double y = 0;
            for (int c = 0; c < vr.length; c++) {
                x += mr[r][column + c] * vr[c] - mi[r][column + c] * vi[c];
                y += mr[r][column + c] * vi[c] + mi[r][column + c] * vr[c];
            }
            double p = tauR * x - tauI * y;
            double q = tauR * y + tauI * x;
            for (int c = 0; c < vr.length; c++) {
                mr[r][column + c] -= p * vr[c] + q * vi[c];
                mi[r][column + c] -= q * vr[c] - p * vi[c];
            }
        }
    }

    private void iterate() {
        int end = n - 1;
        int steps = 0;
        for (int total = 0; total <= SWEEPS * n; total++) {
            while (end > 0 && negligible(end - 1)) {
                end--;
                steps = 0;
            }
            if (end <= 0) {
                break;
            }
            steps++;
            int start = end - 1;
            while (start > 0 && !negligible(start - 1)) {
                start--;
            }
            step(start, end, shift(end, steps));
        }
        for (int i = 0; i < n; i++) { // what is left below the diagonal is none of T
            for (int j = 0; j < i; j++) {
                tr[i][j] = 0;
                ti[i][j] = 0;
            }
        }
    }

    private double size(int i, int j) {
        return Math.abs(tr[i][j]) + Math.abs(ti[i][j]);
    }

    private boolean negligible(int i) {
        if (size(i + 1, i) <= epsilon * (size(i, i) + size(i + 1, i + 1))) {
            tr[i + 1][i] = 0;
            ti[i + 1][i] = 0;
            return true;
        }
        return false;
    }

    /** The eigenvalue of the last two rows that is nearer to the last element; a wilder one now and then. */
    private double[] shift(int end, int steps) {
        if ((steps == 10 || steps == 20) && end > 1) {
            return new double[] {Math.abs(tr[end][end - 1]) + Math.abs(tr[end - 1][end - 2]), 0};
        }
        double norm = 0;
        for (int i = end - 1; i <= end; i++) {
            for (int j = end - 1; j <= end; j++) {
                norm += Math.hypot(tr[i][j], ti[i][j]);
            }
        }
        double[] a = {tr[end - 1][end - 1] / norm, ti[end - 1][end - 1] / norm};
        double[] d = {tr[end][end] / norm, ti[end][end] / norm};
        double[] b = times(
                new double[] {tr[end - 1][end] / norm, ti[end - 1][end] / norm},
                new double[] {tr[end][end - 1] / norm, ti[end][end - 1] / norm});
        double[] c = {a[0] - d[0], a[1] - d[1]};
        double[] square = times(c, c);
        double[] disc = root(square[0] + 4 * b[0], square[1] + 4 * b[1]);
        double[] product = times(a, d);
        double[] det = {product[0] - b[0], product[1] - b[1]};
        double[] first = {(a[0] + d[0] + disc[0]) / 2, (a[1] + d[1] + disc[1]) / 2};
        double[] second = {(a[0] + d[0] - disc[0]) / 2, (a[1] + d[1] - disc[1]) / 2};
        if (size(first) > size(second)) {
            second = over(det, first);
        } else if (size(second) != 0) {
            first = over(det, second);
        }
        double toFirst = Math.abs(first[0] - d[0]) + Math.abs(first[1] - d[1]);
        double toSecond = Math.abs(second[0] - d[0]) + Math.abs(second[1] - d[1]);
        double[] nearer = toFirst < toSecond ? first : second;
        return new double[] {norm * nearer[0], norm * nearer[1]};
    }

    private void step(int start, int end, double[] shift) {
        for (int i = start; i < end; i++) {
            boolean first = i == start;
            double[] p = first
                    ? new double[] {tr[i][i] - shift[0], ti[i][i] - shift[1]}
                    : new double[] {tr[i][i - 1], ti[i][i - 1]};
            double[] q = first
                    ? new double[] {tr[i + 1][i], ti[i + 1][i]}
                    : new double[] {tr[i + 1][i - 1], ti[i + 1][i - 1]};
            double[] r = new double[2];
            double[] rotation = rotation(p, q, r);
            if (!first) {
                tr[i][i - 1] = r[0];
                ti[i][i - 1] = r[1];
                tr[i + 1][i - 1] = 0;
                ti[i + 1][i - 1] = 0;
            }
            rotate(i, Math.min(i + 2, end) + 1, rotation);
        }
    }

    /**
     * Rows i and i + 1 of T by the adjoint of the rotation, columns i and i + 1 of T (as far as {@code rows}) and U by
     * it.
     */
    private void rotate(int i, int rows, double[] g) {
        double c = g[0];
        double sr = g[1];
        double si = g[2];
        for (int k = i; k < n; k++) { // x ← c·x − s̄·y, y ← s·x + c·y
            double xr = tr[i][k];
            double xi = ti[i][k];
            double yr = tr[i + 1][k];
            double yi = ti[i + 1][k];
            tr[i][k] = c * xr - (sr * yr + si * yi);
            ti[i][k] = c * xi - (sr * yi - si * yr);
            tr[i + 1][k] = sr * xr - si * xi + c * yr;
            ti[i + 1][k] = sr * xi + si * xr + c * yi;
        }
        columns(tr, ti, i, rows, g);
        columns(ur, ui, i, n, g);
    }

    private static void columns(double[][] mr, double[][] mi, int i, int rows, double[] g) {
        double c = g[0];
        double sr = g[1];
        double si = g[2];
        for (int k = 0; k < rows; k++) { // x ← c·x − s·y, y ← s̄·x + c·y
            double xr = mr[k][i];
            double xi = mi[k][i];
            double yr = mr[k][i + 1];
            double yi = mi[k][i + 1];
            mr[k][i] = c * xr - (sr * yr - si * yi);
            mi[k][i] = c * xi - (sr * yi + si * yr);
            mr[k][i + 1] = sr * xr + si * xi + c * yr;
            mi[k][i + 1] = sr * xi - si * xr + c * yi;
        }
    }

    /** Cosine and the parts of the sine of the rotation whose adjoint makes (p, q) the vector (r, 0). */
    private static double[] rotation(double[] p, double[] q, double[] r) {
        double pp = p[0] * p[0] + p[1] * p[1];
        double qq = q[0] * q[0] + q[1] * q[1];
        if (qq == 0) {
            double c = p[0] < 0 ? -1 : 1;
            r[0] = c * p[0];
            r[1] = c * p[1];
            return new double[] {c, 0, 0};
        }
        if (pp == 0) {
            double size = Math.sqrt(qq);
            r[0] = size;
            return new double[] {0, -q[0] / size, -q[1] / size};
        }
        double u = p[0] < 0 ? -Math.sqrt(1 + qq / pp) : Math.sqrt(1 + qq / pp);
        double c = 1 / u;
        r[0] = p[0] * u;
        r[1] = p[1] * u;
        return new double[] {c, -(q[0] * p[0] + q[1] * p[1]) * c / pp, -(q[1] * p[0] - q[0] * p[1]) * c / pp};
    }

    private static double size(double[] x) {
        return Math.abs(x[0]) + Math.abs(x[1]);
    }

    static double[] times(double[] x, double[] y) {
        return new double[] {x[0] * y[0] - x[1] * y[1], x[0] * y[1] + x[1] * y[0]};
    }

    static double[] over(double[] x, double[] y) {
        double square = y[0] * y[0] + y[1] * y[1];
        return new double[] {(x[0] * y[0] + x[1] * y[1]) / square, (x[1] * y[0] - x[0] * y[1]) / square};
    }

    /** The root whose real part is not negative. */
    static double[] root(double x, double y) {
        double size = Math.hypot(x, y);
        if (size == 0) {
            return new double[2];
        }
        double half = Math.sqrt((size + Math.abs(x)) / 2);
        double other = Math.abs(y) / (2 * half);
        return x >= 0 ? new double[] {half, Math.copySign(other, y)} : new double[] {other, Math.copySign(half, y)};
    }
}
