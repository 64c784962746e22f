package dev.posthorn.fuzz;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.Signature;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.tensorflow.CheckpointFormat;
import dev.posthorn.tensorflow.bundle.Bundle;
import dev.posthorn.tensorflow.bundle.SealedBundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * One model file from arbitrary bytes: it is read and every signature of it lowered, or refused by one of our errors that says
 * what was expected and where. The first byte says which kind of file the others are, so that one fuzzer does all.
 *
 * <p>{@link #fuzzerTestOneInput} is what Jazzer calls; see docs/adding.md for how to let it run for long. {@link
 * FileFuzzerTest} runs it on the seeds and on damaged seeds.
 */
public final class FileFuzzer {
    /** What is made of the bytes. */
    enum Kind {
        GRAPH("graph.pb"),
        GRAPH_TEXT("graph.pbtxt"),
        SAVED_MODEL("saved_model/saved_model.pb"),
        META_GRAPH("graph.meta"),
        H5("model.h5"),
        KERAS("model.keras"),
        /** Length of the configuration in three bytes, the configuration, the weights: the zip around them is made here. */
        KERAS_PARTS("parts.keras"),
        JSON("model.json"),
        YAML("model.yaml"),
        INDEX("checkpoint.index"),
        /** As {@link SealedBundle} has it. */
        INDEX_ENTRIES("sealed.index");

        final String file;

        Kind(String file) {
            this.file = file;
        }
    }

    /** {@code <who>: expected <what> but was <value>, at <where>}. */
    private static final Pattern GRAMMAR = Pattern.compile("(?s)[^:]+.*: expected .+ but was .+, at .+");

    /** What is not supported, and where that is: its path before a colon, or behind "at". */
    private static final Pattern REASON = Pattern.compile("(?s)(.+: .+|.+, at .*)");

    private static final Path FOLDER = folder();

    private FileFuzzer() {}

    private static Path folder() {
        try {
            Path memory = Path.of("/dev/shm");
            Path folder = Files.isWritable(memory)
                    ? Files.createTempDirectory(memory, "fuzz")
                    : Files.createTempDirectory("fuzz");
            Files.createDirectories(folder.resolve("saved_model/variables"));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(Path folder) {
        try (var files = Files.walk(folder)) {
            for (Path p : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(p);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the files beside the one that is read may be put: those of a SavedModel's variables, a checkpoint's shard. */
    static Path beside(String name) {
        return FOLDER.resolve(name);
    }

    /** An input that is read as a file of that kind. */
    static byte[] input(Kind kind, byte[] content) {
        byte[] all = new byte[1 + content.length];
        all[0] = (byte) kind.ordinal();
        System.arraycopy(content, 0, all, 1, content.length);
        return all;
    }

    /** Reads the file that the input describes; fails with what is no error of ours. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        Kind kind = Kind.values()[(input[0] & 0xff) % Kind.values().length];
        Path file = FOLDER.resolve(kind.file);
        write(kind, Arrays.copyOfRange(input, 1, input.length), file);
        try {
            read(kind, file);
        } catch (ModelFormatException | ShapeException e) {
            check(GRAMMAR, e.getMessage(), e);
        } catch (UnsupportedModelException e) {
            e.reasons().forEach(r -> check(REASON, r, e));
        }
    }

    private static void check(Pattern form, String message, RuntimeException e) {
        if (message == null || !form.matcher(message).matches()) {
            throw new AssertionError("expected the form " + form + " but was: " + message, e);
        }
    }

    private static void write(Kind kind, byte[] content, Path file) throws IOException {
        switch (kind) {
            case KERAS_PARTS -> Files.write(file, zipped(content));
            case INDEX_ENTRIES -> SealedBundle.write(content, file);
            default -> Files.write(file, content);
        }
    }

    private static byte[] zipped(byte[] content) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(content);
        int length = in.remaining() < 3 ? 0 : (in.get() & 0xff) << 16 | (in.get() & 0xff) << 8 | in.get() & 0xff;
        byte[] config = new byte[Math.min(length, in.remaining())];
        in.get(config);
        byte[] weights = new byte[in.remaining()];
        in.get(weights);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setLevel(0);
            zip.putNextEntry(new ZipEntry("config.json"));
            zip.write(config);
            zip.putNextEntry(new ZipEntry("model.weights.h5"));
            zip.write(weights);
        }
        return out.toByteArray();
    }

    private static void read(Kind kind, Path file) throws IOException {
        if (kind == Kind.INDEX || kind == Kind.INDEX_ENTRIES) {
            new CheckpointFormat().inspect(file);
            Bundle bundle = Bundle.open(file);
            for (String key : bundle.keys()) {
                bundle.read(key);
            }
            return;
        }
        Path path = kind == Kind.SAVED_MODEL ? file.getParent() : file;
        Model.inspect(path);
        try (Model model = Model.load(path, "reference")) {
            for (Signature s : model.program().signatures()) {
                model.program()
                        .lower(
                                s.name(),
                                s.inputs().stream().map(p -> known(p.type())).toList(),
                                Mode.INFERENCE);
            }
        }
    }

    private static TensorType known(TensorType t) {
        return t.shape().isRanked()
                ? t.withShape(Shape.of(Arrays.stream(t.shape().dims())
                        .map(d -> d < 0 ? 2 : Math.min(d, 64))
                        .toArray()))
                : t.withShape(Shape.of(2));
    }
}
