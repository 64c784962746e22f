package dev.posthorn.train.data;

import java.io.IOException;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/** Data with every batch changed. */
record Mapped(Dataset data, UnaryOperator<Batch> change) implements Dataset {
    @Override
    public Batches pass(Pass pass) throws IOException {
        Batches batches = data.pass(pass);
        return new Batches() {
            @Override
            public boolean hasNext() {
                return batches.hasNext();
            }

            @Override
            public Batch next() {
                return change.apply(batches.next());
            }

            @Override
            public void close() throws IOException {
                batches.close();
            }
        };
    }

    @Override
    public OptionalLong rows() {
        return data.rows();
    }
}
