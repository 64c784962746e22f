package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;

/**
 * dw[k, e, c] = Σ x[b, i, e] · dy[b, o, c] over images b and places o, where i is the element that o meets with tap k and e
 * runs over the channels of c's group: the gradient of a convolution by its weights, over any {@link Grid}.
 *
 * <p>Rows of dw are shared out as tiles; a tile passes over the places chunk by chunk: dy is packed, and x is read where it
 * lies, or gathered first where its channels are few. Where dw has too few rows to share, places are cut in slices, whose
 * number depends on sizes alone; each has a dw of its own, and they are added in order. Prepared once; immutable.
 */
public final class FilterGradient {
    /** Places of a chunk: its part of dy stays in the second-level cache. */
    private static final int CHUNK = 256;
    /** Rows of dw of a tile. */
    private static final int ROWS = 64;
    /** Tiles there should be at least, if there is enough to do. */
    private static final int TILES = 8;
    /** Floats of dw up to which places are cut. */
    private static final int SMALL = 1 << 17;

    private final Simd simd;
    private final Grid grid;
    private final int batch;
    private final int cin;
    private final int cout;
    private final int groups;
    private final int[][] meets;
    private final int[] in;
    /** The taps of the window, axis by axis. */
    private final int[] taps;

    private final boolean depthwise;
    private final boolean gathers;
    private final int blocks;
    private final int slices;
    private final int size;

    /** Decides how the work is shared. */
    public FilterGradient(Simd simd, Grid grid, int batch, int cin, int cout, int groups) {
        this.simd = simd;
        this.grid = grid;
        this.batch = batch;
        this.cin = cin;
        this.cout = cout;
        this.groups = groups;
        meets = new int[grid.rank()][];
        for (int a = 0; a < meets.length; a++) {
            meets[a] = grid.meets(a);
        }
        in = grid.in();
        int[] one = new int[grid.rank()];
        taps = new int[grid.taps() * one.length];
        for (int t = 0; t < grid.taps(); t++) {
            Grid.unravel(t, grid.size(), one);
            System.arraycopy(one, 0, taps, t * one.length, one.length);
        }
        int c = cin / groups;
        depthwise = groups == cin && cout == cin;
        gathers = c % 4 != 0;
        size = Math.multiplyExact(grid.taps(), c * cout);
        blocks = depthwise ? 1 : groups * (gathers ? blocks(grid.taps() * c) : grid.taps() * blocks(c));
        int most = Math.max(1, batch * grid.places() / (2 * CHUNK));
        slices = blocks >= TILES || size > SMALL ? 1 : Math.min(most, (TILES + blocks - 1) / blocks);
    }

    private static int blocks(int rows) {
        return (rows + ROWS - 1) / ROWS;
    }

    /** Floats of working memory that a call needs. */
    public int room() {
        return slices == 1 ? 0 : slices * size;
    }

    /** Computes dw; {@code part} has {@link #room()} floats from {@code po} on. */
    public void run(
            Workers workers,
            Scratch scratch,
            float[] x,
            int xo,
            float[] dy,
            int dyo,
            float[] dw,
            int wo,
            float[] part,
            int po) {
        float[] to = slices == 1 ? dw : part;
        int at = slices == 1 ? wo : po;
        long all = (long) batch * grid.places();
        workers.run(blocks * slices, scratch, (t, s) -> {
            int slice = t / blocks;
            int from = (int) (all * slice / slices);
            int end = (int) (all * (slice + 1) / slices);
            tile(s, t % blocks, from, end, x, xo, dy, dyo, to, at + slice * size);
        });
        if (slices > 1) {
            System.arraycopy(part, po, dw, wo, size);
            for (int i = 1; i < slices; i++) {
                simd.binary(Binary.ADD, dw, wo, part, po + i * size, dw, wo, size);
            }
        }
    }

    private void tile(
            Scratch s, int block, int from, int end, float[] x, int xo, float[] dy, int dyo, float[] dw, int wo) {
        if (depthwise) {
            depthwise(s, from, end, x, xo, dy, dyo, dw, wo);
            return;
        }
        int perGroup = blocks / groups;
        int group = block / perGroup;
        int c = cin / groups;
        int height = gathers ? grid.taps() * c : c;
        int perTap = blocks(height);
        int tap = gathers ? 0 : block % perGroup / perTap;
        int row = block % perGroup % perTap * ROWS;
        int rows = Math.min(ROWS, height - row);
        int n = cout / groups;
        int to = wo + (tap * c + row) * cout + group * n;
        for (int r = 0; r < rows; r++) {
            Arrays.fill(dw, to + r * cout, to + r * cout + n, 0);
        }
        int nr = 2 * simd.lanes();
        int wide = gathers ? (rows + 3) / 4 * 4 : 0;
        int edge = 4 * nr;
        int packedAt = edge + CHUNK * wide;
        float[] room = s.floats(packedAt + PackedB.size(simd, CHUNK, n));
        int[] as = s.ints(CHUNK);
        for (int p = from; p < end; p += CHUNK) {
            int count = Math.min(CHUNK, end - p);
            int[] where = locate(s, p, count);
            int[] bs = where;
            PackedB b = PackedB.in(simd, count, n, room, packedAt);
            b.fill(dy, dyo + p * cout + group * n, cout, false, 0, b.panels);
            int pairs;
            if (gathers) {
                gather(where, count, x, xo + group * c, row, rows, wide, room, edge);
                for (int i = 0; i < count; i++) {
                    as[i] = i * wide;
                    bs[i] = i;
                }
                pairs = count;
            } else {
                pairs = pairs(where, count, tap, as, bs);
            }
            if (pairs > 0) {
                product(
                        pairs,
                        rows,
                        gathers ? room : x,
                        gathers ? edge : xo + group * c + row,
                        as,
                        b,
                        bs,
                        dw,
                        to,
                        room);
            }
        }
    }

    /** Adds the products of all pairs to {@code rows} rows of dw. */
    private void product(
            int pairs, int rows, float[] a, int ao, int[] as, PackedB b, int[] bs, float[] dw, int to, float[] edge) {
        for (int panel = 0; panel < b.panels; panel++) {
            int width = b.width(panel);
            int cols = Math.min(width, b.n - panel * b.nr);
            boolean wide = width == b.nr;
            for (int r = 0; r < rows; r += 4) {
                int at = to + r * cout + panel * b.nr;
                if (r + 4 <= rows && cols == width) {
                    outer(wide, pairs, a, ao + r, as, b, panel, bs, dw, at, cout);
                    continue;
                }
                Arrays.fill(edge, 0, 4 * width, 0);
                outer(wide, pairs, a, ao + r, as, b, panel, bs, edge, 0, width);
                for (int i = 0; i < Math.min(4, rows - r); i++) {
                    for (int j = 0; j < cols; j++) {
                        dw[at + i * cout + j] += edge[i * width + j];
                    }
                }
            }
        }
    }

    private void outer(
            boolean wide,
            int pairs,
            float[] a,
            int ao,
            int[] as,
            PackedB b,
            int panel,
            int[] bs,
            float[] c,
            int co,
            int ldc) {
        if (wide) {
            simd.outer4(pairs, a, ao, as, b.data, b.offset(panel), bs, c, co, ldc);
        } else {
            simd.outer4Half(pairs, a, ao, as, b.data, b.offset(panel), bs, c, co, ldc);
        }
    }

    /**
     * For each place of a chunk, and each axis, where its row of {@link #meets} begins, and last the number of its image
     * times the elements of one; {@code rank + 1} integers a place.
     */
    private int[] locate(Scratch s, int from, int count) {
        int rank = grid.rank();
        int[] where = s.moreInts(CHUNK * (rank + 2));
        int places = grid.places();
        for (int i = 0; i < count; i++) {
            int at = CHUNK + i * (rank + 1);
            int o = (from + i) % places;
            where[at + rank] = (from + i) / places * grid.cells();
            for (int a = rank - 1; a >= 0; a--) {
                where[at + a] = o % grid.out()[a] * grid.size()[a];
                o /= grid.out()[a];
            }
        }
        return where;
    }

    /** The element that a place meets with a tap, counted over all images; −1 where none. */
    private int cell(int[] where, int i, int tap) {
        int rank = meets.length;
        int at = CHUNK + i * (rank + 1);
        int cell = 0;
        for (int a = 0; a < rank; a++) {
            int met = meets[a][where[at + a] + taps[tap * rank + a]];
            if (met < 0) {
                return -1;
            }
            cell = cell * in[a] + met;
        }
        return where[at + rank] + cell;
    }

    /** Where x begins for each of the places that meet an element with a tap, and which of the chunk it is. */
    private int pairs(int[] where, int count, int tap, int[] as, int[] bs) {
        int pairs = 0;
        for (int i = 0; i < count; i++) {
            int cell = cell(where, i, tap);
            if (cell >= 0) {
                as[pairs] = cell * cin;
                bs[pairs++] = i;
            }
        }
        return pairs;
    }

    /** Lays what each place meets, of rows {@code row} … of dw, one after the other, {@code wide} floats a place. */
    private void gather(int[] where, int count, float[] x, int xo, int row, int rows, int wide, float[] to, int at) {
        int c = cin / groups;
        for (int i = 0; i < count; i++, at += wide) {
            for (int r = row; r < row + rows; ) {
                int channel = r % c;
                int run = Math.min(c - channel, row + rows - r);
                int cell = cell(where, i, r / c);
                for (int e = 0; e < run; e++) {
                    to[at + r - row + e] = cell < 0 ? 0 : x[xo + cell * cin + channel + e];
                }
                r += run;
            }
            Arrays.fill(to, at + rows, at + wide, 0);
        }
    }

    private void depthwise(Scratch s, int from, int end, float[] x, int xo, float[] dy, int dyo, float[] dw, int wo) {
        Arrays.fill(dw, wo, wo + size, 0);
        int[] as = s.ints(CHUNK);
        for (int p = from; p < end; p += CHUNK) {
            int count = Math.min(CHUNK, end - p);
            int[] where = locate(s, p, count);
            int[] bs = where;
            for (int tap = 0; tap < grid.taps(); tap++) {
                int pairs = pairs(where, count, tap, as, bs);
                for (int i = 0; i < pairs; i++) {
                    bs[i] *= cout;
                }
                simd.inner(pairs, x, xo, as, dy, dyo + p * cout, bs, dw, wo + tap * cout, cout);
            }
        }
    }
}
