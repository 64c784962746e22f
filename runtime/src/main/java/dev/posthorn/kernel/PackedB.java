package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;

/**
 * The right operand B[k×n] of a product in the order the micro-kernels read it: panels of columns, each k rows of so many
 * values. With L = {@link Simd#lanes()}, panels have 2L columns, and the last one L where at most L are left. Providers that
 * {@linkplain Simd#hasGemm3 have} the kernels for it get panels of 3L columns first, as many as leave 0, 2L or 4L. Missing
 * columns are zero. Immutable after packing.
 */
public final class PackedB {
    final Simd simd;
    final int k;
    final int n;
    /** Columns of most panels. */
    final int nr;
    /** How many panels there are, the narrow ones included. */
    final int panels;
    /** How many of them, the first ones, have 3L columns. */
    final int wide;

    /** Columns of all panels. */
    private final int columns;

    final float[] data;
    final int at;

    private PackedB(Simd simd, int k, int n, float[] data, int at) {
        this.simd = simd;
        this.k = k;
        this.n = n;
        int vectors = (n + simd.lanes() - 1) / simd.lanes();
        this.wide = !simd.hasGemm3() ? 0 : vectors % 3 == 1 ? Math.max(0, vectors - 4) / 3 : vectors / 3;
        this.nr = (wide > 0 ? 3 : 2) * simd.lanes();
        this.panels = wide + (vectors - 3 * wide + 1) / 2;
        this.columns = vectors * simd.lanes();
        this.data = data;
        this.at = at;
    }

    /** Packs B[k×n], whose row p begins at {@code b[bo + p·ldb]}. */
    public static PackedB of(Simd simd, int k, int n, float[] b, int bo, int ldb) {
        PackedB packed = new PackedB(simd, k, n, CacheLine.floats(size(simd, k, n)), CacheLine.FIRST);
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
        PackedB packed = new PackedB(simd, k, n, CacheLine.floats(size(simd, k, n)), CacheLine.FIRST);
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
        PackedB packed = new PackedB(simd, k, n, CacheLine.floats(size(simd, k, n)), CacheLine.FIRST);
        packed.fill(b, bo, ldb, true, 0, packed.panels);
        return packed;
    }

    /** A packing that lives in {@code data[at …]} for as long as the caller says: {@link #size} floats. */
    public static PackedB in(Simd simd, int k, int n, float[] data, int at) {
        return new PackedB(simd, k, n, data, at);
    }

    /** Floats that the packed k×n matrix takes. */
    public static int size(Simd simd, int k, int n) {
        int half = simd.lanes();
        return Math.multiplyExact(Math.multiplyExact((n + half - 1) / half, half), k);
    }

    /** The columns of the panel. */
    int width(int panel) {
        return column(panel + 1) - column(panel);
    }

    /** The first column of the panel; of that behind the last one, how many columns all panels have. */
    int column(int panel) {
        return Math.min(columns, (Math.min(panel, wide) + 2 * panel) * simd.lanes());
    }

    int offset(int panel) {
        return at + column(panel) * k;
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
            fillRows(b, bo, ldb, panel, from, to);
        }
    }

    private void fillRows(float[] b, int bo, int ldb, int panel, int from, int to) {
        int width = width(panel);
        int cols = Math.min(width, n - column(panel));
        if (cols == width && width <= 2 * simd.lanes()) {
            simd.columns(width, b, bo + column(panel), ldb, data, offset(panel) + from * width, to - from);
            return;
        }
        for (int p = from; p < to; p++) {
            int at = offset(panel) + p * width;
            System.arraycopy(b, bo + (p - from) * ldb + column(panel), data, at, cols);
            Arrays.fill(data, at + cols, at + width, 0);
        }
    }

    /** Packs B[k×n], whose row p begins at {@code b[bo + p·ldb]}, or of whose transpose row j begins there. */
    public void fill(float[] b, int bo, int ldb, boolean transposed) {
        fill(b, bo, ldb, transposed, 0, panels);
    }

    /** Packs the panels from … to − 1. */
    void fill(float[] b, int bo, int ldb, boolean transposed, int from, int to) {
        for (int panel = from; panel < to; panel++) {
            int j0 = column(panel);
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
                fillRows(b, bo, ldb, panel, 0, k);
            }
        }
    }
}
