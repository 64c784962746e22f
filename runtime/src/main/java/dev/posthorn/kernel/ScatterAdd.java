package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;

/**
 * y[o, k, e] = Σ u[o, i, e] over indices[i] = k, for u[outer×count×inner] and y[outer×n×inner]. Tiles are ranges of k: each
 * passes over all indices, so that terms are added in their order whatever the number of threads.
 */
public final class ScatterAdd {
    private static final int TILE = 1 << 15;

    private final Simd simd;
    private final int outer;
    private final int n;
    private final int count;
    private final int inner;

    public ScatterAdd(Simd simd, int outer, int n, int count, int inner) {
        this.simd = simd;
        this.outer = outer;
        this.n = n;
        this.count = count;
        this.inner = inner;
    }

    /** Adds up; the indices are int[] or long[], and the first that is not in [0, n) is returned, or −1. */
    public int run(Workers workers, Scratch scratch, Object indices, int io, float[] u, int uo, float[] y, int yo) {
        for (int i = 0; i < count; i++) {
            long index = index(indices, io + i);
            if (index < 0 || index >= n) {
                return i;
            }
        }
        int rows = Math.max(1, Math.max(TILE / Math.max(1, inner), (n + 15) / 16));
        int down = (n + rows - 1) / rows;
        workers.run(outer * down, scratch, (t, s) -> {
            int o = t / down;
            int from = t % down * rows;
            int end = Math.min(n, from + rows);
            Arrays.fill(y, yo + (o * n + from) * inner, yo + (o * n + end) * inner, 0);
            for (int i = 0; i < count; i++) {
                int k = (int) index(indices, io + i);
                if (k >= from && k < end) {
                    int to = yo + (o * n + k) * inner;
                    simd.binary(Binary.ADD, y, to, u, uo + (o * count + i) * inner, y, to, inner);
                }
            }
        });
        return -1;
    }

    private static long index(Object indices, int i) {
        return indices instanceof int[] a ? a[i] : ((long[]) indices)[i];
    }
}
