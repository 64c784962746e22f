package dev.posthorn.weights;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The weights in a file or folder: looked at, and written again with some of them changed and all else as it was. */
public interface WeightContainer extends Closeable {
    /** All of them, in the container's order. */
    List<StoredWeight> weights() throws IOException;

    /** Writes a container of the same kind, which may be the same; it is there whole or not at all. */
    void save(Path target, WeightEdit edit) throws IOException;
}
