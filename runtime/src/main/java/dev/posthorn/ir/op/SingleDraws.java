package dev.posthorn.ir.op;

import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;

/** Numbers of 32 bits one by one from a source that gives four. Source: tsl/lib/random/simple_philox.h. */
public final class SingleDraws {
    private final Philox source;
    private int[] four = {};
    private int at = 4;

    private SingleDraws(Philox source) {
        this.source = source;
    }

    /** The draws of a key[1] and a counter[2]. */
    public static SingleDraws of(Tensor key, Tensor counter) {
        return new SingleDraws(Draws.source(key, counter));
    }

    /** Checks that operands {@code first} and the one after it are a key[1] and a counter[2]. */
    public static void check(Operands in, int first) {
        Draws.check(in, first);
    }

    /** The next 32 bits. */
    public int next() {
        if (at == 4) {
            four = source.next();
            at = 0;
        }
        return four[at++];
    }

    /** A float of [0, 1). */
    public float unit() {
        return Philox.unit(next());
    }

    /** One of the numbers below n, a positive one; draws that would make some likelier than others are left out. */
    public int below(int n) {
        int left = (n & n - 1) == 0 ? 0 : Integer.remainderUnsigned(-1, n) + 1;
        int drawn = next();
        while (Integer.compareUnsigned(drawn, left) < 0) {
            drawn = next();
        }
        return Integer.remainderUnsigned(drawn, n);
    }

    /** One of the numbers below n, a positive one, of 64 bits each time, the lower ones first. */
    public long belowOf64(long n) {
        long left = (n & n - 1) == 0 ? 0 : Long.remainderUnsigned(-1, n) + 1;
        long drawn;
        do {
            drawn = next() & 0xffffffffL;
            drawn |= (long) next() << 32;
        } while (Long.compareUnsigned(drawn, left) < 0);
        return Long.remainderUnsigned(drawn, n);
    }
}
