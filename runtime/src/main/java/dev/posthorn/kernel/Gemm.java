package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;

/**
 * c[m×n] = f(a[m×k] · b[k×n] + bias[n] + residual[m×n]).
 *
 * <p>Tiles of rows and panels are shared by the workers; inside a tile the sum over k is cut in equal blocks of at most
 * {@link #KC} terms, each one chain of multiply-adds in rising order, added in rising order. An element's sum so depends
 * on k alone: it is the same for any m, any tiling and any number of threads. A is read where it lies, four rows at a
 * time, so packing it costs nothing.
 */
public final class Gemm {
    /** Most terms of a block over k: such a block of a panel of b stays in the first-level cache. */
    static final int KC = 256;
    /** Most rows of a tile. */
    private static final int MC = 96;
    /** Values of c in a tile: they stay in the first-level cache until the epilogue has passed. */
    private static final int TILE_C = 8192;
    /** Floats of b that the tiles of one range of panels have in common: they stay in the second-level cache. */
    private static final int SHARED_B = 1 << 18;
    /** Multiplications below which a tile is not worth handing over. */
    private static final long SMALL = 1 << 16;

    private Gemm() {}

    /**
     * Row i of a begins at {@code a[ao + i·lda]}, of c at {@code c[co + i·ldc]}, of the residual at {@code residual[ro +
     * i·ldc]}; the residual may be null. c must not overlap what is read.
     */
    public static void run(
            Workers workers,
            Scratch scratch,
            int m,
            float[] a,
            int ao,
            int lda,
            PackedB b,
            float[] c,
            int co,
            int ldc,
            Epilogue e,
            float[] residual,
            int ro) {
        if (m == 0 || b.n == 0) {
            return;
        }
        int pc = panelsPerTile(b);
        int mc = Math.min(m, Math.max(16, Math.min(MC, TILE_C / Math.min(b.n, pc * b.nr) & -4)));
        long work = (long) m * b.n * Math.max(b.k, 1);
        int wanted = workers.size() == 1 ? 1 : (int) Math.min(4L * workers.size(), work / SMALL);
        int rowTiles = (m + mc - 1) / mc;
        if ((long) rowTiles * ((b.panels + pc - 1) / pc) < wanted) {
            pc = (int) Math.max(Math.min(2, b.panels), (long) b.panels * rowTiles / wanted);
            int colTiles = (b.panels + pc - 1) / pc;
            if ((long) rowTiles * colTiles < wanted) {
                mc = Math.min(mc, Math.max(8, m * colTiles / wanted + 3 & -4));
                rowTiles = (m + mc - 1) / mc;
            }
        }
        int tiles = rowTiles * ((b.panels + pc - 1) / pc);
        if (tiles == 1) {
            tile(scratch, m, a, ao, lda, b, 0, b.panels, c, co, ldc, e, residual, ro);
            return;
        }
        int rows = mc;
        int panels = pc;
        int across = rowTiles;
        workers.run(tiles, scratch, (t, s) -> {
            int r = t % across * rows;
            int p = t / across * panels;
            tile(
                    s,
                    Math.min(rows, m - r),
                    a,
                    ao + r * lda,
                    lda,
                    b,
                    p,
                    Math.min(b.panels, p + panels),
                    c,
                    co + r * ldc,
                    ldc,
                    e,
                    residual,
                    ro + r * ldc);
        });
    }

    /** As many panels as stay in cache while tile after tile of rows passes by. */
    static int panelsPerTile(PackedB b) {
        return (int) Math.max(1, Math.min(b.panels, SHARED_B / ((long) b.nr * Math.max(b.k, 1))));
    }

    private static void tile(
            Scratch scratch,
            int m,
            float[] a,
            int ao,
            int lda,
            PackedB b,
            int p0,
            int p1,
            float[] c,
            int co,
            int ldc,
            Epilogue e,
            float[] residual,
            int ro) {
        float[] edge = scratch.floats(4 * b.nr);
        for (int k0 = 0, blocks = blocks(b.k), i = 0; i < blocks; i++) {
            int k1 = end(b.k, blocks, i);
            block(m, a, null, ao + k0, lda, b, p0, p1, k0, k1 - k0, c, co, ldc, i == 0, edge, 0);
            k0 = k1;
        }
        finish(m, b, p0, p1, c, co, ldc, e, residual, ro);
    }

    /** How many blocks k terms are cut into; 1 for none. */
    static int blocks(int k) {
        return Math.max(1, (k + KC - 1) / KC);
    }

    /** Where block i of that many ends. */
    static int end(int k, int blocks, int i) {
        return (int) ((long) k * (i + 1) / blocks);
    }

    /** Bias, residual and function, on m rows and the columns of the panels p0 … p1 − 1. */
    static void finish(
            int m, PackedB b, int p0, int p1, float[] c, int co, int ldc, Epilogue e, float[] residual, int ro) {
        int j0 = p0 * b.nr;
        int cols = Math.min(b.n, p1 * b.nr) - j0;
        b.simd.epilogue(m, cols, c, co + j0, ldc, e.bias(), j0, residual, ro + j0, ldc, e.act(), e.alpha(), e.beta());
    }

    /**
     * c[i, j] (+)= Σₚ a[aᵢ + p] · b[k0 + p, j] for m rows, the columns of the panels p0 … p1 − 1 and kc terms. Row i of a
     * begins at {@code ao + rows[i]}, or {@code ao + i·lda} where rows is null.
     *
     * @param edge room for 4·nr floats at {@code edgeAt}
     */
    static void block(
            int m,
            float[] a,
            int[] rows,
            int ao,
            int lda,
            PackedB b,
            int p0,
            int p1,
            int k0,
            int kc,
            float[] c,
            int co,
            int ldc,
            boolean first,
            float[] edge,
            int edgeAt) {
        int panel = p0;
        if (m == 1) {
            int a0 = rows == null ? ao : ao + rows[0];
            for (; panel + 2 <= p1 && (panel + 2) * b.nr <= b.n; panel += 2) {
                b.simd.gemv2(kc, a, a0, b.data, b.offset(panel) + k0 * b.nr, b.nr * b.k, c, co + panel * b.nr, first);
            }
        }
        for (; panel < p1; panel++) {
            int j = panel * b.nr;
            int width = b.width(panel);
            int cols = Math.min(width, b.n - j);
            int bo = b.offset(panel) + k0 * width;
            int done = eights(b, cols, m, kc, a, rows, ao, lda, bo, c, co + j, ldc, first);
            for (int i = done; i < m; i += 4) {
                int a0;
                int a1;
                int a2;
                int a3;
                if (rows == null) {
                    a0 = ao + i * lda;
                    a1 = i + 1 < m ? a0 + lda : a0;
                    a2 = i + 2 < m ? a1 + lda : a1;
                    a3 = i + 3 < m ? a2 + lda : a2;
                } else {
                    a0 = ao + rows[i];
                    a1 = i + 1 < m ? ao + rows[i + 1] : a0;
                    a2 = i + 2 < m ? ao + rows[i + 2] : a1;
                    a3 = i + 3 < m ? ao + rows[i + 3] : a2;
                }
                if (i + 4 <= m && cols == width) {
                    micro(b.simd, width == b.nr, kc, a, a0, a1, a2, a3, b.data, bo, c, co + i * ldc + j, ldc, first);
                } else {
                    micro(b.simd, width == b.nr, kc, a, a0, a1, a2, a3, b.data, bo, edge, edgeAt, width, true);
                    copy(Math.min(4, m - i), cols, edge, edgeAt, width, c, co + i * ldc + j, ldc, first);
                }
            }
        }
    }

    /** As many groups of eight rows of a whole panel as there are; returns how many rows that was. */
    private static int eights(
            PackedB b,
            int cols,
            int m,
            int kc,
            float[] a,
            int[] rows,
            int ao,
            int lda,
            int bo,
            float[] c,
            int co,
            int ldc,
            boolean first) {
        if (!b.simd.hasGemm8() || cols != b.nr) {
            return 0;
        }
        int i = 0;
        for (; i + 8 <= m; i += 8) {
            if (rows == null) {
                int at = ao + i * lda;
                b.simd.gemm8(
                        kc,
                        a,
                        at,
                        at + lda,
                        at + 2 * lda,
                        at + 3 * lda,
                        at + 4 * lda,
                        at + 5 * lda,
                        at + 6 * lda,
                        at + 7 * lda,
                        b.data,
                        bo,
                        c,
                        co + i * ldc,
                        ldc,
                        first);
            } else {
                b.simd.gemm8(
                        kc,
                        a,
                        ao + rows[i],
                        ao + rows[i + 1],
                        ao + rows[i + 2],
                        ao + rows[i + 3],
                        ao + rows[i + 4],
                        ao + rows[i + 5],
                        ao + rows[i + 6],
                        ao + rows[i + 7],
                        b.data,
                        bo,
                        c,
                        co + i * ldc,
                        ldc,
                        first);
            }
        }
        return i;
    }

    private static void micro(
            Simd simd,
            boolean wide,
            int kc,
            float[] a,
            int a0,
            int a1,
            int a2,
            int a3,
            float[] b,
            int bo,
            float[] c,
            int co,
            int ldc,
            boolean first) {
        if (wide) {
            simd.gemm4(kc, a, a0, a1, a2, a3, b, bo, c, co, ldc, first);
        } else {
            simd.gemm4Half(kc, a, a0, a1, a2, a3, b, bo, c, co, ldc, first);
        }
    }

    private static void copy(
            int rows, int cols, float[] from, int fo, int ldf, float[] c, int co, int ldc, boolean first) {
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < cols; j++) {
                float v = from[fo + r * ldf + j];
                c[co + r * ldc + j] = first ? v : c[co + r * ldc + j] + v;
            }
        }
    }
}
