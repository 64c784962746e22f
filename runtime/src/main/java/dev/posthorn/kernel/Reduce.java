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

    private final Simd simd;
    private final Fn fn;
    private final int outer;
    private final int n;
    private final int inner;

    public Reduce(Simd simd, Fn fn, int outer, int n, int inner) {
        this.simd = simd;
        this.fn = fn;
        this.outer = outer;
        this.n = n;
        this.inner = inner;
    }

    /** Computes all results; y must not overlap x. */
    public void run(Workers workers, Scratch scratch, float[] x, int xo, float[] y, int yo) {
        if (outer == 0 || inner == 0) {
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
        if (fn == Fn.MAX || fn == Fn.MIN || fn == Fn.PROD) {
            System.arraycopy(x, xo, y, yo, inner);
            Binary f = fn == Fn.MAX ? Binary.MAX : fn == Fn.MIN ? Binary.MIN : Binary.MUL;
            for (int i = 1; i < n; i++) {
                simd.binary(f, y, yo, x, xo + i * inner, y, yo, inner);
            }
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
            System.arraycopy(x, xo, y, yo, inner);
            for (int i = 1; i < count; i++) {
                simd.binary(Binary.ADD, y, yo, x, xo + i * inner, y, yo, inner);
            }
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
