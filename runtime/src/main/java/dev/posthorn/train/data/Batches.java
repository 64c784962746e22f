package dev.posthorn.train.data;

import java.io.IOException;
import java.util.Iterator;

/** One pass over data, batch by batch. Used by one thread; closed when done, whether it came to its end or not. */
public interface Batches extends Iterator<Batch>, AutoCloseable {
    @Override
    void close() throws IOException;

    /** A pass over batches that hold nothing open. */
    static Batches of(Iterator<Batch> batches) {
        return new Batches() {
            @Override
            public boolean hasNext() {
                return batches.hasNext();
            }

            @Override
            public Batch next() {
                return batches.next();
            }

            @Override
            public void close() {
                // nothing is open
            }
        };
    }
}
