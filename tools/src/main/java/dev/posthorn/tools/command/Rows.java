package dev.posthorn.tools.command;

import dev.posthorn.data.CsvData;
import dev.posthorn.data.ImageFolder;
import dev.posthorn.data.NpzData;
import dev.posthorn.data.NpzStream;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.model.Port;
import dev.posthorn.numpy.Npz;
import dev.posthorn.tools.InputException;
import dev.posthorn.train.data.Batch;
import dev.posthorn.train.data.Dataset;
import dev.posthorn.train.data.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options that say what rows are: the same for training and for evaluation. */
final class Rows {
    @Option(
            names = {"-d", "--data"},
            required = true,
            paramLabel = "DATA",
            description = "The rows: an .npz archive, a .csv table whose first line names the columns, or a directory "
                    + "of pictures with a folder for each class.")
    private Path data;

    @Option(
            names = "--x",
            split = ",",
            paramLabel = "KEY",
            description = "The arrays of the archive that are inputs, in the model's order. Default: x.")
    private List<String> x = List.of("x");

    @Option(
            names = "--y",
            split = ",",
            paramLabel = "KEY",
            description = "The arrays of the archive, or the columns of the table, that are targets. Default: y.")
    private List<String> y = List.of("y");

    @Option(
            names = "--sample-weight",
            split = ",",
            paramLabel = "KEY",
            description = "The arrays of the archive that weigh the rows.")
    private List<String> weights = List.of();

    @Option(
            names = "--scale",
            paramLabel = "X",
            converter = Predict.Fraction.class,
            description = "Inputs are multiplied by X, a number or a fraction such as 1/255. Default: 1.")
    private double scale = 1;

    @Option(
            names = "--offset",
            paramLabel = "X",
            converter = Predict.Fraction.class,
            description = "Added to inputs after --scale. Default: 0.")
    private double offset;

    @Option(names = "--batch-size", paramLabel = "N", description = "Rows a batch. Default: 32.")
    private int batchSize = Model.BATCH_SIZE;

    int batchSize() {
        if (batchSize <= 0) {
            throw new InputException("expected 1 or more but was " + batchSize + ", at --batch-size");
        }
        return batchSize;
    }

    /** The rows, batches made ahead where they are read from files. */
    Dataset data(Model model) throws IOException {
        return of(data, model);
    }

    /** The rows of another file of the same kind. */
    Dataset of(Path file, Model model) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (Files.isDirectory(file)) {
            return scaled(pictures(file, model)).prefetch(4);
        } else if (name.endsWith(".npz")) {
            return scaled(NpzData.read(file, x, y, weights));
        } else if (name.endsWith(".csv")) {
            return scaled(CsvData.read(file, y, model.outputs().size() > 1));
        }
        throw new InputException(
                "data: expected .npz, .csv or a directory of pictures but was another file, at " + file);
    }

    /** The rows in their order, of archives and tables as they are needed; where nothing there is called {@code y}, without targets. */
    Dataset stream(Model model) throws IOException {
        String name = data.getFileName().toString().toLowerCase(Locale.ROOT);
        if (!Files.isRegularFile(data) || !name.endsWith(".npz") && !name.endsWith(".csv")) {
            return data(model);
        }
        boolean table = name.endsWith(".csv");
        boolean none = y.equals(List.of("y")) && !names(table).contains("y");
        List<String> targets = none ? List.of() : y;
        Dataset rows =
                table ? CsvData.open(data, targets, model.outputs().size() > 1) : NpzStream.open(data, x, targets);
        return scale == 1 && offset == 0
                ? rows
                : rows.map(b -> {
                    Map<String, Tensor> scaled = new LinkedHashMap<>();
                    b.x().forEach((key, t) -> scaled.put(key, ScaledTable.scaled(t, scale, offset)));
                    return new Batch(scaled, b.y(), b.sampleWeight());
                });
    }

    private Collection<String> names(boolean table) throws IOException {
        if (table) {
            return CsvData.names(data);
        }
        try (Npz npz = Npz.open(data)) {
            return npz.names();
        }
    }

    private static ImageFolder pictures(Path directory, Model model) throws IOException {
        Port port = model.inputs().get(0);
        Shape shape = port.type().shape();
        boolean known = model.inputs().size() == 1 && shape.rank() == 4 && shape.dim(1) > 0 && shape.dim(2) > 0;
        if (!known) {
            throw new InputException("pictures: expected a model of one input [n×height×width×channels] but was "
                    + model.inputs().stream().map(Port::type).toList() + ", at --data " + directory);
        }
        return ImageFolder.open(directory, shape.dim(1), shape.dim(2), shape.dim(3), ImageFolder.Resize.BILINEAR);
    }

    private Table scaled(Table rows) {
        if (scale == 1 && offset == 0) {
            return rows;
        }
        return new ScaledTable(rows, scale, offset);
    }

    /** Rows whose inputs are scaled when they are taken. */
    private record ScaledTable(Table table, double scale, double offset) implements Table {
        @Override
        public int size() {
            return table.size();
        }

        @Override
        public Batch take(int[] numbers) {
            Batch b = table.take(numbers);
            Map<String, Tensor> x = new LinkedHashMap<>();
            b.x().forEach((name, t) -> x.put(name, scaled(t, scale, offset)));
            return new Batch(x, b.y(), b.sampleWeight());
        }

        static Tensor scaled(Tensor t, double scale, double offset) {
            Tensor out = Tensor.zeros(t.type().withDType(t.dtype().isFloating() ? t.dtype() : DType.FLOAT32));
            for (int i = 0; i < t.size(); i++) {
                out.setDouble(i, t.getDouble(i) * scale + offset);
            }
            return out;
        }
    }
}
