package dev.posthorn.kernel;

import java.util.Arrays;

/**
 * {@link MatMul} of elements of any other type: c[i] = op(a[i])[m×k] · op(b[i])[k×n], in double, or in 64-bit integers that
 * are wrapped at the end.
 */
public final class WideMatMul {
    private final Storage storage;
    private final int m;
    private final int n;
    private final int k;
    private final MatMul.Operand a;
    private final MatMul.Operand b;
    private final MatMul.Operand c;

    /** The operands are as {@link MatMul} takes them. */
    public WideMatMul(Storage storage, int m, int n, int k, MatMul.Operand a, MatMul.Operand b, MatMul.Operand c) {
        this.storage = storage;
        this.m = m;
        this.n = n;
        this.k = k;
        this.a = a;
        this.b = b;
        this.c = c;
    }

    /** Computes all products of the batch; all are arrays of the storage type. */
    public void run(Workers workers, Scratch scratch, Object x, int xo, Object w, int wo, Object y, int yo) {
        int rows = Math.max(1, Math.min(m, 16));
        int down = (m + rows - 1) / rows;
        workers.run(c.at().length * down, scratch, (t, s) -> {
            int i = t / down;
            int from = t % down * rows;
            int count = Math.min(rows, m - from);
            if (storage.register == Program.Register.LONG) {
                longs(s, i, from, count, x, xo, w, wo, y, yo);
            } else {
                doubles(s, i, from, count, x, xo, w, wo, y, yo);
            }
        });
    }

    private int left(int index, int row) {
        return a.at()[index] + (a.transposed() ? row : row * a.ld());
    }

    /** Some rows: room holds a row of a, a row of b, then the sums. */
    private void longs(
            Scratch s, int index, int from, int count, Object x, int xo, Object w, int wo, Object y, int yo) {
        long[] room = s.longs(count * (k + n) + n);
        int sums = count * k + n;
        Arrays.fill(room, sums, sums + count * n, 0);
        for (int r = 0; r < count; r++) {
            storage.load(x, xo + left(index, from + r), a.transposed() ? a.ld() : 1, room, r * k, k);
        }
        int right = wo + b.at()[index];
        for (int p = 0; p < k; p++) {
            storage.load(w, right + (b.transposed() ? p : p * b.ld()), b.transposed() ? b.ld() : 1, room, count * k, n);
            for (int r = 0; r < count; r++) {
                long v = room[r * k + p];
                int to = sums + r * n;
                for (int j = 0; j < n && v != 0; j++) {
                    room[to + j] += v * room[count * k + j];
                }
            }
        }
        for (int r = 0; r < count; r++) {
            storage.store(room, sums + r * n, y, yo + c.at()[index] + (from + r) * c.ld(), n);
        }
    }

    /** As {@link #longs}. */
    private void doubles(
            Scratch s, int index, int from, int count, Object x, int xo, Object w, int wo, Object y, int yo) {
        double[] room = s.doubles(count * (k + n) + n);
        int sums = count * k + n;
        Arrays.fill(room, sums, sums + count * n, 0);
        for (int r = 0; r < count; r++) {
            storage.load(x, xo + left(index, from + r), a.transposed() ? a.ld() : 1, room, r * k, k);
        }
        int right = wo + b.at()[index];
        for (int p = 0; p < k; p++) {
            storage.load(w, right + (b.transposed() ? p : p * b.ld()), b.transposed() ? b.ld() : 1, room, count * k, n);
            for (int r = 0; r < count; r++) {
                double v = room[r * k + p];
                int to = sums + r * n;
                for (int j = 0; j < n; j++) {
                    room[to + j] += v * room[count * k + j];
                }
            }
        }
        for (int r = 0; r < count; r++) {
            storage.store(room, sums + r * n, y, yo + c.at()[index] + (from + r) * c.ld(), n);
        }
    }
}
