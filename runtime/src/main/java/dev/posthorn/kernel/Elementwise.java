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
    /** Elements of a short row that is laid out many times, so that rows are not gone through one by one. */
    private static final int REPEATED = 1 << 10;

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
        boolean left = isShort(aSteps, bSteps);
        boolean right = isShort(bSteps, aSteps);
        workers.run(tiles, scratch, (t, s) -> {
            int from = t * perTile;
            int to = Math.min(rows, from + perTile);
            if (left || right) {
                repeated(s.floats(REPEATED), left, a, ao, b, bo, y, yo, from, to);
            } else {
                rows(a, ao, b, bo, y, yo, from, to);
            }
        });
    }

    /** Whether {@code few} is a short row, the same for all rows along the last but one axis, and {@code many} lies in order. */
    private boolean isShort(int[] few, int[] many) {
        int last = dims.length - 1;
        int inner = dims[last];
        return inner > 1
                && 2 * inner <= REPEATED
                && few[last] == 1
                && few[last - 1] == 0
                && many[last] == 1
                && many[last - 1] == inner;
    }

    /** As {@link #rows}, many rows at a time: the short row, a's if {@code left}, else b's, is copied that many times. */
    private void repeated(
            float[] room, boolean left, float[] a, int ao, float[] b, int bo, float[] y, int yo, int from, int to) {
        int last = dims.length - 1;
        int inner = dims[last];
        int beside = dims[last - 1];
        for (int r = from, end; r < to; r = end) {
            end = Math.min(to, (r / beside + 1) * beside);
            int at = ao + offset(r, aSteps);
            int bt = bo + offset(r, bSteps);
            int total = (end - r) * inner;
            int many = Math.min(total, REPEATED / inner * inner);
            for (int i = 0; i < many; i += inner) {
                System.arraycopy(left ? a : b, left ? at : bt, room, i, inner);
            }
            for (int i = 0, n; i < total; i += n) {
                n = Math.min(many, total - i);
                if (left) {
                    simd.binary(fn, room, 0, b, bt + i, y, yo + r * inner + i, n);
                } else {
                    simd.binary(fn, a, at + i, room, 0, y, yo + r * inner + i, n);
                }
            }
        }
    }

    /** Where row r of an operand begins. */
    private int offset(int r, int[] steps) {
        int at = 0;
        for (int axis = dims.length - 2, rest = r; axis >= 0; axis--) {
            at += rest % dims[axis] * steps[axis];
            rest /= dims[axis];
        }
        return at;
    }

    private void rows(float[] a, int ao, float[] b, int bo, float[] y, int yo, int from, int to) {
        int inner = dims[dims.length - 1];
        for (int r = from; r < to; r++) {
            row(a, ao + offset(r, aSteps), b, bo + offset(r, bSteps), y, yo + r * inner, 0, inner);
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
