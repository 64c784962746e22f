package dev.posthorn.data;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.train.data.Batch;
import dev.posthorn.train.data.Dataset;
import dev.posthorn.train.data.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** A CSV file of numbers as rows. Its first line names the columns. */
public final class CsvData {
    private CsvData() {}

    /**
     * Rows whose targets are these columns, each a target of its own where {@code each}, else together one; all others are
     * the input {@code x[rows × columns]}.
     */
    public static Table read(Path file, List<String> targets, boolean each) throws IOException {
        try (CSVParser csv = CSVParser.parse(
                Files.newBufferedReader(file, StandardCharsets.UTF_8),
                CSVFormat.DEFAULT
                        .builder()
                        .setIgnoreEmptyLines(true)
                        .setIgnoreSurroundingSpaces(true)
                        .get())) {
            return read(csv, file, targets, each);
        } catch (MalformedInputException e) {
            throw new ModelFormatException("csv: expected UTF-8 text but was something else, at " + file, e);
        } catch (UncheckedIOException e) {
            throw new ModelFormatException(
                    "csv: expected CSV but was broken (" + e.getCause().getMessage() + "), at " + file, e);
        }
    }

    private static Table read(CSVParser csv, Path file, List<String> targets, boolean each) {
        List<String> header = new ArrayList<>();
        List<double[]> rows = new ArrayList<>();
        for (CSVRecord record : csv) {
            if (header.isEmpty()) {
                header.addAll(record.toList());
                continue;
            }
            if (record.size() != header.size()) {
                throw new ModelFormatException("csv: expected " + header.size() + " columns but was " + record.size()
                        + ", at " + file + ", line " + csv.getCurrentLineNumber());
            }
            double[] row = new double[header.size()];
            for (int i = 0; i < row.length; i++) {
                row[i] = number(record.get(i), file, csv.getCurrentLineNumber(), header.get(i));
            }
            rows.add(row);
        }
        if (!header.containsAll(targets)) {
            throw new ModelFormatException("csv: expected columns " + targets + " but was " + header + ", at " + file);
        }
        int[] inputs = IntStream.range(0, header.size())
                .filter(i -> !targets.contains(header.get(i)))
                .toArray();
        if (rows.isEmpty() || inputs.length == 0) {
            throw new ModelFormatException("csv: expected rows of inputs but was " + rows.size() + " rows of "
                    + inputs.length + " inputs, at " + file);
        }
        int[] all = targets.stream().mapToInt(header::indexOf).toArray();
        Map<String, Tensor> y = new LinkedHashMap<>();
        if (each) {
            for (int i = 0; i < all.length; i++) {
                y.put(String.valueOf(i), column(rows, all[i]));
            }
        } else if (all.length > 0) {
            y.put("0", all.length == 1 ? column(rows, all[0]) : columns(rows, all));
        }
        return Dataset.of(new Batch(Map.of("0", columns(rows, inputs)), y, Map.of()));
    }

    private static double number(String cell, Path file, long line, String column) {
        try {
            return Double.parseDouble(cell);
        } catch (NumberFormatException e) {
            throw new ModelFormatException(
                    "csv: expected a number but was '" + cell + "', at " + file + ", line " + line + ", column '"
                            + column + "'",
                    e);
        }
    }

    /** Whole numbers are int64, so that they can be classes. */
    private static Tensor column(List<double[]> rows, int column) {
        double[] values = rows.stream().mapToDouble(r -> r[column]).toArray();
        boolean whole = Arrays.stream(values).allMatch(v -> v == Math.rint(v) && Math.abs(v) < 1L << 53);
        Shape shape = Shape.of(values.length);
        if (whole) {
            return Tensor.of(
                    shape, Arrays.stream(values).mapToLong(v -> (long) v).toArray());
        }
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return Tensor.of(shape, floats);
    }

    private static Tensor columns(List<double[]> rows, int[] columns) {
        float[] values = new float[rows.size() * columns.length];
        for (int r = 0; r < rows.size(); r++) {
            for (int c = 0; c < columns.length; c++) {
                values[r * columns.length + c] = (float) rows.get(r)[columns[c]];
            }
        }
        return Tensor.of(Shape.of(rows.size(), columns.length), values);
    }
}
