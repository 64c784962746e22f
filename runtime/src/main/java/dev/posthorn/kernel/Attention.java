package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;

/**
 * Attention of several heads, y = softmax(scale · q·kᵀ + mask)·v for each of b·h pairs of a row of the batch and a head, over
 * q[b×t×h×n], k[b×s×h×n], v[b×s×h×m], y[b×t×h×m] where they lie.
 *
 * <p>A tile is one pair and some of its queries: keys and values are packed, then a block of queries at a time is multiplied
 * with the keys, its rows made weights e^(x − max), multiplied with the values, and divided by the sums of the weights. The
 * matrix of all weights never exists; a tile's memory grows with s alone. Prepared once; immutable.
 */
public final class Attention {
    /** Queries of a block: their weights stay in cache. */
    private static final int ROWS = 32;
    /** Multiplications below which a tile is not worth handing over. */
    private static final long SMALL = 1 << 16;

    /** The sizes, named as above. */
    public record Sizes(int b, int t, int s, int h, int n, int m) {}

    /**
     * What becomes of the scaled products; steps of the mask along b, h, t and s, 0 where it broadcasts.
     *
     * @param selects whether the mask is bool, and {@code low} stands where it is false; else it is added
     */
    public record Mask(boolean selects, float low, int[] steps) {}

    private final Simd simd;
    private final Sizes z;
    private final float scale;
    private final Mask mask;

    /** Prepares for these sizes; {@code mask} may be null. */
    public Attention(Simd simd, Sizes sizes, float scale, Mask mask) {
        this.simd = simd;
        this.z = sizes;
        this.scale = scale;
        this.mask = mask;
    }

    /** Computes all heads. {@code given} is the mask's float[] or byte[], if there is a mask. */
    public void run(
            Workers workers,
            Scratch scratch,
            float[] q,
            int qo,
            float[] k,
            int ko,
            float[] v,
            int vo,
            Object given,
            int go,
            float[] y,
            int yo) {
        int pairs = z.b * z.h;
        if (pairs == 0 || z.t == 0 || z.m == 0) {
            return;
        }
        long work = (long) pairs * z.t * z.s * (z.n + z.m);
        long wanted = workers.size() == 1 ? 1 : Math.min(4L * workers.size(), work / SMALL);
        int blocks = (z.t + ROWS - 1) / ROWS;
        int parts = (int) Math.max(1, Math.min(blocks, (wanted + pairs - 1) / pairs));
        int rows = (blocks + parts - 1) / parts * ROWS;
        int down = (z.t + rows - 1) / rows;
        workers.run(pairs * down, scratch, (tile, room) -> {
            int pair = tile / down;
            int from = tile % down * rows;
            new Tile(room, pair / z.h, pair % z.h)
                    .run(from, Math.min(z.t, from + rows), q, qo, k, ko, v, vo, given, go, y, yo);
        });
    }

    /** One pair of a row of the batch and a head. */
    private final class Tile {
        final int b;
        final int h;
        final float[] room;
        final PackedB keys;
        final PackedB values;
        final int weights;
        final int sums;

        Tile(Scratch scratch, int b, int h) {
            this.b = b;
            this.h = h;
            int edge = Gemm.edge(simd);
            int k = PackedB.size(simd, z.n, z.s);
            int v = PackedB.size(simd, z.s, z.m);
            weights = edge + k + v;
            sums = weights + ROWS * z.s;
            room = scratch.floats(sums + (ROWS + 1) * simd.lanes());
            keys = PackedB.in(simd, z.n, z.s, room, edge);
            values = PackedB.in(simd, z.s, z.m, room, edge + k);
        }

        void run(
                int from,
                int to,
                float[] q,
                int qo,
                float[] k,
                int ko,
                float[] v,
                int vo,
                Object given,
                int go,
                float[] y,
                int yo) {
            int ldn = z.h * z.n;
            int ldm = z.h * z.m;
            keys.fill(k, ko + b * z.s * ldn + h * z.n, ldn, true, 0, keys.panels);
            simd.binaryRight(Binary.MUL, room, keys.at, scale, room, keys.at, PackedB.size(simd, z.n, z.s));
            values.fill(v, vo + b * z.s * ldm + h * z.m, ldm, false, 0, values.panels);
            for (int i = from; i < to; i += ROWS) {
                int rows = Math.min(ROWS, to - i);
                int at = yo + (b * z.t + i) * ldm + h * z.m;
                product(rows, q, qo + (b * z.t + i) * ldn + h * z.n, ldn, keys, room, weights, z.s);
                for (int r = 0; r < rows && mask != null; r++) {
                    int row = go + b * mask.steps[0] + h * mask.steps[1] + (i + r) * mask.steps[2];
                    mask(weights + r * z.s, given, row);
                }
                simd.expRows(rows, z.s, room, weights, room, sums);
                product(rows, room, weights, z.s, values, y, at, ldm);
                simd.divideRows(rows, z.m, y, at, ldm, room, sums);
            }
        }

        /** c[rows×n] = a · b. */
        private void product(int rows, float[] a, int ao, int lda, PackedB b, float[] c, int co, int ldc) {
            Gemm.product(rows, a, ao, lda, b, 0, b.panels, c, co, ldc, room);
        }

        private void mask(int row, Object given, int from) {
            int step = mask.steps[3];
            if (mask.selects) {
                byte[] kept = (byte[]) given;
                for (int j = 0; j < z.s; j++) {
                    room[row + j] = kept[from + j * step] != 0 ? room[row + j] : mask.low;
                }
            } else if (step == 1) {
                simd.binary(Binary.ADD, room, row, (float[]) given, from, room, row, z.s);
            } else {
                simd.binaryRight(Binary.ADD, room, row, ((float[]) given)[from], room, row, z.s);
            }
        }
    }
}
