package dev.posthorn.train.data;

import java.util.OptionalLong;
import java.util.Random;

/**
 * How data is gone through once.
 *
 * @param batchSize rows a batch; the last one may have fewer
 * @param seed decides the order of the rows; absent for the order they are in
 * @param skip batches to leave out at the beginning: those of an interrupted pass that were already used
 */
public record Pass(int batchSize, OptionalLong seed, long skip) {
    public Pass {
        if (batchSize <= 0 || skip < 0) {
            throw new IllegalArgumentException(
                    "pass: expected a positive batch size and 0 or more to skip but was " + batchSize + ", " + skip);
        }
    }

    /** All rows in order. */
    public static Pass inOrder(int batchSize) {
        return new Pass(batchSize, OptionalLong.empty(), 0);
    }

    /** Pass number {@code number} of a training that shuffles by this seed. */
    public static Pass shuffled(int batchSize, long seed, long number, long skip) {
        return new Pass(batchSize, OptionalLong.of(mixed(seed, number)), skip);
    }

    /** Seeds of neighbouring passes have nothing to do with each other. The finaliser of splitmix64. */
    private static long mixed(long seed, long number) {
        long z = seed + (number + 1) * 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    /** The numbers 0 to n−1 in the order of this pass: the same for the same seed, on every Java. */
    int[] order(int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        if (seed.isPresent()) {
            Random random = new Random(seed.getAsLong());
            for (int i = n - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int swapped = order[i];
                order[i] = order[j];
                order[j] = swapped;
            }
        }
        return order;
    }
}
