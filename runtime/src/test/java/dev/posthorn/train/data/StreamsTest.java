package dev.posthorn.train.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Data from streams and iterators: how far they are read ahead, how they are closed, what their errors become. */
@Timeout(30)
class StreamsTest {
    private static Batch row(int i) {
        return Batch.of(Tensor.of(Shape.of(1, 1), i), Tensor.of(Shape.of(1), new float[] {i}));
    }

    private static float[] x(Batch b) {
        return (float[]) b.x().get("0").data();
    }

    /** Endless, and counts what it has given. */
    private static Stream<Batch> endless(AtomicInteger given) {
        return Stream.generate(() -> row(given.getAndIncrement()));
    }

    @Test
    void noMoreIsMadeAheadThanAsked() throws IOException, InterruptedException {
        Semaphore made = new Semaphore(0);
        AtomicInteger given = new AtomicInteger();
        Dataset data =
                Dataset.batches(() -> endless(given).peek(b -> made.release())).prefetch(3);
        try (Batches batches = data.pass(Pass.inOrder(1))) {
            for (int used = 0; used < 20; used++) {
                made.acquire(used == 0 ? 4 : 1); // three that wait, and one that waits for a place
                Thread.sleep(5);
                assertEquals(used + 4, given.get());
                assertEquals(used, x(batches.next())[0]);
            }
        }
    }

    @Test
    void closingEarlyEndsTheThread() throws IOException, InterruptedException {
        AtomicReference<Thread> thread = new AtomicReference<>();
        AtomicBoolean closed = new AtomicBoolean();
        AtomicInteger given = new AtomicInteger();
        Dataset data = Dataset.batches(() -> endless(given)
                        .peek(b -> thread.set(Thread.currentThread()))
                        .onClose(() -> closed.set(true)))
                .prefetch(2);
        try (Batches batches = data.pass(Pass.inOrder(1))) {
            batches.next();
        }
        assertFalse(thread.get().isAlive());
        assertTrue(closed.get());
        assertFalse(thread.get() == Thread.currentThread());
    }

    @Test
    void errorsComeAtTheirBatch() throws IOException {
        for (Throwable fault : List.of(new IllegalStateException("the file is gone"), new AssertionError("no"))) {
            Stream<Integer> numbers = Stream.of(0, 1, 2, 3);
            Iterator<Batch> source = numbers.map(i -> {
                        if (i == 2 && fault instanceof RuntimeException e) {
                            throw e;
                        }
                        if (i == 2) {
                            throw (Error) fault;
                        }
                        return row(i);
                    })
                    .iterator();
            try (Batches batches = Dataset.batches(source).prefetch(1).pass(Pass.inOrder(1))) {
                assertEquals(0, x(batches.next())[0]);
                assertEquals(1, x(batches.next())[0]);
                assertTrue(batches.hasNext());
                assertSame(fault, assertThrows(fault.getClass(), batches::next));
                assertSame(fault, assertThrows(fault.getClass(), batches::next)); // and stays
            }
        }
    }

    @Test
    void rowsAreShuffledWithinTheirBuffer() throws IOException {
        AtomicInteger given = new AtomicInteger();
        Dataset data = Dataset.rows(
                () -> IntStream.range(0, 50).mapToObj(StreamsTest::row).peek(b -> given.incrementAndGet()), 8);
        List<Float> seen = new ArrayList<>();
        try (Batches batches = data.pass(new Pass(4, OptionalLong.of(1), 0))) {
            while (batches.hasNext()) {
                for (float v : x(batches.next())) {
                    seen.add(v);
                    assertTrue(v < seen.size() + 8, "row " + v + " among the first " + seen.size());
                }
                assertTrue(given.get() <= seen.size() + 8, given + " rows read for " + seen.size());
            }
        }
        assertEquals(50, seen.stream().distinct().count());
        assertFalse(seen.equals(seen.stream().sorted().toList()));
        List<Float> again = new ArrayList<>();
        try (Batches batches = data.prefetch(2).pass(new Pass(4, OptionalLong.of(1), 2))) {
            batches.forEachRemaining(b -> {
                for (float v : x(b)) {
                    again.add(v);
                }
            });
        }
        assertEquals(seen.subList(8, 50), again); // the same seed, two batches left out
    }

    @Test
    void anIteratorGoesOnWhereThePassBeforeEnded() throws IOException {
        AtomicInteger given = new AtomicInteger();
        Dataset data = Dataset.batches(endless(given).iterator());
        for (int pass = 0; pass < 3; pass++) {
            try (Batches batches = data.pass(Pass.inOrder(1))) {
                assertEquals(2 * pass, x(batches.next())[0]);
                assertEquals(2 * pass + 1, x(batches.next())[0]);
            }
        }
    }
}
