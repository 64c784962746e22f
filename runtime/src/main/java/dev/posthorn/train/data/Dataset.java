package dev.posthorn.train.data;

import dev.posthorn.ir.Tensor;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Data that can be gone through in batches. */
public interface Dataset {
    /** Goes through the data once. */
    Batches pass(Pass pass) throws IOException;

    /** The rows of one pass, where they are known beforehand. */
    OptionalLong rows();

    /** Rows of arrays: for models of one input and one output. */
    static Table of(Tensor x, Tensor y) {
        return of(Batch.of(x, y));
    }

    /** Rows of arrays, inputs and outputs in the model's order. */
    static Table of(List<Tensor> x, List<Tensor> y) {
        return of(Batch.of(x, y));
    }

    /** All rows in memory, as one batch. */
    static Table of(Batch rows) {
        return new ArrayTable(rows);
    }

    /** Batches as they come, each pass from a new stream. They are neither divided nor shuffled, as generators in Keras. */
    static Dataset batches(Supplier<Stream<Batch>> streams) {
        return new Streamed(streams);
    }

    /** Batches of one iterator: passes go on where the one before ended, so that steps an epoch must be given. */
    static Dataset batches(Iterator<Batch> batches) {
        return new Continued(batches);
    }

    /**
     * Rows as they come, each pass from a new stream, put together to batches. Shuffled among {@code buffer} rows at a time,
     * which bounds the memory.
     */
    static Dataset rows(Supplier<Stream<Batch>> streams, int buffer) {
        return new StreamedRows(streams, buffer);
    }

    /** The same with every batch changed. */
    default Dataset map(UnaryOperator<Batch> change) {
        return new Mapped(this, change);
    }

    /** The same, batches made ahead on a second thread, at most {@code ahead} of them. */
    default Dataset prefetch(int ahead) {
        return new Prefetch(this, ahead);
    }
}
