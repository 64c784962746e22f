package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;

/**
 * A batch of products of two activations, c[i] = f(op(a[i])[m×k] · op(b[i])[k×n] + bias[n]), each operand as it is or
 * transposed: attention, and the gradients of a product. Prepared once from the sizes; b is packed within each call.
 */
public final class MatMul {
    /** Multiplications below which a tile is not worth handing over. */
    private static final long SMALL = 1 << 16;

    private static final int MC = 96;

    private final Simd simd;
    private final int m;
    private final int n;
    private final int k;
    private final Operand a;
    private final Operand b;
    private final Operand c;

    /**
     * A batch of matrices in one array.
     *
     * @param at where matrix i begins, relative to the array's offset
     * @param ld how far apart its rows lie, as stored
     * @param transposed whether it is stored transposed
     */
    public record Operand(int[] at, int ld, boolean transposed) {
        /** {@code count} matrices of rows × cols one after the other. */
        public static Operand dense(int count, int rows, int cols) {
            int[] at = new int[count];
            for (int i = 0; i < count; i++) {
                at[i] = Math.multiplyExact(i, rows * cols);
            }
            return new Operand(at, cols, false);
        }

        /** The same storage, read as the transposed matrices. */
        public Operand transpose() {
            return new Operand(at, ld, !transposed);
        }
    }

    /**
     * Prepares c[i][m×n] = a[i][m×k] · b[i][k×n]; a[i] is stored [k×m] where transposed, b[i] [n×k]. All three batches have
     * the same length; equal offsets in a or b broadcast. c cannot be transposed.
     */
    public MatMul(Simd simd, int m, int n, int k, Operand a, Operand b, Operand c) {
        if (a.at.length != c.at.length || b.at.length != c.at.length || c.transposed) {
            throw new IllegalArgumentException("MatMul: expected batches of one length and c not transposed but was "
                    + a.at.length + ", " + b.at.length + ", " + c.at.length + ", transposed " + c.transposed);
        }
        this.simd = simd;
        this.m = m;
        this.n = n;
        this.k = k;
        this.a = a;
        this.b = b;
        this.c = c;
    }

    /** Computes all products of the batch; the residual (or null) has the layout of c. */
    public void run(
            Workers workers,
            Scratch scratch,
            float[] x,
            int xo,
            float[] w,
            int wo,
            float[] y,
            int yo,
            Epilogue e,
            float[] residual,
            int ro) {
        int batch = c.at.length;
        if (batch == 0 || m == 0 || n == 0) {
            return;
        }
        int nr = 2 * simd.lanes();
        int panels = (n + nr - 1) / nr;
        int pc = (int) Math.max(1, Math.min(panels, (1 << 18) / ((long) nr * Math.max(k, 1))));
        int rc = m;
        long work = (long) batch * m * n * Math.max(k, 1);
        long wanted = workers.size() == 1 ? 1 : Math.min(4L * workers.size(), work / SMALL);
        if ((long) batch * ((panels + pc - 1) / pc) < wanted) {
            pc = (int) Math.max(1, (long) panels * batch / wanted);
            long others = (long) batch * ((panels + pc - 1) / pc);
            if (others < wanted) {
                rc = (int) Math.max(8, m * others / wanted + 3 & -4);
            }
        }
        int cols = pc * nr;
        int rows = rc;
        int down = (m + rows - 1) / rows;
        int across = (n + cols - 1) / cols;
        workers.run(batch * down * across, scratch, (t, s) -> {
            int i = t / (down * across);
            int j0 = t / down % across * cols;
            int i0 = t % down * rows;
            tile(s, i, i0, Math.min(rows, m - i0), j0, Math.min(cols, n - j0), x, xo, w, wo, y, yo, e, residual, ro);
        });
    }

    private void tile(
            Scratch scratch,
            int index,
            int i0,
            int rows,
            int j0,
            int cols,
            float[] x,
            int xo,
            float[] w,
            int wo,
            float[] y,
            int yo,
            Epilogue e,
            float[] residual,
            int ro) {
        int packed = PackedB.size(simd, k, cols);
        int edge = Gemm.edge(simd);
        float[] room = scratch.floats(edge + packed + (a.transposed ? MC * k : 0));
        PackedB right = PackedB.in(simd, k, cols, room, edge);
        int bo = wo + b.at[index] + (b.transposed ? j0 * b.ld : j0);
        right.fill(w, bo, b.ld, b.transposed, 0, right.panels);
        for (int r = 0; r < rows; r += MC) {
            int mc = Math.min(MC, rows - r);
            int to = c.at[index] + (i0 + r) * c.ld + j0;
            int co = yo + to;
            float[] left = x;
            int ao = xo + a.at[index] + (i0 + r) * a.ld;
            int lda = a.ld;
            if (a.transposed) {
                left = room;
                ao = edge + packed;
                lda = k;
                transpose(x, xo + a.at[index] + i0 + r, a.ld, mc, room, ao);
            }
            Gemm.product(mc, left, ao, lda, right, 0, right.panels, y, co, c.ld, room);
            simd.epilogue(
                    mc,
                    cols,
                    y,
                    co,
                    c.ld,
                    e.bias(),
                    e.at() + j0,
                    residual,
                    ro + to,
                    c.ld,
                    e.act(),
                    e.alpha(),
                    e.beta());
        }
    }

    /** to[i·k + p] = from[p·ld + i] for i &lt; rows. */
    private void transpose(float[] from, int fo, int ld, int rows, float[] to, int at) {
        for (int p = 0; p < k; p++) {
            for (int i = 0; i < rows; i++) {
                to[at + i * k + p] = from[fo + p * ld + i];
            }
        }
    }
}
