package dev.posthorn.data;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.train.data.Batch;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** The rows of a CSV file of numbers, one after the other. Its first line names the columns. */
final class CsvRows implements Closeable {
    private final Path file;
    private final CSVParser csv;
    private final Iterator<CSVRecord> records;
    private final List<String> header;

    private CsvRows(Path file, CSVParser csv) throws IOException {
        this.file = file;
        this.csv = csv;
        this.records = csv.iterator();
        CSVRecord first = read();
        this.header = first == null ? List.of() : first.toList();
    }

    static CsvRows open(Path file) throws IOException {
        CSVParser csv = CSVParser.parse(
                Files.newBufferedReader(file, StandardCharsets.UTF_8),
                CSVFormat.DEFAULT
                        .builder()
                        .setIgnoreEmptyLines(true)
                        .setIgnoreSurroundingSpaces(true)
                        .get());
        try {
            return new CsvRows(file, csv);
        } catch (Throwable e) {
            csv.close();
            throw e;
        }
    }

    private CSVRecord read() {
        try {
            return records.hasNext() ? records.next() : null;
        } catch (UncheckedIOException e) {
            String what = e.getCause() instanceof MalformedInputException
                    ? "expected UTF-8 text but was something else"
                    : "expected CSV but was broken (" + e.getCause().getMessage() + ")";
            throw new ModelFormatException("csv: " + what + ", at " + file, e);
        }
    }

    List<String> header() {
        return header;
    }

    /** The numbers of the next row; null after the last. */
    double[] next() {
        CSVRecord record = read();
        if (record == null) {
            return null;
        }
        if (record.size() != header.size()) {
            throw new ModelFormatException("csv: expected " + header.size() + " columns but was " + record.size()
                    + ", at " + file + ", line " + csv.getCurrentLineNumber());
        }
        double[] row = new double[header.size()];
        for (int i = 0; i < row.length; i++) {
            row[i] = number(record.get(i), header.get(i));
        }
        return row;
    }

    private double number(String cell, String column) {
        try {
            return Double.parseDouble(cell);
        } catch (NumberFormatException e) {
            throw new ModelFormatException(
                    "csv: expected a number but was '" + cell + "', at " + file + ", line " + csv.getCurrentLineNumber()
                            + ", column '" + column + "'",
                    e);
        }
    }

    /** Which columns are inputs and which are targets. */
    Columns columns(List<String> targets, boolean each) {
        if (!header.containsAll(targets)) {
            throw new ModelFormatException("csv: expected columns " + targets + " but was " + header + ", at " + file);
        }
        int[] inputs = IntStream.range(0, header.size())
                .filter(i -> !targets.contains(header.get(i)))
                .toArray();
        return new Columns(inputs, targets.stream().mapToInt(header::indexOf).toArray(), each);
    }

    @Override
    public void close() throws IOException {
        csv.close();
    }

    /**
     * @param each whether every target column is a target of its own
     */
    record Columns(int[] inputs, int[] targets, boolean each) {
        /** Targets that are one column alone. */
        boolean alone() {
            return each || targets.length == 1;
        }

        /** @param whole which columns hold whole numbers alone: such targets are int64, so that they can be classes */
        Batch batch(List<double[]> rows, boolean[] whole) {
            Map<String, Tensor> y = new LinkedHashMap<>();
            for (int i = 0; alone() && i < targets.length; i++) {
                int column = targets[i];
                y.put(String.valueOf(i), whole[column] ? wholes(rows, column) : column(rows, column));
            }
            if (!alone() && targets.length > 0) {
                y.put("0", matrix(rows, targets));
            }
            return new Batch(Map.of("0", matrix(rows, inputs)), y, Map.of());
        }

        private static Tensor wholes(List<double[]> rows, int column) {
            return Tensor.of(
                    Shape.of(rows.size()),
                    rows.stream().mapToLong(r -> (long) r[column]).toArray());
        }

        private static Tensor column(List<double[]> rows, int column) {
            return matrix(rows, new int[] {column}).reshape(Shape.of(rows.size()));
        }

        private static Tensor matrix(List<double[]> rows, int[] columns) {
            float[] values = new float[rows.size() * columns.length];
            for (int r = 0; r < rows.size(); r++) {
                for (int c = 0; c < columns.length; c++) {
                    values[r * columns.length + c] = (float) rows.get(r)[columns[c]];
                }
            }
            return Tensor.of(Shape.of(rows.size(), columns.length), values);
        }
    }
}
