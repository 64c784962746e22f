package dev.posthorn.tools.command;

import dev.posthorn.codec.Dialect;
import dev.posthorn.model.Model;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.model.WeightSelection;
import dev.posthorn.tools.Failure;
import dev.posthorn.tools.InputException;
import dev.posthorn.tools.Posthorn;
import dev.posthorn.tools.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code posthorn convert}: models from one format or dialect into another. */
@Command(
        name = "convert",
        header = "Converts models between formats and dialects.",
        description = {
            "Reads a model and saves it in the format that the name of OUT says: .keras, .h5 or .hdf5, .weights.h5 (weights alone,"
                    + " as Keras 3 has them), else the folder of a SavedModel. What a model does that OUT's format has no way to say is refused, all of it at once; what else is in IN's file and finds no"
                    + " place in OUT is listed before anything is written (--lossless refuses it). OUT is there whole or not at all.",
            "A SavedModel that Keras 2 saved becomes any of these, without its training (--no-optimizer); another one stays a"
                    + " SavedModel.",
            "With --weights an architecture (.json, .yaml) gets its weights from a file of its own, any other model those of another"
                    + " file.",
            "With --out-dir any number of models is converted, those in folders too, whose places are kept.",
            "Exit code 0: all is converted; 2: something is not."
        })
public final class Convert implements Callable<Integer> {
    private static final List<String> ENDINGS = List.of(".weights.h5", ".keras", ".h5", ".hdf5");

    /** Whose configurations to write. */
    enum Version {
        KERAS2(Dialect.KERAS2),
        KERAS3(Dialect.KERAS3);

        private final Dialect dialect;

        Version(Dialect dialect) {
            this.dialect = dialect;
        }
    }

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "IN OUT; or, with --out-dir, any number of IN.")
    private List<Path> files = List.of();

    @Option(
            names = "--dialect",
            paramLabel = "DIALECT",
            description = "For .h5: keras2 or keras3. Default: that of IN.")
    private Version dialect;

    @Option(names = "--no-optimizer", description = "Leave out the compile configuration and the optimizer's state.")
    private boolean withoutTraining;

    @Option(names = "--lossless", description = "Convert nothing of which OUT cannot hold all.")
    private boolean lossless;

    @Option(names = "--weights-only", description = "For .h5: weights alone, as Keras's save_weights writes them.")
    private boolean weightsOnly;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "Where the weights are: a model, .weights.h5, .weights.json, weights of Keras 1 or 2 in .h5.")
    private Path weights;

    @Option(
            names = "--by-name",
            description = "With --weights: only layers whose names are in that file, as Keras's by_name.")
    private boolean byName;

    @Option(
            names = "--skip-mismatch",
            description = "With --weights: weights of other shapes stay as IN has them, as with Keras's skip_mismatch.")
    private boolean skipMismatch;

    @Option(names = "--batch", paramLabel = "N", description = "For a SavedModel: only batches of N rows.")
    private Integer batch;

    @Option(names = "--xla", description = "For a SavedModel: only what XLA compiles; all shapes must be known.")
    private boolean xla;

    @Option(
            names = "--train-signature",
            description =
                    "For a SavedModel: also the signatures train (x, y) and train_weighted (x, y, sample_weight), a step"
                            + " of the training for which the model is compiled; they give the loss and update the variables.")
    private boolean trains;

    @Option(names = "--out-dir", paramLabel = "DIR", description = "Where the converted models go.")
    private Path folder;

    @Option(
            names = "--to",
            paramLabel = "ENDING",
            description = "With --out-dir: how names end there: .keras, .h5, .weights.h5. Default: .keras.")
    private String ending = ".keras";

    @Option(
            names = "--from",
            paramLabel = "ENDING",
            description = "With --out-dir: only files in folders whose names end so. Default: .keras, .h5, .hdf5.")
    private String from = "";

    @Mixin
    private Bound bound;

    @Override
    public Integer call() throws IOException {
        if (weights == null && (byName || skipMismatch)) {
            throw new InputException("expected --weights with --by-name and --skip-mismatch but was none");
        }
        if (folder == null) {
            if (files.size() != 2) {
                throw new InputException("expected IN and OUT, or --out-dir, but was " + files.size() + " files");
            }
            convert(files.get(0), files.get(1));
            return Posthorn.RIGHT;
        }
        Map<Path, Path> all = plan();
        int failed = 0;
        PrintWriter out = spec.commandLine().getOut();
        try (Progress progress = Progress.of("models", all.size())) {
            for (Map.Entry<Path, Path> e : all.entrySet()) {
                try {
                    Files.createDirectories(e.getValue().toAbsolutePath().getParent());
                    convert(e.getKey(), e.getValue());
                } catch (IOException | RuntimeException | StackOverflowError x) {
                    failed++;
                    out.println(e.getKey() + ": "
                            + String.join(" ", Failure.lines(x)).strip());
                }
                progress.step(1);
            }
        }
        out.println(all.size() - failed + " converted, " + failed + " not");
        return failed == 0 ? Posthorn.RIGHT : Posthorn.UNUSABLE;
    }

    private void convert(Path in, Path out) throws IOException {
        SaveOptions options = SaveOptions.DEFAULT;
        options = dialect == null ? options : options.withDialect(dialect.dialect);
        options = withoutTraining ? options.withoutTraining() : options;
        options = batch == null ? options : options.withBatch(batch);
        options = xla ? options.forXla() : options;
        options = trains ? options.withTrainSignature() : options;
        options = weightsOnly ? options.ofWeights() : options;
        options = options.listing(
                lossless
                        ? LeftOut.refused(out)
                        : LeftOut.listed(spec.commandLine().getErr(), out));
        try (Model model = folder == null ? bound.load(in, "java") : Model.load(in, bound.bindings())) {
            if (weights != null) {
                model.loadWeights(weights, new WeightSelection(byName, skipMismatch));
            }
            model.save(out, options);
        }
    }

    /** What becomes what. */
    private Map<Path, Path> plan() throws IOException {
        Map<Path, Path> all = new LinkedHashMap<>();
        Set<Path> targets = new HashSet<>();
        for (Path in : files) {
            if (!Files.exists(in)) {
                throw new InputException("expected a model or a folder of models but was nothing, at " + in);
            }
            boolean model = Files.isRegularFile(in) || isFolder(in);
            for (Path file : model ? List.of(in) : below(in)) {
                Path place = model ? file.getFileName() : in.relativize(file);
                Path target = folder.resolve(stem(place.toString()) + ending);
                if (!targets.add(target)) {
                    throw new InputException("expected models of different names but was two that become " + target
                            + " (--from takes those of one ending)");
                }
                all.put(file, target);
            }
        }
        return all;
    }

    /** Whether a folder is a model: an unpacked archive or a SavedModel. */
    private static boolean isFolder(Path folder) {
        return Stream.of("config.json", "saved_model.pb", "saved_model.pbtxt")
                .anyMatch(name -> Files.exists(folder.resolve(name)));
    }

    private List<Path> below(Path in) throws IOException {
        List<String> endings = from.isEmpty() ? List.of(".keras", ".h5", ".hdf5") : List.of(from);
        try (Stream<Path> walk = Files.walk(in)) {
            return new ArrayList<>(walk.filter(f -> Files.isRegularFile(f) || isFolder(f))
                    .filter(f -> endings.stream().anyMatch(f.toString()::endsWith))
                    .sorted()
                    .toList());
        }
    }

    private static String stem(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return ENDINGS.stream()
                .filter(lower::endsWith)
                .findFirst()
                .map(e -> name.substring(0, name.length() - e.length()))
                .orElse(name);
    }
}
