package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * y[b, o, c] = f(Σ x[b, i, e] · w[k, e, c] + bias[c] + residual), the sum over taps k, the elements i they meet and the
 * channels e of c's group: the convolution over any number of axes, with cropping and with elements of x spread apart, so
 * that it is also the transposed convolution and the gradient by x. {@link Conv2d} is faster where it can be used.
 *
 * <p>Places that meet elements with the same taps are a phase: with elements spread by 2 along two axes there are four, and
 * no term that is zero is computed. Per phase it is a product of rows that are gathered, tile by tile, and the weights of
 * the phase's taps.
 */
public final class ConvNd {
    /** Places of a tile. */
    private static final int PLACES = 64;

    private final Simd simd;
    private final Grid grid;
    private final int cin;
    private final int cout;
    private final int groups;
    private final Epilogue epilogue;
    private final int[][] meets;
    private final List<Phase> phases = new ArrayList<>();
    private final int tiles;
    private final int packedSize;

    /**
     * @param first the first place, axis by axis
     * @param count how many places along each axis, {@code step} apart
     * @param taps the taps that meet elements, in order
     * @param tapIndex the same, axis by axis
     * @param packedAt where the packed weights of group 0 begin
     * @param tileAt the number of its first tile
     */
    private record Phase(
            int[] first, int[] step, int[] count, int[] taps, int[] tapIndex, int k, int packedAt, int tileAt) {
        int places() {
            return Grid.product(count);
        }

        int tiles() {
            return (places() + PLACES - 1) / PLACES;
        }
    }

    /** Finds the phases; w is packed by {@link #pack}. */
    public ConvNd(Simd simd, Grid grid, int cin, int cout, int groups, Epilogue epilogue) {
        this.simd = simd;
        this.grid = grid;
        this.cin = cin;
        this.cout = cout;
        this.groups = groups;
        int rank = grid.rank();
        int n = cout / groups;
        this.epilogue = epilogue;
        meets = new int[rank][];
        int[] step = new int[rank];
        for (int a = 0; a < rank; a++) {
            meets[a] = grid.meets(a);
            step[a] = grid.spread()[a] / gcd(grid.spread()[a], grid.stride()[a]);
        }
        int packed = 0;
        int tileCount = 0;
        int[] first = new int[rank];
        for (int p = 0, all = Grid.product(step); p < all; p++) {
            Grid.unravel(p, step, first);
            int[] count = new int[rank];
            for (int a = 0; a < rank; a++) {
                count[a] = Math.max(0, (grid.out()[a] - first[a] + step[a] - 1) / step[a]);
            }
            int[] taps = taps(first);
            int[] tapIndex = new int[taps.length * rank];
            int[] one = new int[rank];
            for (int t = 0; t < taps.length; t++) {
                Grid.unravel(taps[t], grid.size(), one);
                System.arraycopy(one, 0, tapIndex, t * rank, rank);
            }
            int k = taps.length * (cin / groups);
            Phase phase = new Phase(first.clone(), step, count, taps, tapIndex, k, packed, tileCount);
            phases.add(phase);
            packed = Math.addExact(packed, Math.multiplyExact(groups, PackedB.size(simd, k, n)));
            tileCount += phase.tiles();
        }
        packedSize = packed;
        tiles = tileCount;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** The taps that can meet an element at the places of a phase. */
    private int[] taps(int[] first) {
        int[] k = new int[grid.rank()];
        int[] found = new int[grid.taps()];
        int n = 0;
        for (int t = 0; t < found.length; t++) {
            Grid.unravel(t, grid.size(), k);
            boolean meeting = true;
            for (int a = 0; a < k.length; a++) {
                int position = first[a] * grid.stride()[a] + k[a] * grid.dilation()[a] - grid.low()[a];
                meeting &= Math.floorMod(position, grid.spread()[a]) == 0;
            }
            if (meeting) {
                found[n++] = t;
            }
        }
        return Arrays.copyOf(found, n);
    }

    /** Floats that the packed weights take. */
    public int packedSize() {
        return packedSize;
    }

    /** Packs w[taps × cin / groups × cout] at {@code wo}. */
    public void pack(float[] w, int wo, float[] to, int at) {
        int c = cin / groups;
        int n = cout / groups;
        for (Phase phase : phases) {
            for (int g = 0; g < groups; g++) {
                PackedB b = packed(phase, g, to, at);
                for (int t = 0; t < phase.taps.length; t++) {
                    b.fillRows(w, wo + phase.taps[t] * c * cout + g * n, cout, t * c, (t + 1) * c);
                }
            }
        }
    }

    private PackedB packed(Phase phase, int group, float[] data, int at) {
        int n = cout / groups;
        return PackedB.in(simd, phase.k, n, data, at + phase.packedAt + group * PackedB.size(simd, phase.k, n));
    }

    /** The epilogue it was made with. */
    public Epilogue epilogue() {
        return epilogue;
    }

    /** Computes {@code batch} inputs; the residual (or null) has the layout of y. y must not overlap what is read. */
    public void run(
            Workers workers,
            Scratch scratch,
            Epilogue epilogue,
            int batch,
            float[] x,
            int xo,
            float[] packed,
            int packedAt,
            float[] y,
            int yo,
            float[] residual,
            int ro) {
        int in = grid.cells() * cin;
        int out = grid.places() * cout;
        if (batch == 0 || out == 0) {
            return;
        }
        workers.run(batch * groups * tiles, scratch, (t, s) -> {
            int tile = t % tiles;
            int group = t / tiles % groups;
            int image = t / tiles / groups;
            int p = 0;
            while (p + 1 < phases.size() && phases.get(p + 1).tileAt <= tile) {
                p++;
            }
            Phase phase = phases.get(p);
            if (phase.places() > 0) {
                tile(
                        s,
                        phase,
                        (tile - phase.tileAt) * PLACES,
                        group,
                        epilogue.from(group * (cout / groups)),
                        x,
                        xo + image * in,
                        packed(phase, group, packed, packedAt),
                        y,
                        yo + image * out,
                        residual,
                        ro + image * out);
            }
        });
    }

    private void tile(
            Scratch scratch,
            Phase phase,
            int from,
            int group,
            Epilogue e,
            float[] x,
            int xo,
            PackedB b,
            float[] y,
            int yo,
            float[] residual,
            int ro) {
        int m = Math.min(PLACES, phase.places() - from);
        int edge = Gemm.edge(simd);
        int rows = edge + m * b.n;
        float[] room = scratch.floats(rows + m * b.k + simd.lanes());
        int[] at = scratch.ints(m);
        gather(scratch, phase, from, m, group, x, xo, room, rows, at);
        Gemm.product(m, room, rows, b.k, b, 0, b.panels, room, edge, b.n, room);
        for (int i = 0; i < m; i++) {
            int to = at[i] * cout + group * b.n;
            System.arraycopy(room, edge + i * b.n, y, yo + to, b.n);
            simd.epilogue(
                    1, b.n, y, yo + to, cout, e.bias(), e.at(), residual, ro + to, cout, e.act(), e.alpha(), e.beta());
        }
    }

    /** Lays what each place meets in a row, and says which place it is. */
    private void gather(
            Scratch scratch,
            Phase phase,
            int from,
            int m,
            int group,
            float[] x,
            int xo,
            float[] to,
            int at,
            int[] places) {
        int rank = grid.rank();
        int c = cin / groups;
        int[] index = scratch.index(rank);
        for (int i = 0; i < m; i++) {
            Grid.unravel(from + i, phase.count, index);
            int place = 0;
            for (int a = 0; a < rank; a++) {
                index[a] = phase.first[a] + index[a] * phase.step[a];
                place = place * grid.out()[a] + index[a];
            }
            places[i] = place;
            for (int t = 0; t < phase.taps.length; t++, at += c) {
                int cell = 0;
                for (int a = 0; a < rank && cell >= 0; a++) {
                    int met = meets[a][index[a] * grid.size()[a] + phase.tapIndex[t * rank + a]];
                    cell = met < 0 ? -1 : cell * grid.in()[a] + met;
                }
                if (cell < 0) {
                    Arrays.fill(to, at, at + c, 0);
                } else {
                    System.arraycopy(x, xo + cell * cin + group * c, to, at, c);
                }
            }
        }
    }
}
