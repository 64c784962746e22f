package dev.posthorn.kernel;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed set of threads that share the tiles of one job at a time.
 *
 * <p>{@link #run} hands out tiles 0 … tiles − 1 in rising order to the calling thread and to the pool, and returns when
 * all are done. Which thread runs a tile is not fixed; what a tile computes must not depend on it, so results are
 * bit-equal for every pool size. A caller that finds the pool busy (another caller's job, or a job inside a tile) runs
 * its tiles itself: calls nest and come from any number of threads without ever waiting for the pool.
 *
 * <p>Pool threads are daemons; they spin briefly after a job, as the next usually follows at once, then park.
 */
public final class Workers implements AutoCloseable {
    /** One tile of a job. */
    @FunctionalInterface
    public interface Tile {
        /** Computes tile {@code tile}; {@code scratch} is the running thread's own. */
        void run(int tile, Scratch scratch);
    }

    private static final int CLOSED = 1 << 30;
    private static final int SPINS = 4000;

    private final Worker[] pool;
    private final boolean shared;
    private final int spins;
    private final AtomicBoolean busy = new AtomicBoolean();
    /** Threads inside the current job, plus {@link #CLOSED} when none may enter. */
    private final AtomicInteger gate = new AtomicInteger(CLOSED);

    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger job = new AtomicInteger();
    private volatile boolean shutDown;
    private volatile Throwable failure;
    private volatile Thread waiter;
    // Written while the gate is closed and empty, read after passing it.
    private Tile body;
    private int tiles;

    private Workers(int threads, boolean shared) {
        this.shared = shared;
        pool = new Worker[threads - 1];
        spins = threads <= Runtime.getRuntime().availableProcessors() ? SPINS : 0;
        for (int i = 0; i < pool.length; i++) {
            pool[i] = new Worker(i + 1);
            pool[i].start();
        }
    }

    /** A new pool in which {@code threads} threads take part, the caller being one of them; 1 starts none. */
    public static Workers of(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("Workers: expected at least 1 thread but was " + threads);
        }
        return new Workers(threads, false);
    }

    /** The pool everybody shares: as many threads as there are processors, or {@code -Dposthorn.threads}. */
    public static Workers shared() {
        return Shared.POOL;
    }

    /** How many threads take part in a job, the caller included. */
    public int size() {
        return pool.length + 1;
    }

    /**
     * Runs {@code body} for every tile 0 … {@code tiles} − 1, then returns; all that the tiles wrote is visible.
     *
     * @param scratch the calling thread's working memory
     * @throws RuntimeException or Error that a tile threw, the first one; tiles not yet begun are then skipped
     */
    public void run(int tiles, Scratch scratch, Tile body) {
        if (tiles <= 1 || pool.length == 0 || shutDown || busy.get() || !busy.compareAndSet(false, true)) {
            for (int i = 0; i < tiles; i++) {
                body.run(i, scratch);
            }
            return;
        }
        Throwable thrown;
        try {
            this.body = body;
            this.tiles = tiles;
            failure = null;
            next.set(0);
            gate.set(0);
            job.incrementAndGet();
            for (int i = 0, wanted = Math.min(tiles - 1, pool.length); i < wanted; i++) {
                if (pool[i].parked) {
                    LockSupport.unpark(pool[i]);
                }
            }
            take(body, tiles, scratch);
            awaitLeft();
            thrown = failure;
            failure = null;
            this.body = null;
        } finally {
            busy.set(false);
        }
        if (thrown instanceof RuntimeException) {
            throw (RuntimeException) thrown;
        }
        if (thrown != null) {
            throw (Error) thrown;
        }
    }

    private void take(Tile body, int tiles, Scratch scratch) {
        try {
            for (int i = next.getAndIncrement(); i < tiles; i = next.getAndIncrement()) {
                body.run(i, scratch);
            }
        } catch (RuntimeException | Error e) {
            next.set(tiles);
            failure = failure == null ? e : failure;
        }
    }

    /** Closes the gate and waits until the last pool thread has passed out. */
    private void awaitLeft() {
        waiter = Thread.currentThread();
        int inside = gate.addAndGet(CLOSED) - CLOSED;
        boolean interrupted = false;
        for (int spin = 0; inside != 0; inside = gate.get() - CLOSED) {
            if (spin++ < spins) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
        }
        waiter = null;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean enter() {
        int g = gate.get();
        while (g < CLOSED) {
            if (gate.compareAndSet(g, g + 1)) {
                return true;
            }
            g = gate.get();
        }
        return false;
    }

    private void leave() {
        if (gate.decrementAndGet() == CLOSED) {
            Thread w = waiter;
            if (w != null) {
                LockSupport.unpark(w);
            }
        }
    }

    /** Ends the pool's threads; later calls of {@link #run} run their tiles on the calling thread. */
    @Override
    public void close() {
        if (shared) {
            throw new IllegalStateException("Workers: the shared pool cannot be closed");
        }
        shutDown = true;
        for (Worker w : pool) {
            LockSupport.unpark(w);
        }
    }

    private final class Worker extends Thread {
        private final Scratch scratch = new Scratch();
        volatile boolean parked;

        Worker(int index) {
            super(null, null, "posthorn-" + index, 0, false);
            setDaemon(true);
        }

        @Override
        public void run() {
            int seen = 0;
            while (!shutDown) {
                int now = job.get();
                if (now == seen) {
                    rest(seen);
                    continue;
                }
                seen = now;
                if (enter()) {
                    try {
                        take(body, tiles, scratch);
                    } finally {
                        leave();
                    }
                }
            }
        }

        private void rest(int seen) {
            for (int spin = 0; spin < spins; spin++) {
                if (job.get() != seen) {
                    return;
                }
                Thread.onSpinWait();
            }
            parked = true;
            while (job.get() == seen && !shutDown) {
                LockSupport.park(Workers.this);
                Thread.interrupted();
            }
            parked = false;
        }
    }

    private static final class Shared {
        static final Workers POOL = new Workers(
                Math.max(
                        1,
                        Integer.getInteger(
                                "posthorn.threads", Runtime.getRuntime().availableProcessors())),
                true);
    }
}
