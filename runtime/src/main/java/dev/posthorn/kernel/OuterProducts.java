package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;

/** c += aᵀ · b, where columns of a lie together, some at a time, as {@link #columns} lays them, and so do rows of b. */
final class OuterProducts {
    private OuterProducts() {}

    /** How many columns lie together, of those from r on. */
    private static int together(Simd simd, int r, int high) {
        return simd.hasManyRegisters() && r + 12 <= high ? 12 : 8;
    }

    /** Floats that {@code high} columns of {@code count} take, a multiple of four of them. */
    static int room(Simd simd, int count, int high) {
        return count * (high + 4) + simd.lanes();
    }

    /** Lays {@code high} columns of a together, of {@code count} rows. */
    static void columns(Simd simd, int count, int high, float[] a, int ao, int lda, float[] to, int at) {
        for (int r = 0; r < high; r += together(simd, r, high)) {
            simd.columns(together(simd, r, high), a, ao + r, lda, to, at + r * count, count);
        }
    }

    /** Adds the products of these columns with a panel of b of two vectors, or of half of that; both lie in {@code ab}. */
    static void add(
            Simd simd, boolean half, int count, int high, float[] ab, int ao, int bo, float[] c, int co, int ldc) {
        for (int r = 0; r < high; ) {
            int columns = ao + r * count;
            int row = co + r * ldc;
            int end = r + together(simd, r, high);
            if (end == r + 12) {
                if (half) {
                    simd.outer12Half(count, ab, columns, ab, bo, c, row, ldc);
                } else {
                    simd.outer12(count, ab, columns, ab, bo, c, row, ldc);
                }
                r = end;
            }
            if (half && end == r + 8 && end <= high) {
                simd.outer8Half(count, ab, columns, ab, bo, c, row, ldc);
                r = end;
            }
            for (; r < Math.min(end, high); r += 4, columns += 4, row += 4 * ldc) {
                if (half) {
                    simd.outer4Half(count, ab, columns, ab, bo, c, row, ldc);
                } else {
                    simd.outer4(count, ab, columns, ab, bo, c, row, ldc);
                }
            }
        }
    }
}
