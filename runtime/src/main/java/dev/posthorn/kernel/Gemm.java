package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;

/**
 * c[m×n] = f(a[m×k] · b[k×n] + bias[n] + residual[m×n]).
 *
 * <p>Tiles of rows and panels are shared by the workers; inside a tile the sum over k is cut in equal blocks of at most
 * {@link #KC} terms, each one chain of multiply-adds in rising order, added in rising order. An element's sum so depends
 * on k alone: it is the same for any m, any tiling and any number of threads. A is read where it lies, some rows at a
 * time, so packing it costs nothing; only where its rows would push each other out of the cache, a block of them is copied.
 */
public final class Gemm {
    /** Most terms of a block over k: such a block of a panel of b stays in the first-level cache. */
    static final int KC = 256;
    /** Rows of the largest micro-kernel. */
    private static final int ROWS = 12;
    /** Most rows of a tile. */
    private static final int MC = 8 * ROWS;
    /** How far apart copies of rows of a lie: a block over k, and a line, so that they are in sets of their own. */
    private static final int APART = KC + 16;
    /** Values of c in a tile: they stay in the second-level cache until the epilogue has passed. */
    private static final int TILE_C = 1 << 15;
    /** Floats of b that the tiles of one range of panels have in common: they stay in the second-level cache. */
    private static final int SHARED_B = 1 << 18;
    /** Floats of b that stay in the smallest second-level caches, beside a and c. */
    private static final int NEAR_B = 1 << 16;
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
        int pc = panelsPerTile(b, m);
        int mc = evenly(m, rowsPerTile(b, pc), rowsTogether(b));
        long work = (long) m * b.n * Math.max(b.k, 1);
        int wanted = workers.size() == 1 ? 1 : (int) Math.min(4L * workers.size(), work / SMALL);
        int rowTiles = (m + mc - 1) / mc;
        if ((long) rowTiles * ((b.panels + pc - 1) / pc) < wanted) {
            pc = (int) Math.max(Math.min(2, b.panels), (long) b.panels * rowTiles / wanted);
            int colTiles = (b.panels + pc - 1) / pc;
            if ((long) rowTiles * colTiles < wanted) {
                mc = Math.min(mc, whole(m * colTiles / wanted + ROWS - 1));
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

    /** As many rows as c has in the second-level cache, a whole number of those of a micro-kernel. */
    static int rowsPerTile(PackedB b, int panels) {
        return Math.min(MC, whole(TILE_C / Math.min(b.n, panels * b.nr)));
    }

    /** Of how many rows the micro-kernel is that most of b meets. */
    private static int rowsTogether(PackedB b) {
        int vectors = (b.n + b.simd.lanes() - 1) / b.simd.lanes();
        return b.simd.hasGemm3() ? 3 : !b.simd.hasManyRegisters() ? 4 : vectors == 1 ? 9 : vectors < 4 ? 8 : 5;
    }

    private static int whole(int rows) {
        return Math.max(ROWS, rows / ROWS * ROWS);
    }

    /** The size of tiles that part m rows evenly, each about {@code rows}, so that none has a few that are left. */
    static int evenly(int m, int rows, int unit) {
        int tiles = Math.max(1, (m + rows / 2) / rows);
        return Math.min(m, ((m + tiles - 1) / tiles + unit - 1) / unit * unit);
    }

    /**
     * {@link #panelsPerTile(PackedB)}, or fewer where that spares reading: either all rows pass by a small part of b, once for
     * each of these, or b passes by a few rows, once for each tile.
     */
    private static int panelsPerTile(PackedB b, int m) {
        int most = panelsPerTile(b);
        int few = (int) Math.max(1, Math.min(most, NEAR_B / ((long) b.nr * Math.max(b.k, 1))));
        int rows = rowsPerTile(b, most);
        long tiles = (m + rows - 1L) / rows;
        long parts = (b.panels + few - 1L) / few;
        return parts * m + b.n < m + tiles * b.n ? few : most;
    }

    /** As many panels as stay in cache while tile after tile of rows passes by. */
    static int panelsPerTile(PackedB b) {
        return (int) Math.max(1, Math.min(b.panels, SHARED_B / ((long) b.nr * Math.max(b.k, 1))));
    }

    /** Some rows and panels of a product, with its epilogue. */
    static void tile(
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
        tile(scratch.floats(edge(b.simd)), m, a, ao, lda, b, p0, p1, c, co, ldc, e, residual, ro);
    }

    /** As the other one, with room for {@link #edge} floats at the start of {@code edge}. */
    static void tile(
            float[] edge,
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
        int together = p1 - p0 == b.panels && ldc == b.n && m >= ROWS && e.bias() != null ? together(b) : 1;
        if (together > 1) {
            product(m, a, ao, lda, b, p0, p1, c, co, ldc, edge);
            int wide = together * b.n;
            for (int r = 0; r < together; r++) {
                System.arraycopy(e.bias(), 0, edge, r * b.n, b.n);
            }
            int some = m / together;
            b.simd.epilogue(some, wide, c, co, wide, edge, 0, residual, ro, wide, e.act(), e.alpha(), e.beta());
            int done = some * wide;
            finish(m - some * together, b, p0, p1, c, co + done, ldc, e, residual, ro + done);
            return;
        }
        boolean byPanel = m >= ROWS && (e.bias() != null || residual != null);
        product(m, a, ao, lda, b, p0, p1, c, co, ldc, edge, byPanel ? e : null, residual, ro);
        if (!byPanel) {
            finish(m, b, p0, p1, c, co, ldc, e, residual, ro);
        } else if (!e.act().clips()) {
            int j = b.column(p0);
            int cols = Math.min(b.n, b.column(p1)) - j;
            b.simd.epilogue(m, cols, c, co + j, ldc, null, 0, null, 0, 0, e.act(), e.alpha(), e.beta());
        }
    }

    /** How many short rows of c, one after the other, make whole vectors for the epilogue. */
    private static int together(PackedB b) {
        int lanes = b.simd.lanes();
        if (b.n == lanes) {
            return 2;
        }
        for (int rows = 1; rows * b.n <= 6 * lanes; rows++) {
            if (rows * b.n % lanes == 0) {
                return rows;
            }
        }
        return 1;
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
    private static void finish(
            int m, PackedB b, int p0, int p1, float[] c, int co, int ldc, Epilogue e, float[] residual, int ro) {
        int j0 = b.column(p0);
        int cols = Math.min(b.n, b.column(p1)) - j0;
        b.simd.epilogue(
                m, cols, c, co + j0, ldc, e.bias(), e.at() + j0, residual, ro + j0, ldc, e.act(), e.alpha(), e.beta());
    }

    /** Floats that a product needs: for panels that are not whole, and for rows of a that are laid out otherwise. */
    static int edge(Simd simd) {
        return CacheLine.FIRST + whole(simd) + (simd.hasManyRegisters() ? MC * APART : 0);
    }

    private static int whole(Simd simd) {
        return ROWS * 2 * simd.lanes();
    }

    /**
     * Whether rows of a that are used at once lie in the same few sets of the first-level cache and so push each other out:
     * those do that begin a multiple of 2 KB after one another, and are worth a copy where several panels pass.
     */
    private static boolean collides(int m, int lda, PackedB b, int panels) {
        return b.simd.hasManyRegisters() && m >= ROWS && lda % 512 == 0 && panels > 3;
    }

    /** c[i, j] = Σₚ a[ao + i·lda + p] · b[p, j] for m rows and the columns of the panels p0 … p1 − 1, block by block. */
    static void product(
            int m, float[] a, int ao, int lda, PackedB b, int p0, int p1, float[] c, int co, int ldc, float[] edge) {
        product(m, a, ao, lda, b, p0, p1, c, co, ldc, edge, null, null, 0);
    }

    /** As the other one, with what {@link #block} adds to the last block's panels. */
    private static void product(
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
            float[] edge,
            Epilogue e,
            float[] residual,
            int ro) {
        boolean collides = collides(m, lda, b, p1 - p0);
        int edgeAt = CacheLine.FIRST;
        int copy = edgeAt + whole(b.simd);
        for (int k0 = 0, blocks = blocks(b.k), i = 0; i < blocks; i++) {
            int k1 = end(b.k, blocks, i);
            int kc = k1 - k0;
            Epilogue last = i + 1 == blocks ? e : null;
            for (int r = 0, rows; collides && r < m; r += rows) {
                rows = Math.min(MC, m - r);
                for (int q = 0; q < rows; q++) {
                    System.arraycopy(a, ao + (r + q) * lda + k0, edge, copy + q * APART, kc);
                }
                int to = co + r * ldc;
                int from = ro + r * ldc;
                block(
                        rows, edge, copy, APART, b, p0, p1, k0, kc, c, to, ldc, i == 0, edge, edgeAt, last, residual,
                        from);
            }
            if (!collides) {
                block(m, a, ao + k0, lda, b, p0, p1, k0, kc, c, co, ldc, i == 0, edge, edgeAt, last, residual, ro);
            }
            k0 = k1;
        }
    }

    /**
     * c[i, j] (+)= Σₚ a[ao + i·lda + p] · b[k0 + p, j] for m rows, the columns of the panels p0 … p1 − 1 and kc terms.
     *
     * @param edge room for {@link #edge} floats at {@code edgeAt}
     * @param e with bias or residual, to add these and clip a panel as soon as it is there, in the first-level cache; or null
     */
    static void block(
            int m,
            float[] a,
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
            int edgeAt,
            Epilogue e,
            float[] residual,
            int ro) {
        int panel = p0;
        for (int wide = Math.min(p1, b.wide); panel < wide; panel++) {
            int j = b.column(panel);
            int width = b.width(panel);
            if (m == 1 && panel + 2 <= wide && j + 2 * width <= b.n) {
                b.simd.gemv3(kc, a, ao, b.data, b.offset(panel) + k0 * width, width * b.k, c, co + j, first);
                panel++;
            } else {
                threes(m, a, ao, lda, b, panel, k0, kc, c, co + j, ldc, first, edge, edgeAt);
            }
            clip(m, b, panel, panel + 1, c, co, ldc, e, residual, ro);
        }
        int pair = 2 * b.simd.lanes();
        for (; m == 1 && panel + 4 <= p1 && b.column(panel) + 4 * pair <= b.n; panel += 4) {
            int j = b.column(panel);
            b.simd.gemv4(kc, a, ao, b.data, b.offset(panel) + k0 * pair, pair * b.k, c, co + j, first);
            clip(m, b, panel, panel + 4, c, co, ldc, e, residual, ro);
        }
        if (m == 1 || b.simd.hasManyRegisters()) {
            for (; panel + 2 <= p1 && b.column(panel) + 2 * pair <= b.n; panel += 2) {
                pair(m, a, ao, lda, b, panel, k0, kc, c, co + b.column(panel), ldc, first, edge, edgeAt);
                clip(m, b, panel, panel + 2, c, co, ldc, e, residual, ro);
            }
        }
        for (; panel < p1; panel++) {
            int j = b.column(panel);
            int width = b.width(panel);
            int cols = Math.min(width, b.n - j);
            int bo = b.offset(panel) + k0 * width;
            boolean wide = width == pair;
            int i = 0;
            for (; !wide && b.simd.hasManyRegisters() && kc % 2 == 0 && i + 9 <= m; i += 9) {
                int at = ao + i * lda;
                int to = co + i * ldc + j;
                if (first && cols == width) {
                    b.simd.gemm9Half(kc, a, at, lda, b.data, bo, c, to, ldc);
                } else {
                    b.simd.gemm9Half(kc, a, at, lda, b.data, bo, edge, edgeAt, width);
                    copy(b.simd, 9, cols, edge, edgeAt, width, c, to, ldc, first);
                }
            }
            for (; !wide && b.simd.hasManyRegisters() && i + ROWS <= m; i += ROWS) {
                int at = ao + i * lda;
                int to = co + i * ldc + j;
                if (first && cols == width) {
                    b.simd.gemm12Half(kc, a, at, lda, b.data, bo, c, to, ldc);
                } else {
                    b.simd.gemm12Half(kc, a, at, lda, b.data, bo, edge, edgeAt, width);
                    copy(b.simd, ROWS, cols, edge, edgeAt, width, c, to, ldc, first);
                }
            }
            for (; wide && b.simd.hasManyRegisters() && i + 8 <= m; i += 8) {
                int to = co + i * ldc + j;
                boolean over = first && cols == b.n && ldc == b.n && (m - i - 8) * cols >= width - cols;
                if (first && cols == width || over) {
                    b.simd.gemm8(kc, a, ao + i * lda, lda, b.data, bo, c, to, ldc);
                } else {
                    b.simd.gemm8(kc, a, ao + i * lda, lda, b.data, bo, edge, edgeAt, width);
                    copy(b.simd, 8, cols, edge, edgeAt, width, c, to, ldc, first);
                }
            }
            for (; i < m; i += 4) {
                int a0 = ao + i * lda;
                int a1 = i + 1 < m ? a0 + lda : a0;
                int a2 = i + 2 < m ? a1 + lda : a1;
                int a3 = i + 3 < m ? a2 + lda : a2;
                int to = co + i * ldc + j;
                // what is too much of the last of these rows lies in the next ones then, which are still to come
                boolean over = first && cols == b.n && ldc == b.n && (m - i - 4) * cols >= width - cols;
                if (i + 4 <= m && cols == width || over) {
                    four(b.simd, wide, kc, a, a0, a1, a2, a3, b.data, bo, c, to, ldc, first);
                } else {
                    four(b.simd, wide, kc, a, a0, a1, a2, a3, b.data, bo, edge, edgeAt, width, true);
                    copy(b.simd, Math.min(4, m - i), cols, edge, edgeAt, width, c, to, ldc, first);
                }
            }
            clip(m, b, panel, panel + 1, c, co, ldc, e, residual, ro);
        }
    }

    /** Bias, residual and clipping, of some panels; nothing if e is null. */
    private static void clip(
            int m, PackedB b, int p0, int p1, float[] c, int co, int ldc, Epilogue e, float[] residual, int ro) {
        if (e != null) {
            int j = b.column(p0);
            int cols = Math.min(b.n, b.column(p1)) - j;
            Unary act = e.act().clips() ? e.act() : Unary.NONE;
            b.simd.epilogue(
                    m, cols, c, co + j, ldc, e.bias(), e.at() + j, residual, ro + j, ldc, act, e.alpha(), e.beta());
        }
    }

    /** A panel of three vectors: three rows at a time, two where that leaves no single one. */
    private static void threes(
            int m,
            float[] a,
            int ao,
            int lda,
            PackedB b,
            int panel,
            int k0,
            int kc,
            float[] c,
            int co,
            int ldc,
            boolean first,
            float[] edge,
            int edgeAt) {
        int width = b.width(panel);
        int cols = Math.min(width, b.n - b.column(panel));
        int bo = b.offset(panel) + k0 * width;
        for (int i = 0, rows; i < m; i += rows) {
            int left = m - i;
            rows = left < 3 ? left : left == 4 ? 2 : 3;
            int at = ao + i * lda;
            int to = co + i * ldc;
            boolean whole = cols == width;
            float[] y = whole ? c : edge;
            int yo = whole ? to : edgeAt;
            int ldy = rows == 1 ? 0 : whole ? ldc : width;
            if (rows == 3) {
                b.simd.gemm3(kc, a, at, lda, b.data, bo, y, yo, ldy, first || !whole);
            } else {
                b.simd.gemm2(kc, a, at, rows == 1 ? 0 : lda, b.data, bo, y, yo, ldy, first || !whole);
            }
            if (!whole) {
                copy(b.simd, rows, cols, edge, edgeAt, width, c, to, ldc, first);
            }
        }
    }

    /**
     * Two whole panels: five rows at a time, four where that leaves no single ones. Few rows too: reading b is then what takes
     * time, and from two places at once it comes faster.
     */
    private static void pair(
            int m,
            float[] a,
            int ao,
            int lda,
            PackedB b,
            int panel,
            int k0,
            int kc,
            float[] c,
            int co,
            int ldc,
            boolean first,
            float[] edge,
            int edgeAt) {
        int width = b.width(panel);
        int bo = b.offset(panel) + k0 * width;
        int apart = width * b.k;
        if (m == 1) {
            b.simd.gemv2(kc, a, ao, b.data, bo, apart, c, co, first);
            return;
        }
        float[] y = first ? c : edge;
        for (int i = 0, rows; i < m; i += rows) {
            rows = rowsOfPair(m - i);
            int at = ao + i * lda;
            int to = co + i * ldc;
            int yo = first ? to : edgeAt;
            int ldy = first ? ldc : 2 * width;
            if (rows == 5) {
                b.simd.gemm5Pair(kc, a, at, lda, b.data, bo, apart, y, yo, ldy);
            } else if (rows == 4) {
                b.simd.gemm4Pair(kc, a, at, lda, b.data, bo, apart, y, yo, ldy);
            } else {
                b.simd.gemv2(kc, a, at, b.data, bo, apart, y, yo, true);
            }
            if (!first) {
                add(b.simd, rows, 2 * width, edge, edgeAt, 2 * width, c, to, ldc);
            }
        }
    }

    /** How many rows of those that are left come next: fives and fours, and single ones only where these do not add up. */
    private static int rowsOfPair(int left) {
        if (left % 5 == 0) {
            return 5;
        }
        return left >= 12 || left == 4 || left == 8 || left == 9 ? 4 : left >= 5 ? 5 : 1;
    }

    private static void four(
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
            Simd simd, int rows, int cols, float[] from, int fo, int ldf, float[] c, int co, int ldc, boolean first) {
        if (!first) {
            add(simd, rows, cols, from, fo, ldf, c, co, ldc);
            return;
        }
        for (int r = 0; r < rows; r++) {
            System.arraycopy(from, fo + r * ldf, c, co + r * ldc, cols);
        }
    }

    private static void add(Simd simd, int rows, int cols, float[] from, int fo, int ldf, float[] c, int co, int ldc) {
        simd.epilogue(rows, cols, c, co, ldc, null, 0, from, fo, ldf, Unary.NONE, 0, 0);
    }
}
