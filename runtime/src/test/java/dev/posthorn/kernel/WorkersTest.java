package dev.posthorn.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkersTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 16})
    void everyTileRunsOnce(int threads) {
        try (Workers workers = Workers.of(threads)) {
            assertEquals(threads, workers.size());
            Scratch scratch = new Scratch();
            for (int tiles : new int[] {0, 1, 2, 3, 7, 64, 1000}) {
                for (int repeat = 0; repeat < 200; repeat++) {
                    AtomicIntegerArray runs = new AtomicIntegerArray(tiles);
                    workers.run(tiles, scratch, (t, s) -> runs.incrementAndGet(t));
                    for (int t = 0; t < tiles; t++) {
                        assertEquals(1, runs.get(t));
                    }
                }
            }
        }
    }

    @Test
    void nestedJobsFinish() {
        try (Workers workers = Workers.of(3)) {
            AtomicInteger count = new AtomicInteger();
            for (int i = 0; i < 100; i++) {
                workers.run(5, new Scratch(), (t, s) -> workers.run(7, s, (u, v) -> count.incrementAndGet()));
            }
            assertEquals(100 * 5 * 7, count.get());
        }
    }

    @Test
    void manyCallersAtOnce() throws InterruptedException {
        try (Workers workers = Workers.of(4)) {
            List<Thread> callers = new ArrayList<>();
            AtomicInteger wrong = new AtomicInteger();
            for (int c = 0; c < 8; c++) {
                Thread caller = new Thread(() -> {
                    Scratch scratch = new Scratch();
                    for (int i = 0; i < 2000; i++) {
                        int tiles = 1 + i % 13;
                        int[] out = new int[tiles];
                        workers.run(tiles, scratch, (t, s) -> out[t] += t + 1);
                        for (int t = 0; t < tiles; t++) {
                            if (out[t] != t + 1) {
                                wrong.incrementAndGet();
                            }
                        }
                    }
                });
                caller.start();
                callers.add(caller);
            }
            for (Thread caller : callers) {
                caller.join();
            }
            assertEquals(0, wrong.get());
        }
    }

    @Test
    void exceptionsReachTheCallerAndThePoolLivesOn() {
        try (Workers workers = Workers.of(3)) {
            for (int bad = 0; bad < 10; bad++) {
                int which = bad;
                IllegalStateException boom = new IllegalStateException("tile " + which);
                IllegalStateException seen = assertThrows(
                        IllegalStateException.class,
                        () -> workers.run(10, new Scratch(), (t, s) -> {
                            if (t == which) {
                                throw boom;
                            }
                        }));
                assertSame(boom, seen);
                AssertionError error = new AssertionError();
                assertSame(
                        error,
                        assertThrows(
                                AssertionError.class,
                                () -> workers.run(10, new Scratch(), (t, s) -> {
                                    throw error;
                                })));
                AtomicInteger count = new AtomicInteger();
                workers.run(10, new Scratch(), (t, s) -> count.incrementAndGet());
                assertEquals(10, count.get());
            }
        }
    }

    @Test
    void anInterruptIsKeptAndDoesNotEndTheWait() {
        try (Workers workers = Workers.of(4)) {
            Thread.currentThread().interrupt();
            AtomicInteger count = new AtomicInteger();
            workers.run(8, new Scratch(), (t, s) -> {
                long end = System.nanoTime() + 3_000_000;
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
                count.incrementAndGet();
            });
            assertEquals(8, count.get());
            assertEquals(true, Thread.interrupted());
        }
    }

    @Test
    void closedPoolsRunOnTheCaller() {
        Workers workers = Workers.of(4);
        workers.close();
        Thread me = Thread.currentThread();
        workers.run(20, new Scratch(), (t, s) -> assertSame(me, Thread.currentThread()));
        assertThrows(IllegalStateException.class, () -> Workers.shared().close());
        assertThrows(IllegalArgumentException.class, () -> Workers.of(0));
        assertFalse(Workers.shared().size() < 1);
    }
}
