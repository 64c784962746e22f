package dev.posthorn.ir.op;

/**
 * {@code A = U·diag(values)·Vᵀ} by rotations from both sides, of a triangular matrix where A is not square. The signs of the
 * vectors are those of Eigen's JacobiSVD.
 */
final class JacobiSvd {
    /** Square, m×m and n×n. */
    double[][] u;

    double[][] v;
    final double[] values;

    JacobiSvd(double[][] a) {
        int m = a.length;
        int n = a[0].length;
        values = new double[Math.min(m, n)];
        double scale = 0;
        for (double[] row : a) {
            for (double x : row) {
                scale = Math.max(scale, Math.abs(x));
            }
        }
        scale = scale == 0 ? 1 : scale;
        double[][] work = new double[m][n];
        for (int i = 0; i < m * n; i++) {
            work[i / n][i % n] = a[i / n][i % n] / scale;
        }
        u = identity(m);
        v = identity(n);
        if (m > n) {
            work = triangular(work, u, v);
        } else if (m < n) {
            work = transpose(triangular(transpose(work), v, u));
        }
        rotate(work);
        finish(work, scale);
    }

    private static double[][] identity(int n) {
        double[][] one = new double[n][n];
        for (int i = 0; i < n; i++) {
            one[i][i] = 1;
        }
        return one;
    }

    private static double[][] transpose(double[][] a) {
        double[][] t = new double[a[0].length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < t.length; j++) {
                t[j][i] = a[i][j];
            }
        }
        return t;
    }

    /** {@code A·P = Q·R}, the longest column first: R; Q and P go to the identities {@code q} and {@code p}. */
    private static double[][] triangular(double[][] a, double[][] q, double[][] p) {
        int m = a.length;
        int n = a[0].length;
        for (int k = 0; k < n; k++) {
            int longest = k;
            double norm = -1;
            for (int c = k; c < n; c++) {
                double sum = 0;
                for (int r = k; r < m; r++) {
                    sum += a[r][c] * a[r][c];
                }
                if (sum > norm * (1 + 1e-12)) {
                    norm = sum;
                    longest = c;
                }
            }
            swap(a, k, longest);
            swap(p, k, longest);
            double tail = 0;
            for (int r = k + 1; r < m; r++) {
                tail += a[r][k] * a[r][k];
            }
            if (tail <= Double.MIN_NORMAL) {
                continue;
            }
            double head = a[k][k];
            double beta = head >= 0 ? -Math.sqrt(head * head + tail) : Math.sqrt(head * head + tail);
            double[] w = new double[m];
            w[k] = 1;
            for (int r = k + 1; r < m; r++) {
                w[r] = a[r][k] / (head - beta);
            }
            double tau = (beta - head) / beta;
            for (int c = k; c < n; c++) {
                double dot = 0;
                for (int r = k; r < m; r++) {
                    dot += w[r] * a[r][c];
                }
                for (int r = k; r < m; r++) {
                    a[r][c] -= tau * dot * w[r];
                }
            }
            for (double[] row : q) {
                double dot = 0;
                for (int r = k; r < m; r++) {
                    dot += row[r] * w[r];
                }
                for (int r = k; r < m; r++) {
                    row[r] -= tau * dot * w[r];
                }
            }
        }
        double[][] r = new double[n][n];
        for (int i = 0; i < n; i++) {
            System.arraycopy(a[i], i, r[i], i, n - i);
        }
        return r;
    }

    private static void swap(double[][] a, int i, int j) {
        for (double[] row : a) {
            double t = row[i];
            row[i] = row[j];
            row[j] = t;
        }
    }

    private void rotate(double[][] a) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i][i]));
        }
        boolean finished = false;
        for (int sweep = 0; !finished && sweep < 100; sweep++) {
            finished = true;
            for (int p = 1; p < a.length; p++) {
                for (int q = 0; q < p; q++) {
                    double threshold = Math.max(Double.MIN_NORMAL, 2 * Math.ulp(1.0) * largest);
                    if (Math.abs(a[p][q]) > threshold || Math.abs(a[q][p]) > threshold) {
                        finished = false;
                        rotate(a, p, q);
                        largest = Math.max(largest, Math.max(Math.abs(a[p][p]), Math.abs(a[q][q])));
                    }
                }
            }
        }
    }

    /** Makes the elements of rows and columns p and q off the diagonal zero. */
    private void rotate(double[][] a, int p, int q) {
        double t = a[p][p] + a[q][q];
        double d = a[q][p] - a[p][q];
        double c = 1;
        double s = 0;
        if (Math.abs(d) >= Double.MIN_NORMAL) {
            double w = t / d;
            double root = Math.sqrt(1 + w * w);
            s = 1 / root;
            c = w / root;
        }
        double x = c * a[p][p] + s * a[q][p];
        double y = c * a[p][q] + s * a[q][q];
        double z = -s * a[p][q] + c * a[q][q];
        double rightC = 1;
        double rightS = 0;
        if (2 * Math.abs(y) >= Double.MIN_NORMAL) {
            double tau = (x - z) / (2 * Math.abs(y));
            double root = Math.sqrt(tau * tau + 1);
            double tangent = tau > 0 ? 1 / (tau + root) : 1 / (tau - root);
            rightC = 1 / Math.sqrt(tangent * tangent + 1);
            rightS = -Math.signum(tangent) * Math.signum(y) * Math.abs(tangent) * rightC;
        }
        double leftC = c * rightC + s * rightS;
        double leftS = s * rightC - c * rightS;
        double[] top = a[p];
        double[] bottom = a[q];
        for (int i = 0; i < top.length; i++) {
            double above = top[i];
            top[i] = leftC * above + leftS * bottom[i];
            bottom[i] = -leftS * above + leftC * bottom[i];
        }
        turn(u, p, q, leftC, -leftS);
        turn(a, p, q, rightC, rightS);
        turn(v, p, q, rightC, rightS);
    }

    private static void turn(double[][] a, int p, int q, double c, double s) {
        for (double[] row : a) {
            double x = row[p];
            row[p] = c * x - s * row[q];
            row[q] = s * x + c * row[q];
        }
    }

    private void finish(double[][] a, double scale) {
        int k = values.length;
        for (int i = 0; i < k; i++) {
            values[i] = Math.abs(a[i][i]) * scale;
            if (a[i][i] < 0) {
                for (double[] row : u) {
                    row[i] = -row[i];
                }
            }
        }
        for (int i = 0; i < k; i++) {
            int largest = i;
            for (int j = i + 1; j < k; j++) {
                largest = values[j] > values[largest] ? j : largest;
            }
            double t = values[i];
            values[i] = values[largest];
            values[largest] = t;
            swap(u, i, largest);
            swap(v, i, largest);
        }
    }
}
