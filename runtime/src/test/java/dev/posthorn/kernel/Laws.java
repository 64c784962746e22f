package dev.posthorn.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** What every kernel test needs: both providers, three pools, random data and one comparison. */
final class Laws {
    static final List<Simd> PROVIDERS =
            Stream.of(Simd.scalar(), Simd.best()).distinct().toList();
    static final List<Workers> POOLS = List.of(Workers.of(1), Workers.of(2), Workers.of(5));
    static final double EPS = 0x1p-24;

    private Laws() {}

    static float[] random(long seed, int n) {
        Random random = new Random(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) (random.nextGaussian());
        }
        return x;
    }

    /** A kernel's call: fills y. */
    interface Call {
        void run(Workers workers, Scratch scratch, float[] y);
    }

    /**
     * Runs the call with 1, 2 and 5 threads into arrays of {@code size} + guard: bit-equal, and nothing outside
     * {@code [offset, size)} touched.
     */
    static float[] everywhere(String what, int size, Call call) {
        float[] first = null;
        for (Workers workers : POOLS) {
            Scratch scratch = new Scratch();
            float[] y = new float[size + GUARD];
            Arrays.fill(y, STALE);
            call.run(workers, scratch, y);
            for (int i = size; i < y.length; i++) {
                if (Float.floatToRawIntBits(y[i]) != Float.floatToRawIntBits(STALE)) {
                    fail(what + ": wrote beyond the end, at " + i + " of " + size);
                }
            }
            if (first == null) {
                first = y;
            } else {
                assertArrayEquals(bits(first), bits(y), what + ": differs with " + workers.size() + " threads");
            }
        }
        return Arrays.copyOf(first, size);
    }

    /** Runs the call from eight threads at once on one pool; each must give what {@code expected} has. */
    static void fromEightThreads(String what, float[] expected, Call call) {
        AtomicReference<String> wrong = new AtomicReference<>();
        Thread[] threads = new Thread[8];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(() -> {
                Scratch scratch = new Scratch();
                for (int repeat = 0; repeat < 5; repeat++) {
                    float[] y = new float[expected.length];
                    Arrays.fill(y, STALE);
                    try {
                        call.run(POOLS.get(2), scratch, y);
                    } catch (RuntimeException | Error e) {
                        wrong.set(e.toString());
                    }
                    if (!Arrays.equals(bits(expected), bits(y))) {
                        wrong.compareAndSet(null, "different result");
                    }
                }
            });
            threads[i].start();
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        if (wrong.get() != null) {
            fail(what + ": eight callers at once: " + wrong.get());
        }
    }

    private static final int GUARD = 64;
    private static final float STALE = 1e30f;

    static int[] bits(float[] x) {
        int[] bits = new int[x.length];
        for (int i = 0; i < x.length; i++) {
            bits[i] = Float.floatToIntBits(x[i]); // one NaN is as good as another
        }
        return bits;
    }

    /** |actual − expected| ≤ bound[i] for all i; infinities and NaN must be the same. */
    static void close(String what, double[] expected, double[] bound, float[] actual) {
        if (expected.length != actual.length) {
            fail(what + ": expected " + expected.length + " values but was " + actual.length);
        }
        int bad = 0;
        int worst = -1;
        double by = 0;
        for (int i = 0; i < expected.length; i++) {
            float rounded = (float) expected[i];
            boolean same = Float.isNaN(rounded) ? Float.isNaN(actual[i]) : rounded == actual[i];
            double off = Math.abs(actual[i] - expected[i]);
            if (!same && !(off <= bound[i])) {
                bad++;
                double ratio = Double.isNaN(off) ? Double.POSITIVE_INFINITY : off / bound[i];
                if (worst < 0 || ratio > by) {
                    worst = i;
                    by = ratio;
                }
            }
        }
        if (bad > 0) {
            fail(what + ": at " + worst + " expected " + expected[worst] + " but was " + actual[worst] + ", bound "
                    + bound[worst] + " (" + bad + " of " + actual.length + " exceed)");
        }
    }

    /** A bound of so many units in the last place of each value. */
    static double[] ulps(double[] expected, double ulps) {
        double[] bound = new double[expected.length];
        for (int i = 0; i < bound.length; i++) {
            bound[i] = ulps * Math.ulp((float) expected[i]);
        }
        return bound;
    }
}
