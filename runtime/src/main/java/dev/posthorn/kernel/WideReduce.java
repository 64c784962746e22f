package dev.posthorn.kernel;

import java.util.Arrays;

/** {@link Reduce} of elements of any type, computed in double or in 64-bit integers; of bool, MAX is any and MIN all. */
public final class WideReduce {
    private static final int CHUNK = 1024;

    private final Storage storage;
    private final Reduce.Fn fn;
    private final int outer;
    private final int n;
    private final int inner;

    public WideReduce(Storage storage, Reduce.Fn fn, int outer, int n, int inner) {
        this.storage = storage;
        this.fn = fn;
        this.outer = outer;
        this.n = n;
        this.inner = inner;
    }

    /** Computes all results; x and y are arrays of the storage type, y must not overlap x. */
    public void run(Workers workers, Scratch scratch, Object x, int xo, Object y, int yo) {
        int tiles = (long) outer * n * inner < 1 << 14 ? 1 : outer;
        workers.run(tiles, scratch, (t, s) -> {
            for (int o = t; o < outer; o += tiles) {
                for (int j = 0; j < inner; j += CHUNK) {
                    int count = Math.min(CHUNK, inner - j);
                    columns(s, x, xo + o * n * inner + j, count, y, yo + o * inner + j);
                }
            }
        });
    }

    private void columns(Scratch s, Object x, int xo, int count, Object y, int yo) {
        switch (storage.register) {
            case LONG -> {
                long[] room = s.longs(2 * CHUNK);
                Arrays.fill(room, 0, count, neutralInteger());
                for (int i = 0; i < n; i++) {
                    storage.load(x, xo + i * inner, 1, room, CHUNK, count);
                    for (int j = 0; j < count; j++) {
                        room[j] = apply(room[j], room[CHUNK + j]);
                    }
                }
                storage.store(room, 0, y, yo, count);
            }
            case DOUBLE -> {
                double[] room = s.doubles(2 * CHUNK);
                Arrays.fill(room, 0, count, neutral());
                for (int i = 0; i < n; i++) {
                    storage.load(x, xo + i * inner, 1, room, CHUNK, count);
                    for (int j = 0; j < count; j++) {
                        room[j] = apply(room[j], room[CHUNK + j]);
                    }
                }
                for (int j = 0; j < count && fn == Reduce.Fn.MEAN; j++) {
                    room[j] /= n;
                }
                storage.store(room, 0, y, yo, count);
            }
            default -> {
                float[] room = s.floats(2 * CHUNK);
                Arrays.fill(room, 0, count, fn == Reduce.Fn.MIN ? 1 : 0);
                for (int i = 0; i < n; i++) {
                    storage.load(x, xo + i * inner, 1, room, CHUNK, count);
                    for (int j = 0; j < count; j++) {
                        room[j] = (float) apply(room[j], room[CHUNK + j]);
                    }
                }
                storage.store(room, 0, y, yo, count);
            }
        }
    }

    private long neutralInteger() {
        return switch (fn) {
            case PROD -> 1;
            case MAX -> storage.least();
            case MIN -> storage.most();
            default -> 0;
        };
    }

    private double neutral() {
        return switch (fn) {
            case PROD -> 1;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
            default -> 0;
        };
    }

    private long apply(long a, long b) {
        return switch (fn) {
            case PROD -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            default -> a + b;
        };
    }

    private double apply(double a, double b) {
        return switch (fn) {
            case PROD -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            default -> a + b;
        };
    }
}
