package dev.posthorn.ir.op;

/**
 * The counter-based generator Philox 4×32-10: the same four numbers of 32 bits for the same key (64 bits) and counter (128
 * bits), which every draw counts up. Source: tsl/lib/random/philox_random.h; Salmon et al., Parallel Random Numbers: As
 * Easy as 1, 2, 3.
 */
final class Philox {
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_2 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;

    private final long key;
    private long low;
    private long high;
    private final int[] four = new int[4];

    Philox(long key, long low, long high) {
        this.key = key;
        this.low = low;
        this.high = high;
    }

    /** Leaves out {@code n} draws. */
    Philox skip(long n) {
        low += n;
        high += Long.compareUnsigned(low, n) < 0 ? 1 : 0;
        return this;
    }

    /** The next four numbers, in an array that the next draw overwrites. */
    int[] next() {
        int c0 = (int) low;
        int c1 = (int) (low >>> 32);
        int c2 = (int) high;
        int c3 = (int) (high >>> 32);
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long p0 = MULTIPLIER_0 * (c0 & 0xffffffffL);
            long p2 = MULTIPLIER_2 * (c2 & 0xffffffffL);
            c0 = (int) (p2 >>> 32) ^ c1 ^ k0;
            c1 = (int) p2;
            c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c3 = (int) p0;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        four[0] = c0;
        four[1] = c1;
        four[2] = c2;
        four[3] = c3;
        skip(1);
        return four;
    }

    /** A float of [0, 1) from 23 of the bits. */
    static float unit(int bits) {
        return Float.intBitsToFloat(127 << 23 | bits & 0x7fffff) - 1;
    }

    /** A double of [0, 1) from 52 of the bits. */
    static double unit(int high, int low) {
        long mantissa = (high & 0xfffffL) << 32 | low & 0xffffffffL;
        return Double.longBitsToDouble(1023L << 52 | mantissa) - 1;
    }

    /** Two numbers of the standard normal distribution, in float: of Box and Muller. */
    static void normal(int a, int b, double[] two) {
        float u = Math.max(unit(a), 1e-7f);
        float angle = (float) (2 * Math.PI * unit(b));
        float radius = (float) Math.sqrt(-2f * (float) Math.log(u));
        two[0] = (float) Math.sin(angle) * radius;
        two[1] = (float) Math.cos(angle) * radius;
    }

    /** The same in double. */
    static void normal(int a, int b, int c, int d, double[] two) {
        double radius = Math.sqrt(-2 * Math.log(Math.max(unit(a, b), 1e-7)));
        double angle = 2 * Math.PI * unit(c, d);
        two[0] = Math.sin(angle) * radius;
        two[1] = Math.cos(angle) * radius;
    }
}
