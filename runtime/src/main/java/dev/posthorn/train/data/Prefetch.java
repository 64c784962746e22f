package dev.posthorn.train.data;

import java.io.IOException;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Data whose batches a second thread makes ahead. What fails there fails here, at the batch that it would have been. */
record Prefetch(Dataset data, int ahead) implements Dataset {
    Prefetch {
        if (ahead <= 0) {
            throw new IllegalArgumentException("prefetch: expected 1 or more batches but was " + ahead);
        }
    }

    @Override
    public OptionalLong rows() {
        return data.rows();
    }

    @Override
    public Batches pass(Pass pass) throws IOException {
        return new Ahead(data.pass(pass), ahead);
    }

    /** A batch, or why there is none: an error, or the end. */
    private record Item(Optional<Batch> batch, Optional<Throwable> error) {}

    private static final class Ahead implements Batches {
        private final Batches batches;
        private final BlockingQueue<Item> queue;
        private final Thread thread;
        private Item next;

        Ahead(Batches batches, int ahead) {
            this.batches = batches;
            this.queue = new ArrayBlockingQueue<>(ahead);
            this.thread = new Thread(this::fill, "posthorn-prefetch");
            thread.setDaemon(true);
            thread.start();
        }

        private void fill() {
            try {
                try {
                    while (batches.hasNext()) {
                        queue.put(new Item(Optional.of(batches.next()), Optional.empty()));
                    }
                    queue.put(new Item(Optional.empty(), Optional.empty()));
                } catch (RuntimeException | Error e) {
                    queue.put(new Item(Optional.empty(), Optional.of(e)));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // closed before the end
            }
        }

        private Item peek() {
            if (next == null) {
                try {
                    next = queue.take();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("prefetch: expected to wait for a batch but was interrupted", e);
                }
            }
            return next;
        }

        @Override
        public boolean hasNext() {
            return peek().batch.isPresent() || peek().error.isPresent();
        }

        @Override
        public Batch next() {
            Item item = peek();
            item.error.ifPresent(e -> {
                if (e instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) e;
            });
            Batch batch = item.batch.orElseThrow(NoSuchElementException::new);
            next = null;
            return batch;
        }

        @Override
        public void close() throws IOException {
            thread.interrupt();
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            batches.close();
        }
    }
}
