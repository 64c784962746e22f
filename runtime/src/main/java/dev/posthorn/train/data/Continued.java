package dev.posthorn.train.data;

import java.util.Iterator;
import java.util.OptionalLong;

/** Batches of one iterator, however many passes. */
record Continued(Iterator<Batch> batches) implements Dataset {
    @Override
    public Batches pass(Pass pass) {
        for (long i = 0; i < pass.skip() && batches.hasNext(); i++) {
            batches.next();
        }
        return Batches.of(batches);
    }

    @Override
    public OptionalLong rows() {
        return OptionalLong.empty();
    }
}
