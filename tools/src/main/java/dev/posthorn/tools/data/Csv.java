package dev.posthorn.tools.data;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Port;
import dev.posthorn.tools.InputException;
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

/** A table of rows: the values of one input in row-major order, or of several inputs that the first line names. */
final class Csv {
    private Csv() {}

    static Map<String, Tensor> read(Path file, List<Port> ports) throws IOException {
        try (CSVParser csv = CSVParser.parse(
                Files.newBufferedReader(file, StandardCharsets.UTF_8),
                CSVFormat.DEFAULT
                        .builder()
                        .setIgnoreEmptyLines(true)
                        .setIgnoreSurroundingSpaces(true)
                        .get())) {
            return read(csv, file, ports);
        } catch (MalformedInputException e) {
            throw new InputException("csv: expected UTF-8 text but was something else, at " + file, e);
        } catch (UncheckedIOException e) {
            boolean text = e.getCause() instanceof MalformedInputException;
            throw new InputException(
                    "csv: expected " + (text ? "UTF-8" : "CSV") + " but was broken ("
                            + e.getCause().getMessage() + "), at " + file,
                    e);
        }
    }

    private static Map<String, Tensor> read(CSVParser csv, Path file, List<Port> ports) {
        List<Elements> elements =
                ports.stream().map(p -> new Elements(p.type().dtype())).toList();
        List<int[]> columns = null;
        int width = 0;
        int rows = 0;
        for (CSVRecord record : csv) {
            if (columns == null) {
                width = record.size();
                boolean header = isHeader(record, ports);
                columns = header
                        ? named(record, ports, file)
                        : List.of(IntStream.range(0, width).toArray());
                if (columns.size() != ports.size()) {
                    throw new InputException("csv: expected a first line that names the inputs " + names(ports)
                            + " but was " + record.toList() + ", at " + file);
                }
                if (header) {
                    continue;
                }
            }
            String where = file + ", line " + csv.getCurrentLineNumber();
            if (record.size() != width) {
                throw new InputException(
                        "csv: expected " + width + " columns but was " + record.size() + ", at " + where);
            }
            for (int p = 0; p < ports.size(); p++) {
                for (int column : columns.get(p)) {
                    elements.get(p).add(record.get(column), where + ", column " + (column + 1));
                }
            }
            rows++;
        }
        if (rows == 0) {
            throw new InputException("csv: expected rows but was none, at " + file);
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int p = 0; p < ports.size(); p++) {
            tensors.put(ports.get(p).name(), shaped(elements.get(p), rows, ports.get(p), file));
        }
        return tensors;
    }

    private static List<String> names(List<Port> ports) {
        return ports.stream().map(Port::name).toList();
    }

    /** Text where numbers should be, or the names of the inputs. */
    private static boolean isHeader(CSVRecord record, List<Port> ports) {
        boolean numbers = ports.stream().allMatch(p -> p.type().dtype() != DType.STRING);
        return record.toList().containsAll(names(ports))
                || numbers && !record.stream().allMatch(c -> Elements.isNumber(c) || c.matches("(?i)true|false"));
    }

    /** The columns of each input: those that bear its name; of a single input all, where none does. */
    private static List<int[]> named(CSVRecord header, List<Port> ports, Path file) {
        if (ports.size() == 1 && !header.toList().contains(ports.get(0).name())) {
            return List.of(IntStream.range(0, header.size()).toArray());
        }
        List<int[]> columns = new ArrayList<>();
        for (Port p : ports) {
            int[] own = IntStream.range(0, header.size())
                    .filter(i -> header.get(i).equals(p.name()))
                    .toArray();
            if (own.length == 0) {
                throw new InputException("csv: expected a column '" + p.name() + "' but was " + header.toList()
                        + ", at the first line of " + file);
            }
            columns.add(own);
        }
        return columns;
    }

    /** Rows of values as the input's rows: {@code [rows × the input's other dimensions]}. */
    private static Tensor shaped(Elements e, int rows, Port port, Path file) {
        int width = e.size() / rows;
        Shape declared = port.type().shape();
        if (!declared.isRanked() || declared.rank() == 0) {
            return e.tensor(width == 1 ? Shape.of(rows) : Shape.of(rows, width));
        }
        int[] dims = declared.dims();
        dims[0] = rows;
        long known = Arrays.stream(dims)
                .skip(1)
                .filter(d -> d >= 0)
                .mapToLong(d -> d)
                .reduce(1, (a, b) -> a * b);
        long unknown = Arrays.stream(dims).skip(1).filter(d -> d < 0).count();
        boolean fits = unknown == 0 ? width == known : unknown == 1 && known > 0 && width % known == 0;
        if (!fits) {
            throw new InputException("csv: expected rows of " + (unknown > 1 ? "a known size" : known + " values")
                    + " for input '" + port.name() + "' " + declared + " but was " + width + ", at " + file);
        }
        for (int i = 1; i < dims.length; i++) {
            dims[i] = dims[i] < 0 ? (int) (width / known) : dims[i];
        }
        return e.tensor(Shape.of(dims));
    }
}
