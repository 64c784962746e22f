package dev.posthorn.tools.data;

import dev.posthorn.ir.Tensor;
import dev.posthorn.tools.InputException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Where outputs go, batch by batch. */
public interface Sink extends Closeable {
    /** The next rows of every output. */
    void append(List<Tensor> batch) throws IOException;

    /** Whether anybody still reads: false after {@code | head}. */
    default boolean isWanted() {
        return true;
    }

    /** Completes what is written; without it, a file does not appear. */
    void finish() throws IOException;

    /** A file, of the kind that its name says: .npy, .npz, .json, .csv. */
    static Sink of(Path file, List<String> names) throws IOException {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        String ending = name.substring(name.lastIndexOf('.') + 1);
        return switch (ending) {
            case "npy" -> {
                if (names.size() != 1) {
                    throw new InputException(
                            "predict: expected a file of several arrays (.npz or .json) for the outputs " + names
                                    + " but was .npy, at " + file);
                }
                yield new ArraySink(file);
            }
            case "npz" -> new SpoolSink(file, names, false);
            case "json" -> new SpoolSink(file, names, true);
            case "csv" -> new CsvSink(file, names);
            default ->
                throw new InputException(
                        "predict: expected .npy, .npz, .json or .csv but was another ending, at " + file);
        };
    }
}
