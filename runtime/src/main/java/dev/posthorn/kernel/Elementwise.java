package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@code y[i] = f(a[i], b[i])} where a and b may stretch: each is walked with steps of its own, 0 where it repeats. Axes
 * that run on into each other are one. Prepared once from the shapes.
 */
public final class Elementwise {
    /** Elements of a tile: enough to be worth handing over, few enough to stay in cache. */
    private static final int TILE = 1 << 14;

    private final Simd simd;
    private final Binary fn;
    private final int[] dims;
    private final int[] aSteps;
    private final int[] bSteps;
    private final int rows;

    /** The box of the result in row-major order, and the steps of both operands axis by axis. */
    public Elementwise(Simd simd, Binary fn, int[] dims, int[] aSteps, int[] bSteps) {
        this.simd = simd;
        this.fn = fn;
        List<int[]> axes = new ArrayList<>();
        for (int i = 0; i < dims.length; i++) {
            int[] last = axes.isEmpty() ? null : axes.get(axes.size() - 1);
            if (dims[i] == 1) {
                continue;
            }
            if (last != null && last[1] == dims[i] * aSteps[i] && last[2] == dims[i] * bSteps[i]) {
                axes.set(axes.size() - 1, new int[] {last[0] * dims[i], aSteps[i], bSteps[i]});
            } else {
                axes.add(new int[] {dims[i], aSteps[i], bSteps[i]});
            }
        }
        if (axes.isEmpty()) {
            axes.add(new int[] {1, 1, 1});
        }
        this.dims = axes.stream().mapToInt(x -> x[0]).toArray();
        this.aSteps = axes.stream().mapToInt(x -> x[1]).toArray();
        this.bSteps = axes.stream().mapToInt(x -> x[2]).toArray();
        int n = 1;
        for (int i = 0; i < this.dims.length - 1; i++) {
            n *= this.dims[i];
        }
        this.rows = n;
    }

    /** Computes all elements; y may be the same range as an operand that does not stretch. */
    public void run(Workers workers, Scratch scratch, float[] a, int ao, float[] b, int bo, float[] y, int yo) {
        int inner = dims[dims.length - 1];
        if (rows == 1) {
            int tiles = (inner + TILE - 1) / TILE;
            workers.run(tiles, scratch, (t, s) -> {
                int from = t * TILE;
                row(a, ao, b, bo, y, yo, from, Math.min(TILE, inner - from));
            });
            return;
        }
        int perTile = Math.max(1, TILE / Math.max(1, inner));
        int tiles = (rows + perTile - 1) / perTile;
        workers.run(
                tiles, scratch, (t, s) -> rows(a, ao, b, bo, y, yo, t * perTile, Math.min(rows, (t + 1) * perTile)));
    }

    private void rows(float[] a, int ao, float[] b, int bo, float[] y, int yo, int from, int to) {
        int last = dims.length - 1;
        int inner = dims[last];
        for (int r = from; r < to; r++) {
            int at = ao;
            int bt = bo;
            for (int axis = last - 1, rest = r; axis >= 0; axis--) {
                int i = rest % dims[axis];
                rest /= dims[axis];
                at += i * aSteps[axis];
                bt += i * bSteps[axis];
            }
            row(a, at, b, bt, y, yo + r * inner, 0, inner);
        }
    }

    /** Elements {@code from} … {@code from + n − 1} of a row. */
    private void row(float[] a, int ao, float[] b, int bo, float[] y, int yo, int from, int n) {
        int aStep = aSteps[dims.length - 1];
        int bStep = bSteps[dims.length - 1];
        if (aStep != 0 && bStep != 0) {
            simd.binary(fn, a, ao + from, b, bo + from, y, yo + from, n);
        } else if (aStep != 0) {
            simd.binaryRight(fn, a, ao + from, b[bo], y, yo + from, n);
        } else if (bStep != 0) {
            simd.binaryLeft(fn, a[ao], b, bo + from, y, yo + from, n);
        } else {
            simd.binaryRight(fn, a, ao, b[bo], y, yo + from, 1);
            Arrays.fill(y, yo + from, yo + from + n, y[yo + from]);
        }
    }

    /** {@code y[i] = f(x[i])} for n elements; y may be the same range as x. */
    public static void unary(
            Workers workers,
            Scratch scratch,
            Simd simd,
            Unary f,
            float alpha,
            float beta,
            float[] x,
            int xo,
            float[] y,
            int yo,
            int n) {
        int tiles = (n + TILE - 1) / TILE;
        workers.run(tiles, scratch, (t, s) -> {
            int from = t * TILE;
            simd.unary(f, alpha, beta, x, xo + from, y, yo + from, Math.min(TILE, n - from));
        });
    }
}
