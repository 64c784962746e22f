package dev.posthorn.data;

import dev.posthorn.ir.Tensor;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.numpy.NpyRows;
import dev.posthorn.numpy.Npz;
import dev.posthorn.train.data.Batch;
import dev.posthorn.train.data.Batches;
import dev.posthorn.train.data.Dataset;
import dev.posthorn.train.data.Pass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.OptionalLong;

/**
 * Arrays of a NumPy archive as rows that are read as they are needed, in their order: memory is that of a batch, whatever the size of
 * the archive.
 */
public final class NpzStream implements Dataset {
    private final Path file;
    private final List<String> x;
    private final List<String> y;
    private final int rows;

    private NpzStream(Path file, List<String> x, List<String> y, int rows) {
        this.file = file;
        this.x = List.copyOf(x);
        this.y = List.copyOf(y);
        this.rows = rows;
    }

    /** Rows whose inputs and targets are arrays of these names, in the model's order; there may be no targets. */
    public static NpzStream open(Path file, List<String> x, List<String> y) throws IOException {
        int rows = -1;
        try (Npz npz = Npz.open(file)) {
            List<String> all = new ArrayList<>(x);
            all.addAll(y);
            for (String key : all) {
                if (!npz.names().contains(key)) {
                    throw new ModelFormatException(
                            "npz: expected one of " + npz.names() + " but was '" + key + "', at " + file);
                }
                try (NpyRows array = npz.rows(key)) {
                    if (rows >= 0 && array.size() != rows) {
                        throw new ModelFormatException(
                                "npz: expected " + rows + " rows but was " + array.size() + ", at " + file + ":" + key);
                    }
                    rows = array.size();
                }
            }
        }
        return new NpzStream(file, x, y, rows);
    }

    @Override
    public OptionalLong rows() {
        return OptionalLong.of(rows);
    }

    @Override
    public Batches pass(Pass pass) throws IOException {
        if (pass.seed().isPresent() || pass.skip() > 0) {
            throw new IllegalArgumentException("npz: expected a pass in order but was another, at " + file);
        }
        Npz npz = Npz.open(file);
        try {
            Map<String, NpyRows> open = new LinkedHashMap<>();
            for (String key : x) {
                open.put("x" + open.size(), npz.rows(key));
            }
            for (String key : y) {
                open.put("y" + open.size(), npz.rows(key));
            }
            return new Reading(npz, List.copyOf(open.values()), pass.batchSize());
        } catch (Throwable e) {
            npz.close();
            throw e;
        }
    }

    private final class Reading implements Batches {
        private final Npz npz;
        private final List<NpyRows> arrays;
        private final int size;
        private int read;

        Reading(Npz npz, List<NpyRows> arrays, int size) {
            this.npz = npz;
            this.arrays = arrays;
            this.size = size;
        }

        @Override
        public boolean hasNext() {
            return read < rows;
        }

        @Override
        public Batch next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            read += size;
            List<Tensor> values = new ArrayList<>();
            try {
                for (NpyRows array : arrays) {
                    values.add(array.next(size));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return Batch.of(values.subList(0, x.size()), values.subList(x.size(), values.size()));
        }

        @Override
        public void close() throws IOException {
            npz.close(); // and with it the arrays
        }
    }
}
