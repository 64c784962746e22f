package dev.posthorn.train.data;

import java.util.Iterator;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Batches as streams give them. */
record Streamed(Supplier<Stream<Batch>> streams) implements Dataset {
    @Override
    public Batches pass(Pass pass) {
        Stream<Batch> stream = streams.get();
        Iterator<Batch> batches = stream.skip(pass.skip()).iterator();
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
                stream.close();
            }
        };
    }

    @Override
    public OptionalLong rows() {
        return OptionalLong.empty();
    }
}
