package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;

/**
 * One value for all elements along the middle axis of {@code x[outer×n×inner]}: {@code y[outer×inner]}. Sums are made of
 * blocks that are added pairwise, in an order that depends on n alone.
 */
public final class Reduce {
    /** What is made of the elements. */
    public enum Fn {
        SUM,
        MEAN,
        MAX,
        MIN,
        PROD
    }

    /** Terms that are added one after the other. */
    private static final int BLOCK = 128;

    private static final int TILE = 1 << 14;
    /** Parts of a sum that is shared; a power of two. */
    private static final int LEAVES = 8;

    private final Simd simd;
    private final Fn fn;
    private final int outer;
    private final int n;
    private final int inner;
    private final int leaves;

    public Reduce(Simd simd, Fn fn, int outer, int n, int inner) {
        this.simd = simd;
        this.fn = fn;
        this.outer = outer;
        this.n = n;
        this.inner = inner;
        boolean large = (fn == Fn.SUM || fn == Fn.MEAN) && inner > 1 && outer < LEAVES && (long) n * inner > 4 * TILE;
        leaves = large && n >= LEAVES * 2 * BLOCK ? LEAVES : 1;
    }

    /** Floats of working memory that a call needs. */
    public int room() {
        return leaves == 1 ? 0 : leaves * inner;
    }

    /** Computes all results; y must not overlap x; {@code part} has {@link #room()} floats from {@code po} on. */
    public void run(Workers workers, Scratch scratch, float[] x, int xo, float[] y, int yo, float[] part, int po) {
        if (outer == 0 || inner == 0) {
            return;
        }
        for (int o = 0; leaves > 1 && o < outer; o++) {
            shared(workers, scratch, x, xo + o * n * inner, y, yo + o * inner, part, po);
        }
        if (leaves > 1) {
            return;
        }
        int perTile = Math.max(1, TILE / Math.max(1, (int) Math.min(Integer.MAX_VALUE, (long) n * inner)));
        int tiles = (outer + perTile - 1) / perTile;
        workers.run(tiles, scratch, (t, s) -> {
            for (int o = t * perTile; o < Math.min(outer, (t + 1) * perTile); o++) {
                one(s, x, xo + o * n * inner, y, yo + o * inner);
            }
        });
    }

    /** One sum whose halves are halved until there are enough parts to share; they are added as {@link #rowSum} does. */
    private void shared(Workers workers, Scratch scratch, float[] x, int xo, float[] y, int yo, float[] part, int po) {
        workers.run(leaves, scratch, (t, s) -> {
            int from = 0;
            int count = n;
            for (int size = leaves; size > 1; size /= 2) {
                int half = half(count);
                boolean second = (t & size / 2) != 0;
                from += second ? half : 0;
                count = second ? count - half : half;
            }
            int levels = 33 - Integer.numberOfLeadingZeros(n / BLOCK);
            rowSum(s.floats(levels * inner), 0, x, xo + from * inner, count, part, po + t * inner);
        });
        for (int step = 1; step < leaves; step *= 2) {
            for (int i = 0; i < leaves; i += 2 * step) {
                int a = po + i * inner;
                simd.binary(Binary.ADD, part, a, part, a + step * inner, part, a, inner);
            }
        }
        System.arraycopy(part, po, y, yo, inner);
        if (fn == Fn.MEAN) {
            simd.binaryRight(Binary.DIV, y, yo, n, y, yo, inner);
        }
    }

    private void one(Scratch s, float[] x, int xo, float[] y, int yo) {
        if (inner == 1) {
            y[yo] = switch (fn) {
                case MAX -> simd.max(x, xo, n);
                case MIN -> simd.min(x, xo, n);
                case SUM -> sum(x, xo, n);
                case MEAN -> sum(x, xo, n) / n;
                case PROD -> product(x, xo, n);
            };
            return;
        }
        if (n == 0) {
            float neutral = switch (fn) {
                case MAX -> Float.NEGATIVE_INFINITY;
                case MIN -> Float.POSITIVE_INFINITY;
                case SUM -> 0;
                case MEAN -> Float.NaN;
                case PROD -> 1;
            };
            Arrays.fill(y, yo, yo + inner, neutral);
            return;
        }
        if (fn == Fn.MAX || fn == Fn.MIN) {
            System.arraycopy(x, xo, y, yo, inner);
            Binary f = fn == Fn.MAX ? Binary.MAX : Binary.MIN;
            for (int i = 1; i < n; i++) {
                simd.binary(f, y, yo, x, xo + i * inner, y, yo, inner);
            }
            return;
        }
        if (fn == Fn.PROD) {
            products(s.doubles(inner), x, xo, y, yo);
            return;
        }
        int levels = 33 - Integer.numberOfLeadingZeros(n / BLOCK);
        rowSum(s.floats(levels * inner), 0, x, xo, n, y, yo);
        if (fn == Fn.MEAN) {
            simd.binaryRight(Binary.DIV, y, yo, n, y, yo, inner);
        }
    }

    private float sum(float[] x, int xo, int count) {
        if (count <= BLOCK) {
            return simd.sum(x, xo, count);
        }
        int half = half(count);
        return sum(x, xo, half) + sum(x, xo + half, count - half);
    }

    /** The product of each column, in double: errors of rounding near 1 do not cancel. */
    private void products(double[] product, float[] x, int xo, float[] y, int yo) {
        Arrays.fill(product, 0, inner, 1);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < inner; j++) {
                product[j] *= x[xo + i * inner + j];
            }
        }
        for (int j = 0; j < inner; j++) {
            y[yo + j] = (float) product[j];
        }
    }

    private static float product(float[] x, int xo, int count) {
        double product = 1;
        for (int i = 0; i < count; i++) {
            product *= x[xo + i];
        }
        return (float) product;
    }

    /** y = the sum of {@code count} rows; {@code scratch} has a row for each level of halving from {@code at} on. */
    private void rowSum(float[] scratch, int at, float[] x, int xo, int count, float[] y, int yo) {
        if (count <= BLOCK) {
            Arrays.fill(y, yo, yo + inner, 0);
            simd.sumRows(x, xo, count, inner, y, yo);
            return;
        }
        int half = half(count);
        rowSum(scratch, at + inner, x, xo, half, y, yo);
        rowSum(scratch, at + inner, x, xo + half * inner, count - half, scratch, at);
        simd.binary(Binary.ADD, y, yo, scratch, at, y, yo, inner);
    }

    /** The larger part of a halving, a whole number of blocks. */
    private static int half(int count) {
        int blocks = (count + BLOCK - 1) / BLOCK;
        return (blocks + 1) / 2 * BLOCK;
    }
}
