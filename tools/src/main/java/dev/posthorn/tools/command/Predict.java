package dev.posthorn.tools.command;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.kernel.simd.Simd;
import dev.posthorn.model.Model;
import dev.posthorn.model.Port;
import dev.posthorn.model.Signature;
import dev.posthorn.tools.InputException;
import dev.posthorn.tools.Posthorn;
import dev.posthorn.tools.Progress;
import dev.posthorn.tools.data.Inputs;
import dev.posthorn.tools.data.Pictures;
import dev.posthorn.tools.data.Sink;
import dev.posthorn.tools.data.Source;
import dev.posthorn.tools.data.TableSink;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code posthorn predict}: files in, a model, files or a table out. */
@Command(
        name = "predict",
        header = "Computes a model's outputs for arrays, pictures, CSV or JSON.",
        description = {
            "Inputs: .npy; .npz and JSON objects (by input name, else in order); JSON arrays; CSV (a line a row, header optional; "
                    + "several inputs: a column each, by name); pictures (PNG, JPEG, GIF, BMP; several make one batch).",
            "Pictures become what Keras's load_img gives: grey, RGB or RGBA as the input's channels ask, values 0 to 255. Models "
                    + "without a Rescaling layer mostly want --scale 1/255, or --scale 1/127.5 --offset -1.",
            "A .npy input is read and computed batch by batch, so that it may be larger than the memory."
        })
public final class Predict implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "A model file.")
    private Path path;

    @Option(
            names = {"-i", "--input"},
            arity = "1..*",
            paramLabel = "FILE",
            description =
                    "Input values: FILE, or NAME=FILE for the input NAME, or FILE.npz:KEY for one array of an archive.")
    private List<String> inputs = List.of();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where the outputs go: .npy (one output), .npz, .json or .csv. Default: a table for people.")
    private Path output;

    @Option(
            names = "--signature",
            paramLabel = "NAME",
            description = "The signature to call. Default: ${DEFAULT-VALUE}.",
            defaultValue = Signature.DEFAULT)
    private String signature;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "Rows computed at a time; 0: all at once. Default: 32.")
    private int batchSize = Model.BATCH_SIZE;

    @Option(
            names = "--top",
            paramLabel = "K",
            description = "In the table, the K largest values of each row. "
                    + "Default: the 3 likeliest classes where the rows are probabilities.")
    private int top;

    @Option(names = "--labels", paramLabel = "FILE", description = "Names of the classes for the table, one a line.")
    private Path labels;

    @Option(
            names = "--scale",
            paramLabel = "X",
            converter = Fraction.class,
            description = "Pixel values are multiplied by X, a number or a fraction such as 1/255. Default: 1.")
    private double scale = 1;

    @Option(
            names = "--offset",
            paramLabel = "X",
            converter = Fraction.class,
            description = "Added to pixel values after --scale. Default: 0.")
    private double offset;

    @Option(
            names = "--resize",
            arity = "0..1",
            fallbackValue = "nearest",
            paramLabel = "HOW",
            description =
                    "Scale pictures of another size to the input's: nearest (as load_img does by default) or bilinear.")
    private Resize resize;

    @Mixin
    private Backends backend;

    @Mixin
    private Bound bound;

    /** Where the table goes; null for the command line's own. */
    private PrintWriter table;

    /** How a picture is scaled. */
    enum Resize {
        NEAREST,
        BILINEAR
    }

    /**
     * The everyday call {@code predict MODEL --input FILE [--output FILE]}, made without picocli, which takes longer to read the
     * options there are than many a model to predict; null for any other.
     *
     * @param table where the table goes
     */
    public static Predict everyday(String[] args, PrintWriter table) {
        boolean shaped = args.length == 4 || args.length == 6 && (args[4].equals("-o") || args[4].equals("--output"));
        if (!shaped || !args[0].equals("predict") || !args[2].equals("-i") && !args[2].equals("--input")) {
            return null;
        }
        for (int i = 1; i < args.length; i += 2) {
            if (args[i].isEmpty() || args[i].startsWith("-") || args[i].startsWith("@")) {
                return null; // an option or a file of arguments
            }
        }
        Predict predict = new Predict();
        predict.signature = Signature.DEFAULT;
        predict.backend = new Backends();
        predict.bound = new Bound(new Cut());
        predict.inputs = List.of(args[3]);
        predict.table = table;
        try {
            predict.path = Path.of(args[1]);
            predict.output = args.length == 6 ? Path.of(args[5]) : null;
        } catch (InvalidPathException e) {
            return null; // said as of any option
        }
        return predict;
    }

    @Override
    public Integer call() throws IOException {
        if (batchSize < 0 || top < 0) {
            throw new InputException("predict: expected 0 or more but was " + Math.min(batchSize, top) + ", at "
                    + (batchSize < 0 ? "--batch-size" : "--top"));
        }
        Simd.prepare();
        Pictures.Resize how = resize == null ? Pictures.Resize.REFUSE : Pictures.Resize.valueOf(resize.name());
        try (Model model = bound.load(path, backend.name())) {
            Signature called = model.signature(signature);
            try (Inputs in = Inputs.open(inputs, called.inputs(), new Pictures(how, scale, offset));
                    Sink out = sink(called, in)) {
                run(model, called, in.sources(), out);
                out.finish();
            }
        }
        return Posthorn.RIGHT;
    }

    private Sink sink(Signature called, Inputs in) throws IOException {
        List<String> names = called.outputs().stream().map(Port::name).toList();
        if (output != null) {
            return Sink.of(output, names);
        }
        List<String> classes = labels == null ? List.of() : Files.readAllLines(labels);
        return new TableSink(
                table == null ? spec.commandLine().getOut() : table,
                names,
                classes,
                row -> row < in.pictures().size() ? in.pictures().get(row).toString() : "row " + row,
                top);
    }

    private void run(Model model, Signature called, List<Source> sources, Sink out) throws IOException {
        int rows = rows(called, sources);
        if (rows == 0) {
            throw new InputException("predict: expected at least one row but was none, at --input");
        }
        int step = rows < 0 ? 0 : step(called, rows);
        if (step == 0) {
            List<Tensor> all = new ArrayList<>();
            for (Source s : sources) {
                all.add(s.all());
            }
            out.append(model.call(signature, all));
            return;
        }
        try (Progress progress = Progress.of("rows", rows > step ? rows : 0)) {
            for (int from = 0; from < rows && out.isWanted(); from += step) {
                int count = Math.min(step, rows - from);
                List<Tensor> batch = new ArrayList<>();
                for (Source s : sources) {
                    batch.add(s.rows(from, count));
                }
                List<Tensor> result = model.call(signature, batch);
                if (count < rows) {
                    check(result, count, called);
                }
                out.append(result);
                progress.step(count);
            }
        }
    }

    /** The rows that all inputs have; -1 where not all inputs are rows. */
    private static int rows(Signature called, List<Source> sources) {
        Set<Integer> rows = sources.stream()
                .map(s -> s.type().shape().rank() == 0 ? -1 : s.type().shape().dim(0))
                .collect(Collectors.toSet());
        boolean ranked = called.inputs().stream()
                .allMatch(p -> p.type().shape().isRanked() && p.type().shape().rank() > 0);
        if (sources.isEmpty() || !ranked || rows.size() != 1) {
            return -1;
        }
        return rows.iterator().next();
    }

    /** The rows of a batch: the model's own number where it is fixed; 0 for all at once. */
    private int step(Signature called, int rows) {
        Set<Integer> fixed =
                called.inputs().stream().map(p -> p.type().shape().dim(0)).collect(Collectors.toSet());
        if (fixed.equals(Set.of(Shape.UNKNOWN))) {
            return batchSize;
        }
        int size = fixed.size() == 1 ? fixed.iterator().next() : 0;
        if (size > 0 && rows % size != 0) {
            throw new InputException(
                    "predict: expected a multiple of " + size + " rows, the batch size of the model, but was " + rows);
        }
        return size;
    }

    private void check(List<Tensor> result, int count, Signature called) {
        for (int i = 0; i < result.size(); i++) {
            Shape shape = result.get(i).shape();
            if (shape.rank() == 0 || shape.dim(0) != count) {
                throw new InputException("predict: expected an output of " + count + " rows but was "
                        + result.get(i).type() + ", at output '"
                        + called.outputs().get(i).name() + "' (--batch-size 0 computes all rows at once)");
            }
        }
    }

    /** {@code 0.5}, {@code 1/255}. */
    static final class Fraction implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            String[] parts = text.split("/", -1);
            try {
                double value = Double.parseDouble(parts[0]) / (parts.length == 2 ? Double.parseDouble(parts[1]) : 1);
                if (parts.length <= 2 && Double.isFinite(value)) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // said below
            }
            throw new TypeConversionException("expected a number or a fraction such as 1/255 but was '" + text + "'");
        }
    }
}
