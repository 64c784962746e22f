package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;

/**
 * The right operand B[k×n] of a product in the order the micro-kernels read it: panels of 2L columns (L =
 * {@link Simd#lanes()}), each k rows of 2L values; the last panel is L wide where at most L columns are left; missing
 * columns are zero. Immutable after packing.
 */
public final class PackedB {
    final Simd simd;
    final int k;
    final int n;
    /** Columns of a panel. */
    final int nr;
    /** How many panels there are, the narrow one included. */
    final int panels;
    /** Columns of the last panel: nr or nr / 2. */
    final int lastWidth;

    final float[] data;
    final int at;

    private PackedB(Simd simd, int k, int n, float[] data, int at) {
        this.simd = simd;
        this.k = k;
        this.n = n;
        this.nr = 2 * simd.lanes();
        this.panels = (n + nr - 1) / nr;
        int rest = n - (panels - 1) * nr;
        this.lastWidth = rest <= nr / 2 ? nr / 2 : nr;
        this.data = data;
        this.at = at;
    }

    /** Packs B[k×n], whose row p begins at {@code b[bo + p·ldb]}. */
    public static PackedB of(Simd simd, int k, int n, float[] b, int bo, int ldb) {
        PackedB packed = new PackedB(simd, k, n, new float[size(simd, k, n)], 0);
        packed.fill(b, bo, ldb, false, 0, packed.panels);
        return packed;
    }

    /** Gives rows of a matrix, one after the other. */
    @FunctionalInterface
    public interface Rows {
        void read(int from, int count, float[] into);
    }

    /** Packs B[k×n] of rows that are read a few at a time, so that B need not be in memory as it is, too. */
    public static PackedB of(Simd simd, int k, int n, Rows rows) {
        PackedB packed = new PackedB(simd, k, n, new float[size(simd, k, n)], 0);
        int step = Math.max(1, Math.min(k, (1 << 20) / Math.max(1, n)));
        float[] some = new float[Math.multiplyExact(step, n)];
        for (int p = 0; p < k; p += step) {
            int count = Math.min(step, k - p);
            rows.read(p, count, some);
            packed.fillRows(some, 0, n, p, p + count);
        }
        return packed;
    }

    /** Packs B[k×n] given as its transpose, whose row j begins at {@code b[bo + j·ldb]}. */
    public static PackedB ofTransposed(Simd simd, int k, int n, float[] b, int bo, int ldb) {
        PackedB packed = new PackedB(simd, k, n, new float[size(simd, k, n)], 0);
        packed.fill(b, bo, ldb, true, 0, packed.panels);
        return packed;
    }

    /** A packing that lives in {@code data[at …]} for as long as the caller says: {@link #size} floats. */
    static PackedB in(Simd simd, int k, int n, float[] data, int at) {
        return new PackedB(simd, k, n, data, at);
    }

    /** Floats that the packed k×n matrix takes. */
    static int size(Simd simd, int k, int n) {
        int half = simd.lanes();
        return Math.multiplyExact(Math.multiplyExact((n + half - 1) / half, half), k);
    }

    /** The columns of the panel. */
    int width(int panel) {
        return panel == panels - 1 ? lastWidth : nr;
    }

    int offset(int panel) {
        return at + panel * nr * k;
    }

    /** Rows k. */
    public int k() {
        return k;
    }

    /** Columns n. */
    public int n() {
        return n;
    }

    /** Packs rows from … to − 1 of all panels; row {@code from} begins at {@code b[bo]}. */
    void fillRows(float[] b, int bo, int ldb, int from, int to) {
        for (int panel = 0; panel < panels; panel++) {
            int width = width(panel);
            int cols = Math.min(width, n - panel * nr);
            for (int p = from; p < to; p++) {
                int at = offset(panel) + p * width;
                System.arraycopy(b, bo + (p - from) * ldb + panel * nr, data, at, cols);
                Arrays.fill(data, at + cols, at + width, 0);
            }
        }
    }

    /** Packs the panels from … to − 1. */
    void fill(float[] b, int bo, int ldb, boolean transposed, int from, int to) {
        for (int panel = from; panel < to; panel++) {
            int j0 = panel * nr;
            int width = width(panel);
            int cols = Math.min(width, n - j0);
            int to0 = offset(panel);
            if (transposed) {
                for (int j = 0; j < cols; j++) {
                    int row = bo + (j0 + j) * ldb;
                    for (int p = 0; p < k; p++) {
                        data[to0 + p * width + j] = b[row + p];
                    }
                }
                for (int p = 0; p < k && cols < width; p++) {
                    Arrays.fill(data, to0 + p * width + cols, to0 + (p + 1) * width, 0);
                }
            } else {
                for (int p = 0; p < k; p++) {
                    System.arraycopy(b, bo + p * ldb + j0, data, to0 + p * width, cols);
                    Arrays.fill(data, to0 + p * width + cols, to0 + (p + 1) * width, 0);
                }
            }
        }
    }
}
