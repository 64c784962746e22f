package dev.posthorn.tools.command;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.WeightShards;
import dev.posthorn.keras.WeightsFile;
import dev.posthorn.numpy.Npz;
import dev.posthorn.tensorflow.CheckpointWeights;
import dev.posthorn.tensorflow.OldCheckpointWeights;
import dev.posthorn.tools.InputException;
import dev.posthorn.tools.Posthorn;
import dev.posthorn.weights.StoredWeight;
import dev.posthorn.weights.WeightContainer;
import dev.posthorn.weights.WeightEdit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code posthorn weights}: the weights in a file, by name, without a model. */
@Command(
        name = "weights",
        header = "Lists, exports and changes the weights in a file.",
        description = {
            "Works on .keras, .h5 and .weights.h5 files and lists of such (.weights.json), whatever layers they have, on"
                    + " SavedModels and on checkpoints of TensorFlow (.index); weights are named by their paths in the file,"
                    + " variables of a SavedModel as its model calls them. What changes a file writes it anew, whole or not"
                    + " at all; all else in it stays as it was."
        })
public final class Weights implements Runnable {
    private static final String ALL = "**";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "expected one of the commands "
                        + String.join(", ", spec.commandLine().getSubcommands().keySet()) + " but was none");
    }

    /** {@code *} is any characters but a slash, {@code **} any at all, {@code ?} one. */
    private static Pattern matcher(String glob) {
        String regex = Pattern.quote(glob)
                .replace("**", "\\E.*\\Q")
                .replaceAll("(?<!\\.)\\*", "\\\\E[^/]*\\\\Q")
                .replace("?", "\\E[^/]\\Q");
        return Pattern.compile(regex);
    }

    private static boolean matches(Pattern matcher, StoredWeight w) {
        return matcher.matcher(w.name()).matches();
    }

    /** Those of these names; it is an error if there are none, but for all names. */
    private static List<StoredWeight> chosen(WeightContainer weights, String glob, Path file) throws IOException {
        Pattern pattern = matcher(glob);
        List<StoredWeight> all =
                weights.weights().stream().filter(w -> matches(pattern, w)).toList();
        if (all.isEmpty() && !glob.equals(ALL)) {
            throw new InputException(
                    "expected names like '" + glob + "' (* stands for all but /, ** for all) but was none," + " at "
                            + file + " (posthorn weights list shows them)");
        }
        return all;
    }

    private static WeightContainer open(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new InputException("expected a file of weights but was nothing, at " + file);
        }
        if (CheckpointWeights.is(file)) {
            return CheckpointWeights.open(file);
        }
        if (WeightShards.is(file)) {
            return WeightShards.open(file);
        }
        return OldCheckpointWeights.is(file) ? OldCheckpointWeights.open(file) : WeightsFile.open(file);
    }

    private static int save(Path file, Path out, WeightEdit edit) throws IOException {
        Path target = out == null ? file : out;
        try (WeightContainer weights = open(file)) {
            writing(target, () -> weights.save(target, edit));
        }
        return Posthorn.RIGHT;
    }

    /** What writes a file. */
    private interface Writing {
        void write() throws IOException;
    }

    /** What fails says which file was being written. */
    private static void writing(Path target, Writing writing) throws IOException {
        try {
            writing.write();
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            String why = "not written: " + e.getMessage();
            throw (IOException) new FileSystemException(target.toString(), null, why).initCause(e);
        }
    }

    /** Throws unless every name is that of a weight. */
    private static void known(Path file, Set<String> names) throws IOException {
        try (WeightContainer weights = open(file)) {
            Set<String> unknown = new TreeSet<>(names);
            weights.weights().forEach(w -> unknown.remove(w.name()));
            if (!unknown.isEmpty()) {
                throw new InputException("expected names of weights in the file but was " + unknown + ", at " + file
                        + " (posthorn weights list shows them)");
            }
        }
    }

    @Command(name = "list", header = "Lists names, shapes and types.")
    int list(
            @Parameters(paramLabel = "FILE") Path file,
            @Option(
                            names = "--match",
                            paramLabel = "GLOB",
                            defaultValue = ALL,
                            description = "Only these names; * stands for all but /, ** for all.")
                    String glob,
            @Option(names = "--stats", description = "Minimum, maximum, mean and standard deviation too.")
                    boolean stats)
            throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (WeightContainer weights = open(file)) {
            long elements = 0;
            for (StoredWeight w : chosen(weights, glob, file)) {
                String shape = w.shape().stream().map(d -> Long.toString(d)).collect(Collectors.joining("×", "[", "]"));
                out.println(w.name() + "  " + w.type() + shape + (stats ? statistics(w) : ""));
                elements += w.size();
            }
            out.println(String.format(Locale.ROOT, "%,d elements", elements));
        }
        return Posthorn.RIGHT;
    }

    private static String statistics(StoredWeight w) throws IOException {
        boolean numeric = w.dtype().filter(d -> d.isFloating() || d.isInteger()).isPresent();
        if (w.size() == 0 || !numeric) {
            return "";
        }
        Tensor t = w.read();
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        double sum = 0;
        for (int i = 0; i < t.size(); i++) {
            double x = t.getDouble(i);
            min = Math.min(min, x);
            max = Math.max(max, x);
            sum += x;
        }
        double mean = sum / t.size();
        double squares = 0;
        for (int i = 0; i < t.size(); i++) {
            squares += (t.getDouble(i) - mean) * (t.getDouble(i) - mean);
        }
        return String.format(
                Locale.ROOT,
                "  min %.6g  max %.6g  mean %.6g  std %.6g",
                min,
                max,
                mean,
                Math.sqrt(squares / t.size()));
    }

    @Command(name = "export", header = "Writes weights into an .npz archive, by their names.")
    int export(
            @Parameters(paramLabel = "FILE") Path file,
            @Parameters(paramLabel = "NPZ") Path npz,
            @Option(
                            names = "--match",
                            paramLabel = "GLOB",
                            defaultValue = ALL,
                            description = "Only these names; * stands for all but /, ** for all.")
                    String glob)
            throws IOException {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        try (WeightContainer weights = open(file)) {
            for (StoredWeight w : chosen(weights, glob, file)) {
                if (w.dtype().isPresent()) {
                    arrays.put(w.name(), w.read());
                } else {
                    spec.commandLine()
                            .getErr()
                            .println("posthorn weights export: left out, for an array cannot hold it: " + w.name()
                                    + "  " + w.type());
                }
            }
            writing(npz, () -> Npz.write(npz, arrays));
        }
        return Posthorn.RIGHT;
    }

    @Command(name = "replace", header = "Takes new values of weights from an .npz archive, by their names.")
    int replace(
            @Parameters(paramLabel = "FILE") Path file,
            @Parameters(paramLabel = "NPZ") Path npz,
            @Option(names = "--out", description = "The file to write. Default: FILE.") Path out)
            throws IOException {
        try (Npz values = Npz.open(npz)) {
            known(file, values.names());
            return save(file, out, new WeightEdit() {
                @Override
                public Optional<Tensor> value(StoredWeight w) throws IOException {
                    return values.names().contains(w.name()) ? Optional.of(fitting(values, w)) : Optional.empty();
                }
            });
        }
    }

    /** A new value, of the shape and, where the numbers are of the same kind, as the type of the old. */
    private static Tensor fitting(Npz values, StoredWeight w) throws IOException {
        Tensor t = values.get(w.name());
        List<Long> shape =
                Arrays.stream(t.shape().dims()).asLongStream().boxed().toList();
        boolean kind = w.dtype()
                .filter(d -> t.dtype() == d || t.dtype().isFloating() && d.isFloating())
                .isPresent();
        if (!shape.equals(w.shape()) || !kind) {
            throw new InputException(
                    "expected " + w.type() + w.shape() + " but was " + t.type() + ", at '" + w.name() + "'");
        }
        return t.cast(w.dtype().get());
    }

    @Command(name = "rename", header = "Gives weights other names.")
    int rename(
            @Parameters(paramLabel = "FILE") Path file,
            @Parameters(paramLabel = "OLD=NEW", arity = "1..*") Map<String, String> names,
            @Option(names = "--out", description = "The file to write. Default: FILE.") Path out)
            throws IOException {
        known(file, names.keySet());
        return save(file, out, new WeightEdit() {
            @Override
            public Optional<String> name(StoredWeight w) {
                return Optional.ofNullable(names.get(w.name()));
            }
        });
    }

    @Command(name = "cast", header = "Rounds weights of floating-point numbers to another such type.")
    int cast(
            @Parameters(paramLabel = "FILE") Path file,
            @Parameters(paramLabel = "DTYPE", description = "float16, bfloat16, float32 or float64.") String dtype,
            @Option(
                            names = "--match",
                            paramLabel = "GLOB",
                            defaultValue = ALL,
                            description = "Only these names; * stands for all but /, ** for all.")
                    String glob,
            @Option(names = "--out", description = "The file to write. Default: FILE.") Path out)
            throws IOException {
        DType to = DType.ofKeras(dtype)
                .filter(DType::isFloating)
                .orElseThrow(() ->
                        new InputException("expected float16, bfloat16, float32 or float64 but was '" + dtype + "'"));
        try (WeightContainer weights = open(file)) {
            chosen(weights, glob, file);
        }
        Pattern pattern = matcher(glob);
        return save(file, out, new WeightEdit() {
            @Override
            public Optional<Tensor> value(StoredWeight w) throws IOException {
                boolean casts = w.dtype().filter(d -> d.isFloating() && d != to).isPresent() && matches(pattern, w);
                return casts ? Optional.of(w.read().cast(to)) : Optional.empty();
            }
        });
    }

    @Command(name = "prune", header = "Leaves out what only training needs: the optimizer, the compile configuration.")
    int prune(
            @Parameters(paramLabel = "FILE") Path file,
            @Option(names = "--out", description = "The file to write. Default: FILE.") Path out)
            throws IOException {
        return save(file, out, new WeightEdit() {
            @Override
            public boolean prunes() {
                return true;
            }
        });
    }
}
