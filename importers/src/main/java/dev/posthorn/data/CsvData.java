package dev.posthorn.data;

import dev.posthorn.model.ModelFormatException;
import dev.posthorn.train.data.Batch;
import dev.posthorn.train.data.Batches;
import dev.posthorn.train.data.Dataset;
import dev.posthorn.train.data.Pass;
import dev.posthorn.train.data.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalLong;

/**
 * A CSV file of numbers as rows. Its first line names the columns: some are targets, each a target of its own or together one; all others
 * are the input {@code x[rows × columns]}. A target that is a column of whole numbers is int64, so that it can be a class.
 */
public final class CsvData implements Dataset {
    private final Path file;
    private final CsvRows.Columns columns;
    private final boolean[] whole;
    private final long rows;

    private CsvData(Path file, CsvRows.Columns columns, boolean[] whole, long rows) {
        this.file = file;
        this.columns = columns;
        this.whole = whole;
        this.rows = rows;
    }

    /** Rows that are read as they are needed, in their order: memory is that of a batch. The file is read through once before. */
    public static CsvData open(Path file, List<String> targets, boolean each) throws IOException {
        try (CsvRows csv = CsvRows.open(file)) {
            CsvRows.Columns columns = csv.columns(targets, each);
            boolean[] whole = null;
            long rows = 0;
            for (double[] row = csv.next(); row != null; row = csv.next(), rows++) {
                if (whole == null) {
                    whole = new boolean[row.length];
                    Arrays.fill(whole, true);
                }
                for (int i = 0; i < row.length; i++) {
                    whole[i] &= row[i] == Math.rint(row[i]) && Math.abs(row[i]) < 1L << 53;
                }
            }
            if (rows == 0 || columns.inputs().length == 0) {
                throw new ModelFormatException("csv: expected rows of inputs but was " + rows + " rows of "
                        + columns.inputs().length + " inputs, at " + file);
            }
            return new CsvData(file, columns, whole, rows);
        }
    }

    /** The names of the columns. */
    public static List<String> names(Path file) throws IOException {
        try (CsvRows csv = CsvRows.open(file)) {
            return csv.header();
        }
    }

    /** All rows, in memory. */
    public static Table read(Path file, List<String> targets, boolean each) throws IOException {
        CsvData data = open(file, targets, each);
        try (CsvRows csv = CsvRows.open(file)) {
            return Dataset.of(data.take(csv, Integer.MAX_VALUE));
        }
    }

    private Batch take(CsvRows csv, int most) {
        List<double[]> taken = new ArrayList<>();
        for (double[] row = csv.next(); row != null; row = taken.size() < most ? csv.next() : null) {
            taken.add(row);
        }
        return columns.batch(taken, whole);
    }

    @Override
    public OptionalLong rows() {
        return OptionalLong.of(rows);
    }

    @Override
    public Batches pass(Pass pass) throws IOException {
        if (pass.seed().isPresent() || pass.skip() > 0) {
            throw new IllegalArgumentException("csv: expected a pass in order but was another, at " + file);
        }
        CsvRows csv = CsvRows.open(file);
        return new Batches() {
            private long left = rows;

            @Override
            public boolean hasNext() {
                return left > 0;
            }

            @Override
            public Batch next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                Batch batch = take(csv, (int) Math.min(left, pass.batchSize()));
                left -= batch.rows();
                return batch;
            }

            @Override
            public void close() throws IOException {
                csv.close();
            }
        };
    }
}
