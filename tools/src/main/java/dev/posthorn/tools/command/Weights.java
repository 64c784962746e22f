package dev.posthorn.tools.command;

import dev.posthorn.hdf5.Hdf5Dataset;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.WeightsFile;
import dev.posthorn.numpy.Npz;
import dev.posthorn.tools.InputException;
import dev.posthorn.tools.Posthorn;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
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
            "Works on .keras, .h5 and .weights.h5 files, whatever layers they have; weights are named by their paths in the"
                    + " file. What changes a file writes it anew, whole or not at all; all else in it stays as it was."
        })
public final class Weights implements Runnable {
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

    private static boolean matches(Pattern matcher, Hdf5Dataset d) {
        return matcher.matcher(WeightsFile.name(d)).matches();
    }

    private static int save(Path file, Path out, WeightsFile.Edit edit) throws IOException {
        try (WeightsFile weights = WeightsFile.open(file)) {
            weights.save(out == null ? file : out, edit);
        }
        return Posthorn.RIGHT;
    }

    /** Throws unless every name is that of a weight. */
    private static void known(Path file, Set<String> names) throws IOException {
        try (WeightsFile weights = WeightsFile.open(file)) {
            Set<String> unknown = new TreeSet<>(names);
            weights.datasets().forEach(d -> unknown.remove(WeightsFile.name(d)));
            if (!unknown.isEmpty()) {
                throw new InputException("expected names of weights in the file but was " + unknown + ", at " + file
                        + " (posthorn weights list shows them)");
            }
        }
    }

    @Command(name = "list", header = "Lists names, shapes and types.")
    int list(
            @Parameters(paramLabel = "FILE") Path file,
            @Option(names = "--match", paramLabel = "GLOB", defaultValue = "**", description = "Only these names.")
                    String glob,
            @Option(names = "--stats", description = "Minimum, maximum, mean and standard deviation too.")
                    boolean stats)
            throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (WeightsFile weights = WeightsFile.open(file)) {
            long elements = 0;
            for (Hdf5Dataset d : weights.datasets()) {
                if (matches(matcher(glob), d)) {
                    String shape = Arrays.stream(d.shape())
                            .mapToObj(Long::toString)
                            .collect(Collectors.joining("×", "[", "]"));
                    out.println(WeightsFile.name(d) + "  " + d.typeName() + shape + (stats ? statistics(d) : ""));
                    elements += d.size();
                }
            }
            out.println(String.format(Locale.ROOT, "%,d elements", elements));
        }
        return Posthorn.RIGHT;
    }

    private static String statistics(Hdf5Dataset d) {
        if (d.size() == 0 || d.dtype() == DType.STRING) {
            return "";
        }
        Tensor t = d.read();
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
            @Option(names = "--match", paramLabel = "GLOB", defaultValue = "**", description = "Only these names.")
                    String glob)
            throws IOException {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        try (WeightsFile weights = WeightsFile.open(file)) {
            for (Hdf5Dataset d : weights.datasets()) {
                if (matches(matcher(glob), d)) {
                    arrays.put(WeightsFile.name(d), d.read());
                }
            }
            Npz.write(npz, arrays);
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
            return save(file, out, new WeightsFile.Edit() {
                @Override
                public Optional<Tensor> value(Hdf5Dataset d) {
                    return values.names().contains(WeightsFile.name(d))
                            ? Optional.of(fitting(values, d))
                            : Optional.empty();
                }
            });
        }
    }

    /** A new value, of the shape and, where the numbers are of the same kind, as the type of the old. */
    private static Tensor fitting(Npz values, Hdf5Dataset d) {
        try {
            Tensor t = values.get(WeightsFile.name(d));
            boolean shape =
                    Arrays.equals(Arrays.stream(t.shape().dims()).asLongStream().toArray(), d.shape());
            boolean kind = t.dtype() == d.dtype()
                    || t.dtype().isFloating() && d.dtype().isFloating();
            if (!shape || !kind) {
                throw new InputException("expected " + d.typeName() + Arrays.toString(d.shape()) + " but was "
                        + t.type() + ", at '" + WeightsFile.name(d) + "'");
            }
            return t.cast(d.dtype());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Command(name = "rename", header = "Gives weights other names.")
    int rename(
            @Parameters(paramLabel = "FILE") Path file,
            @Parameters(paramLabel = "OLD=NEW", arity = "1..*") Map<String, String> names,
            @Option(names = "--out", description = "The file to write. Default: FILE.") Path out)
            throws IOException {
        known(file, names.keySet());
        return save(file, out, new WeightsFile.Edit() {
            @Override
            public Optional<String> name(Hdf5Dataset d) {
                return Optional.ofNullable(names.get(WeightsFile.name(d)));
            }
        });
    }

    @Command(name = "cast", header = "Rounds weights of floating-point numbers to another such type.")
    int cast(
            @Parameters(paramLabel = "FILE") Path file,
            @Parameters(paramLabel = "DTYPE", description = "float16, bfloat16, float32 or float64.") String dtype,
            @Option(names = "--match", paramLabel = "GLOB", defaultValue = "**", description = "Only these names.")
                    String glob,
            @Option(names = "--out", description = "The file to write. Default: FILE.") Path out)
            throws IOException {
        DType to = DType.ofKeras(dtype)
                .filter(DType::isFloating)
                .orElseThrow(() ->
                        new InputException("expected float16, bfloat16, float32 or float64 but was '" + dtype + "'"));
        return save(file, out, new WeightsFile.Edit() {
            @Override
            public Optional<Tensor> value(Hdf5Dataset d) {
                boolean casts = d.dtype().isFloating() && d.dtype() != to && matches(matcher(glob), d);
                return casts ? Optional.of(d.read().cast(to)) : Optional.empty();
            }
        });
    }

    @Command(name = "prune", header = "Leaves out what only training needs: the optimizer, the compile configuration.")
    int prune(
            @Parameters(paramLabel = "FILE") Path file,
            @Option(names = "--out", description = "The file to write. Default: FILE.") Path out)
            throws IOException {
        return save(file, out, new WeightsFile.Edit() {
            @Override
            public boolean prunes() {
                return true;
            }
        });
    }
}
