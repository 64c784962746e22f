package dev.posthorn.train.data;

import dev.posthorn.ir.Tensor;
import dev.posthorn.model.ShapeException;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Rows as streams give them, shuffled among those of a buffer. */
record StreamedRows(Supplier<Stream<Batch>> streams, int buffer) implements Dataset {
    StreamedRows {
        if (buffer <= 0) {
            throw new IllegalArgumentException("rows: expected a buffer of 1 or more rows but was " + buffer);
        }
    }

    @Override
    public Batches pass(Pass pass) {
        Stream<Batch> stream = streams.get();
        Pulled pulled = new Pulled(stream, pass, buffer);
        for (long i = 0; i < pass.skip() && pulled.hasNext(); i++) {
            pulled.next();
        }
        return pulled;
    }

    @Override
    public OptionalLong rows() {
        return OptionalLong.empty();
    }

    private static final class Pulled implements Batches {
        private final Stream<Batch> stream;
        private final Iterator<Batch> rows;
        private final Pass pass;
        private final int buffer;
        private final Random random;
        private final List<Batch> held = new ArrayList<>();

        Pulled(Stream<Batch> stream, Pass pass, int buffer) {
            this.stream = stream;
            this.rows = stream.iterator();
            this.pass = pass;
            this.buffer = pass.seed().isPresent() ? buffer : 1;
            this.random = new Random(pass.seed().orElse(0));
        }

        @Override
        public boolean hasNext() {
            return !held.isEmpty() || rows.hasNext();
        }

        @Override
        public Batch next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            List<Batch> batch = new ArrayList<>();
            while (batch.size() < pass.batchSize() && hasNext()) {
                while (held.size() < buffer && rows.hasNext()) {
                    held.add(rows.next());
                }
                int i = random.nextInt(held.size());
                batch.add(held.get(i));
                held.set(i, held.get(held.size() - 1));
                held.remove(held.size() - 1);
            }
            return stacked(batch);
        }

        @Override
        public void close() {
            stream.close();
        }
    }

    /** Rows one below the other. */
    private static Batch stacked(List<Batch> rows) {
        return new Batch(stacked(rows, Batch::x), stacked(rows, Batch::y), stacked(rows, Batch::sampleWeight));
    }

    private static Map<String, Tensor> stacked(List<Batch> rows, Function<Batch, Map<String, Tensor>> part) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        for (String name : part.apply(rows.get(0)).keySet()) {
            out.put(
                    name,
                    stacked(rows.stream().map(r -> part.apply(r).get(name)).toList(), name));
        }
        return out;
    }

    private static Tensor stacked(List<Tensor> rows, String name) {
        Tensor first = rows.get(0);
        Tensor out = Tensor.zeros(first.type()
                .withShape(first.shape().with(0, rows.size() * first.shape().dim(0))));
        int n = Array.getLength(first.data());
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i) == null || !rows.get(i).type().equals(first.type())) {
                throw new ShapeException("rows: expected " + first.type() + " in each row but was "
                        + (rows.get(i) == null ? "none" : rows.get(i).type()) + ", at '" + name + "'");
            }
            System.arraycopy(rows.get(i).data(), 0, out.data(), i * n, n);
        }
        return out;
    }
}
