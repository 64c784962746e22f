package dev.posthorn.ir.op;

/**
 * {@code A = U·T·Uᵀ} of a real n×n matrix, U orthogonal, T upper triangular but for a 2×2 block on the diagonal for
 * each pair of complex eigenvalues. Reflections to Hessenberg form, then double steps of Francis, as many as the
 * precision of the type needs, for each may turn signs. In double. Source: Eigen's RealSchur and
 * HessenbergDecomposition; EISPACK hqr2.
 */
final class RealSchur {
    private static final int SWEEPS = 40;

    /** {@code [row][column]}. */
    final double[][] t;

    final double[][] u;
    private final int n;
    private final double epsilon;
    private double shifted;

    /** The decomposition of A, whose place T takes. */
    RealSchur(double[][] a, double epsilon) {
        this.n = a.length;
        this.t = a;
        this.u = new double[n][n];
        this.epsilon = epsilon;
        double scale = 0;
        for (int i = 0; i < n; i++) {
            u[i][i] = 1;
            for (int j = 0; j < n; j++) {
                scale = Math.max(scale, Math.abs(a[i][j]));
            }
        }
        if (scale >= Double.MIN_NORMAL) {
            times(1 / scale);
            hessenberg();
            iterate();
            times(scale);
        }
    }

    private void times(double by) {
        for (double[] row : t) {
            for (int j = 0; j < n; j++) {
                row[j] *= by;
            }
        }
    }

    /** The reflection 1 − τ·v·vᵀ, v[0] = 1, that makes x a multiple of (1, 0, …): v, τ, and that multiple. */
    private record Reflection(double[] v, double tau, double beta) {
        static Reflection of(double... x) {
            double tail = 0;
            for (int i = 1; i < x.length; i++) {
                tail += x[i] * x[i];
            }
            double[] v = new double[x.length];
            v[0] = 1;
            if (tail <= Double.MIN_NORMAL) {
                return new Reflection(v, 0, x[0]);
            }
            double length = Math.sqrt(x[0] * x[0] + tail);
            double beta = x[0] >= 0 ? -length : length;
            for (int i = 1; i < x.length; i++) {
                v[i] = x[i] / (x[0] - beta);
            }
            return new Reflection(v, (beta - x[0]) / beta, beta);
        }

        void left(double[][] m, int row, int from) {
            for (int c = from; c < m.length; c++) {
                double dot = 0;
                for (int i = 0; i < v.length; i++) {
                    dot += v[i] * m[row + i][c];
                }
                for (int i = 0; i < v.length; i++) {
                    m[row + i][c] -= tau * dot * v[i];
                }
            }
        }

        void right(double[][] m, int column, int rows) {
            for (int r = 0; r < rows; r++) {
                double dot = 0;
                for (int i = 0; i < v.length; i++) {
                    dot += v[i] * m[r][column + i];
                }
                for (int i = 0; i < v.length; i++) {
                    m[r][column + i] -= tau * dot * v[i];
                }
            }
        }
    }

    private void hessenberg() {
        for (int k = 0; k < n - 1; k++) {
            double[] column = new double[n - k - 1];
            for (int i = 0; i < column.length; i++) {
                column[i] = t[k + 1 + i][k];
            }
            Reflection h = Reflection.of(column);
            h.left(t, k + 1, k + 1);
            h.right(t, k + 1, n);
            h.right(u, k + 1, n);
            t[k + 1][k] = h.beta;
            for (int r = k + 2; r < n; r++) {
                t[r][k] = 0;
            }
        }
    }

    private void iterate() {
        double norm = 0;
        for (int i = 0; i < n; i++) {
            for (int j = Math.max(i - 1, 0); j < n; j++) {
                norm += Math.abs(t[i][j]);
            }
        }
        double zero = Math.max(norm * epsilon * epsilon, Double.MIN_NORMAL);
        int end = n - 1;
        int steps = 0;
        int total = 0;
        while (end >= 0 && total <= SWEEPS * n) {
            int start = end;
            while (start > 0
                    && Math.abs(t[start][start - 1])
                            > Math.max(
                                    (Math.abs(t[start - 1][start - 1]) + Math.abs(t[start][start])) * epsilon, zero)) {
                start--;
            }
            if (start == end) {
                t[end][end] += shifted;
                if (end > 0) {
                    t[end][end - 1] = 0;
                }
                end--;
                steps = 0;
            } else if (start == end - 1) {
                split(end);
                end -= 2;
                steps = 0;
            } else {
                double[] shift = shift(end, steps++);
                total++;
                francis(start, end, shift);
            }
        }
    }

    /** Two rows whose eigenvalues are known: made triangular where they are real. */
    private void split(int end) {
        double p = 0.5 * (t[end - 1][end - 1] - t[end][end]);
        double q = p * p + t[end][end - 1] * t[end - 1][end];
        t[end][end] += shifted;
        t[end - 1][end - 1] += shifted;
        if (q >= 0) {
            double z = Math.sqrt(q);
            double[] g = rotation(p >= 0 ? p + z : p - z, t[end][end - 1]);
            for (int k = end - 1; k < n; k++) {
                double x = t[end - 1][k];
                double y = t[end][k];
                t[end - 1][k] = g[0] * x - g[1] * y;
                t[end][k] = g[1] * x + g[0] * y;
            }
            columns(t, end, end + 1, g);
            columns(u, end, n, g);
            t[end][end - 1] = 0;
        }
        if (end > 1) {
            t[end - 1][end - 2] = 0;
        }
    }

    private static void columns(double[][] m, int end, int rows, double[] g) {
        for (int k = 0; k < rows; k++) {
            double x = m[k][end - 1];
            double y = m[k][end];
            m[k][end - 1] = g[0] * x - g[1] * y;
            m[k][end] = g[1] * x + g[0] * y;
        }
    }

    /** Cosine and sine of the rotation whose transpose makes (p, q) a multiple of (1, 0). */
    private static double[] rotation(double p, double q) {
        if (q == 0) {
            return new double[] {p < 0 ? -1 : 1, 0};
        }
        if (p == 0) {
            return new double[] {0, q < 0 ? 1 : -1};
        }
        if (Math.abs(p) > Math.abs(q)) {
            double ratio = q / p;
            double c = 1 / Math.copySign(Math.sqrt(1 + ratio * ratio), p);
            return new double[] {c, -ratio * c};
        }
        double ratio = p / q;
        double s = -1 / Math.copySign(Math.sqrt(1 + ratio * ratio), q);
        return new double[] {-ratio * s, s};
    }

    /** The last two elements of the diagonal and the product beside them; wilder ones now and then. */
    private double[] shift(int end, int steps) {
        double[] s = {t[end][end], t[end - 1][end - 1], t[end][end - 1] * t[end - 1][end]};
        if (steps > 0 && steps % 32 == 16) { // Wilkinson's
            moved(end, s[0]);
            double sum = Math.abs(t[end][end - 1]) + Math.abs(t[end - 1][end - 2]);
            return new double[] {0.75 * sum, 0.75 * sum, -0.4375 * sum * sum};
        }
        if (steps > 0 && steps % 32 == 0) { // MATLAB's
            double half = (s[1] - s[0]) / 2;
            double square = half * half + s[2];
            if (square > 0) {
                double root = s[1] < s[0] ? -Math.sqrt(square) : Math.sqrt(square);
                moved(end, s[0] - s[2] / (root + half));
                return new double[] {0.964, 0.964, 0.964};
            }
        }
        return s;
    }

    private void moved(int end, double by) {
        shifted += by;
        for (int i = 0; i <= end; i++) {
            t[i][i] -= by;
        }
    }

    private void francis(int start, int end, double[] shift) {
        double[] v = new double[3];
        int first = end - 2;
        for (; first >= start; first--) {
            double own = t[first][first];
            double r = shift[0] - own;
            double s = shift[1] - own;
            v[0] = (r * s - shift[2]) / t[first + 1][first] + t[first][first + 1];
            v[1] = t[first + 1][first + 1] - own - r - s;
            v[2] = t[first + 2][first + 1];
            if (first == start) {
                break;
            }
            double left = t[first][first - 1] * (Math.abs(v[1]) + Math.abs(v[2]));
            double right =
                    v[0] * (Math.abs(t[first - 1][first - 1]) + Math.abs(own) + Math.abs(t[first + 1][first + 1]));
            if (Math.abs(left) < epsilon * right) {
                break;
            }
        }
        for (int k = first; k <= end - 2; k++) {
            Reflection h = k == first ? Reflection.of(v) : Reflection.of(t[k][k - 1], t[k + 1][k - 1], t[k + 2][k - 1]);
            if (h.beta != 0) {
                if (k == first && k > start) {
                    t[k][k - 1] = -t[k][k - 1];
                } else if (k != first) {
                    t[k][k - 1] = h.beta;
                }
                h.left(t, k, k);
                h.right(t, k, Math.min(end, k + 3) + 1);
                h.right(u, k, n);
            }
        }
        Reflection h = Reflection.of(t[end - 1][end - 2], t[end][end - 2]);
        if (h.beta != 0) {
            t[end - 1][end - 2] = h.beta;
            h.left(t, end - 1, end - 1);
            h.right(t, end - 1, end + 1);
            h.right(u, end - 1, n);
        }
        for (int i = first + 2; i <= end; i++) {
            t[i][i - 2] = 0;
            if (i > first + 2) {
                t[i][i - 3] = 0;
            }
        }
    }
}
