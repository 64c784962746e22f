package dev.posthorn.tools.command;

import dev.posthorn.model.UnsupportedModelException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** What of a model's file the format of another cannot hold, as a user is told of it. */
final class LeftOut {
    private LeftOut() {}

    /** Says it, a line for each, before {@code target} is written. */
    static Consumer<List<String>> listed(PrintWriter err, Path target) {
        return left -> {
            err.println("left out, for " + target + " cannot hold it:");
            left.forEach(name -> err.println("  " + name));
            err.flush();
        };
    }

    /** Writes nothing at all where something would be left out. */
    static Consumer<List<String>> refused(Path target) {
        return left -> {
            throw new UnsupportedModelException(
                    "convert: expected a format that holds all that is in the model's file but was one that does not, at "
                            + target + ": " + String.join("; ", left),
                    left);
        };
    }
}
