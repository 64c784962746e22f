package dev.posthorn.model;

import dev.posthorn.ir.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A file format, found by {@code ServiceLoader}. */
public interface ModelFormat {
    /** What users call it: {@code Keras .h5}. */
    String name();

    /** Whether the file looks like this format, judged by its content and not by its name alone. */
    boolean accepts(Path path) throws IOException;

    /** Reads program and variables. Fails with everything that is unsupported, all at once. */
    Loaded load(Path path) throws IOException;

    /** Says what the file is, without reading tensors, also where it cannot be loaded. */
    Inspection inspect(Path path) throws IOException;

    /**
     * Reads program and variables, with what is bound to names that the file holds no code for. A format whose files hold
     * all that they need has no use for bindings.
     */
    default Loaded load(Path path, Bindings bindings) throws IOException {
        return load(path);
    }

    /** Says what the file is, with what is bound to names that the file holds no code for. */
    default Inspection inspect(Path path, Bindings bindings) throws IOException {
        return inspect(path);
    }

    /**
     * The weights that a file holds for a program, where the file is of this format and the program of its kind.
     *
     * @return new values of variables, by key; empty where this format does not read the file
     */
    default Optional<Map<String, Tensor>> weights(Program program, Path path, WeightSelection selection)
            throws IOException {
        return Optional.empty();
    }

    /** Whether a model that is saved under this name is saved in this format. */
    default boolean writes(Path path, SaveOptions options) {
        return false;
    }

    /**
     * Writes a program with these values of its variables, so that the file is there whole or not at all. What the format
     * cannot hold is said before anything is written, all at once.
     */
    default void save(Program program, Variables.Snapshot values, Path path, SaveOptions options) throws IOException {
        throw new UnsupportedOperationException(name() + ": is only read");
    }

    /** Where nothing is at a path: brings back what a save moved aside that was killed before the new one was there. */
    default void recover(Path path) throws IOException {}

    /** A program with the values of its variables. */
    record Loaded(Program program, Variables variables) {}
}
