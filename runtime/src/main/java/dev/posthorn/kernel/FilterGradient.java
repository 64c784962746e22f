package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;

/**
 * dw[k, e, c] = Σ x[b, i, e] · dy[b, o, c] over images b and places o, where i is the element that o meets with tap k and e
 * runs over the channels of c's group: the gradient of a convolution by its weights, over any {@link Grid}.
 *
 * <p>Rows (k, e) of dw are shared out as tiles; a tile passes over the places chunk by chunk: what places meet is gathered,
 * or read where it lies, and its columns are multiplied with rows of dy. Where dw has too few rows to share, places are cut
 * in slices, whose number depends on sizes alone; each has a dw of its own, and they are added in order. Prepared once;
 * immutable.
 */
public final class FilterGradient {
    /** Places of a chunk: what it reads of x and dy is laid together, and stays in the second-level cache. */
    private static final int CHUNK = 256;
    /** Most rows of dw of a tile. */
    private static final int ROWS = 96;
    /** Tiles there should be at least, if there is enough to do. */
    private static final int TILES = 8;
    /** Most rows of dw of which nine at a time are summed in registers. */
    private static final int NINES = 27;
    /** Floats of dw up to which places are cut. */
    private static final int SMALL = 1 << 17;

    private final Simd simd;
    private final Grid grid;
    private final int batch;
    private final int cin;
    private final int cout;
    private final int[][] meets;
    /** The taps of the window along all axes but the last, axis by axis. */
    private final int[] taps;
    /** Pieces of the window along the last axis; what a piece meets lies together: all of it, or a tap. */
    private final int segments;
    /** Floats of a piece. */
    private final int length;
    /** Rows of a tile: some pieces, or a part of one. */
    private final int rowsOfBlock;

    private final int perSegment;
    /** For a place along the last axis and a piece: the first element it meets, and which floats of the piece it meets. */
    private final int[] first;

    private final int[] low;
    private final int[] end;

    /** Whether place o meets element o, with the one tap there is. */
    private final boolean plain;
    /** Channels of x and of dy of a group. */
    private final int c;

    private final int n;
    /** Rows of dw. */
    private final int height;

    /** Whether dw has so few rows that nine at a time stay in registers while places pass: nothing is gathered then. */
    private final boolean nines;

    private final int perGroup;
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
        meets = new int[grid.rank()][];
        for (int a = 0; a < meets.length; a++) {
            meets[a] = grid.meets(a);
        }
        int last = grid.rank() - 1;
        int[] leading = Arrays.copyOf(grid.size(), last);
        int[] one = new int[last];
        taps = new int[Grid.product(leading) * last];
        for (int t = 0; t < taps.length; t += last) {
            Grid.unravel(t / last, leading, one);
            System.arraycopy(one, 0, taps, t, last);
        }
        c = cin / groups;
        n = cout / groups;
        height = Math.multiplyExact(grid.taps(), c);
        size = Math.multiplyExact(height, cout);
        int across = grid.size()[last];
        boolean together = groups == 1 && grid.dilation()[last] == 1 && grid.spread()[last] == 1;
        segments = together ? 1 : across;
        length = together ? across * c : c;
        int pieces = (length + ROWS - 1) / ROWS;
        rowsOfBlock =
                length > ROWS ? ((length + pieces - 1) / pieces + 3) / 4 * 4 : Math.max(1, ROWS / length) * length;
        perSegment = (length + rowsOfBlock - 1) / rowsOfBlock;
        perGroup = length > ROWS ? height / length * perSegment : (height + rowsOfBlock - 1) / rowsOfBlock;
        first = new int[grid.out()[last] * segments];
        low = new int[first.length];
        end = new int[first.length];
        for (int i = 0; i < first.length; i++) {
            int k0 = i * across / segments;
            int k1 = k0 + across / segments;
            int from = k0;
            while (from < k1 && meets[last][from] < 0) {
                from++;
            }
            int to = from;
            while (to < k1 && meets[last][to] >= 0) {
                to++;
            }
            first[i] = from < k1 ? meets[last][from] : 0;
            low[i] = (from - k0) * c;
            end[i] = (to - k0) * c;
        }
        plain = grid.taps() == 1
                && grid.cells() == grid.places()
                && Arrays.stream(meets).allMatch(FilterGradient::counts);
        nines = together
                && height > 0
                && height % 9 == 0
                && height <= NINES
                && length % 3 == 0
                && n % simd.lanes() == 0;
        blocks = groups * perGroup;
        int most = Math.max(1, batch * grid.places() / (2 * CHUNK));
        slices = blocks >= TILES || size > SMALL ? 1 : Math.min(most, (TILES + blocks - 1) / blocks);
    }

    private static boolean counts(int[] met) {
        for (int i = 0; i < met.length; i++) {
            if (met[i] != i) {
                return false;
            }
        }
        return true;
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

    /** Sums over the places from … end − 1 of one block of rows. Its sums lie in rows of whole panels meanwhile. */
    private void tile(
            Scratch s, int block, int from, int end, float[] x, int xo, float[] dy, int dyo, float[] dw, int wo) {
        if (nines) {
            nines(s, from, end, x, xo, dy, dyo, dw, wo);
            return;
        }
        int group = block / perGroup;
        int number = block % perGroup;
        int row =
                length > ROWS ? number / perSegment * length + number % perSegment * rowsOfBlock : number * rowsOfBlock;
        int rows = Math.min(rowsOfBlock, (length > ROWS ? (row / length + 1) * length : height) - row);
        int high = (rows + 3) / 4 * 4;
        int nr = 2 * simd.lanes();
        int wide = (n + simd.lanes() - 1) / simd.lanes() * simd.lanes();
        boolean inPlace = wide == n && high == rows;
        boolean gathers = !plain || c % 4 != 0;
        int gathered = inPlace ? 0 : high * wide;
        int columnsAt = gathered + (gathers ? CHUNK * rows + 8 + simd.lanes() : 0);
        int packedAt = CacheLine.after(columnsAt + CHUNK * (high + 4) + simd.lanes());
        float[] room = s.floats(packedAt + CHUNK * nr);
        float[] to = inPlace ? dw : room;
        int ldc = inPlace ? cout : wide;
        int first = inPlace ? wo + row * cout + group * n : 0;
        for (int r = 0; r < high; r++) {
            Arrays.fill(to, first + r * ldc, first + r * ldc + wide, 0);
        }
        for (int p = from; p < end; p += CHUNK) {
            int count = Math.min(CHUNK, end - p);
            if (gathers) {
                gather(s, p, count, x, xo + group * c, row, rows, room, gathered);
                OuterProducts.columns(simd, count, high, room, gathered, rows, room, columnsAt);
            } else {
                OuterProducts.columns(simd, count, high, x, xo + p * cin + group * c + row, cin, room, columnsAt);
            }
            for (int j = 0; j < n; j += nr) {
                int width = Math.min(nr, wide - j);
                rows(count, Math.min(width, n - j), width, dy, dyo + p * cout + group * n + j, room, packedAt);
                OuterProducts.add(simd, width < nr, count, high, room, columnsAt, packedAt, to, first + j, ldc);
            }
        }
        for (int r = 0; r < rows && !inPlace; r++) {
            System.arraycopy(room, r * wide, dw, wo + (row + r) * cout + group * n, n);
        }
    }

    /** Lays parts of rows of dy together, with zeros behind those that are less than {@code width}. */
    private void rows(int count, int some, int width, float[] dy, int from, float[] to, int at) {
        if (some == width) {
            simd.columns(width, dy, from, cout, to, at, count);
            return;
        }
        for (int p = 0; p < count; p++) {
            System.arraycopy(dy, from + p * cout, to, at + p * width, some);
            Arrays.fill(to, at + p * width + some, at + (p + 1) * width, 0);
        }
    }

    /** Lays what each place meets, of rows {@code row} … of dw, one after the other: a line of places at a time. */
    private void gather(Scratch s, int from, int count, float[] x, int xo, int row, int rows, float[] to, int at) {
        int last = meets.length - 1;
        int[] out = grid.out();
        int[] where = s.moreInts(last + 1);
        Grid.unravel(from % grid.places(), out, where);
        int image = from / grid.places();
        int some = Math.max(1, rows / length);
        int run = Math.min(rows, length);
        int begin = row % length;
        int[] lines = s.ints(some);
        int[] runs = s.index(some);
        for (int done = 0; done < count; ) {
            int places = Math.min(out[last] - where[last], count - done);
            boolean inside = segments == 1;
            for (int i = 0; i < some; i++) {
                int line = line(where, (row / length + i) / segments);
                lines[i] = line < 0 ? -1 : (image * grid.cells() + line) * cin;
                inside &= line >= 0;
            }
            for (int p = 0; p < places; ) {
                int o = where[last] + p;
                int whole = inside && low[o] == 0 && end[o] == length ? 1 : 0;
                while (whole > 0 && p + whole < places && low[o + whole] == 0 && end[o + whole] == length) {
                    whole++;
                }
                if (whole > 0) {
                    for (int i = 0; i < some; i++) {
                        runs[i] = lines[i] + first[o] * cin + begin;
                    }
                    simd.gather(runs, run, x, xo, grid.stride()[last] * cin, to, at, whole);
                } else {
                    one(lines, some, o, x, xo, row / length, begin, run, to, at);
                }
                p += Math.max(1, whole);
                at += Math.max(1, whole) * rows;
            }
            done += places;
            where[last] = out[last] - 1;
            image += advance(where, out) ? 1 : 0;
        }
    }

    /** Sums over places without laying anything together, but what those at the border meet: a line of places at a time. */
    private void nines(Scratch s, int from, int stop, float[] x, int xo, float[] dy, int dyo, float[] dw, int wo) {
        int last = meets.length - 1;
        int[] out = grid.out();
        int[] where = s.moreInts(last + 1);
        Grid.unravel(from % grid.places(), out, where);
        int image = from / grid.places();
        int some = height / length;
        int[] lines = s.ints(some);
        int[] runs = s.index(some);
        float[] room = s.floats(height);
        int step = grid.stride()[last] * cin;
        Arrays.fill(dw, wo, wo + size, 0);
        for (int done = from; done < stop; ) {
            int places = Math.min(out[last] - where[last], stop - done);
            boolean inside = true;
            for (int i = 0; i < some; i++) {
                int line = line(where, i);
                lines[i] = line < 0 ? -1 : (image * grid.cells() + line) * cin;
                inside &= line >= 0;
            }
            for (int p = 0, count; p < places; p += count) {
                int o = where[last] + p;
                count = 0;
                while (inside && p + count < places && low[o + count] == 0 && end[o + count] == length) {
                    count++;
                }
                int at = dyo + (done + p) * n;
                for (int i = 0; i < some; i++) {
                    runs[i] = count > 0 ? xo + lines[i] + first[o] * cin : i * length;
                }
                if (count > 0) {
                    nines(runs, x, step, dy, at, dw, wo, count);
                } else {
                    one(lines, some, o, x, xo, 0, 0, length, room, 0);
                    count = 1;
                    nines(runs, room, 0, dy, at, dw, wo, 1);
                }
            }
            done += places;
            where[last] = out[last] - 1;
            image += advance(where, out) ? 1 : 0;
        }
    }

    private void nines(int[] runs, float[] x, int step, float[] dy, int dyo, float[] dw, int wo, int places) {
        for (int t = 0; t < height; t += 9) {
            int x0 = runs[t / length] + t % length;
            int x1 = runs[(t + 3) / length] + (t + 3) % length;
            int x2 = runs[(t + 6) / length] + (t + 6) % length;
            simd.ninesGradient(x0, x1, x2, x, step, dy, dyo, n, dw, wo + t * n, n, places, n);
        }
    }

    /** What one place meets that may lie outside. */
    private void one(
            int[] lines, int some, int o, float[] x, int xo, int piece, int begin, int run, float[] to, int at) {
        for (int i = 0; i < some; i++, at += run) {
            int k = o * segments + (piece + i) % segments;
            if (lines[i] < 0) {
                Arrays.fill(to, at, at + run, 0);
            } else {
                int source = xo + lines[i] + first[k] * cin - low[k];
                copy(x, source + begin, to, at, run, low[k] - begin, end[k] - begin);
            }
        }
    }

    /** Copies elements low … end − 1 of a run, and lays zeros for the others. */
    private static void copy(float[] x, int from, float[] to, int at, int run, int low, int end) {
        int begin = Math.min(run, Math.max(0, low));
        int stop = Math.max(begin, Math.min(run, end));
        for (int i = 0; i < begin; i++) {
            to[at + i] = 0;
        }
        if (stop - begin > 24) {
            System.arraycopy(x, from + begin, to, at + begin, stop - begin);
        } else {
            for (int i = begin; i < stop; i++) {
                to[at + i] = x[from + i];
            }
        }
        for (int i = stop; i < run; i++) {
            to[at + i] = 0;
        }
    }

    /** Where the line of elements begins that a place meets with a tap of all axes but the last; −1 where none. */
    private int line(int[] where, int tap) {
        int last = meets.length - 1;
        int cell = 0;
        for (int a = 0; a < last; a++) {
            int met = meets[a][where[a] * grid.size()[a] + taps[tap * last + a]];
            if (met < 0) {
                return -1;
            }
            cell = cell * grid.in()[a] + met;
        }
        return cell * grid.in()[last];
    }

    /** The next place; whether it is another image's. */
    private static boolean advance(int[] where, int[] out) {
        for (int a = out.length - 1; a >= 0; a--) {
            if (++where[a] < out[a]) {
                return false;
            }
            where[a] = 0;
        }
        return true;
    }
}
