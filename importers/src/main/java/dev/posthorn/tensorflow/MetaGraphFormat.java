package dev.posthorn.tensorflow;

import dev.posthorn.model.Bindings;
import dev.posthorn.model.Inspection;
import dev.posthorn.model.ModelFormat;
import dev.posthorn.proto.MetaGraphDef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A graph as a saver of TensorFlow 1 leaves it beside each checkpoint, {@code model.ckpt-1000.meta}: restored from the
 * checkpoint of that name where there is one; cut out as {@link GraphCut} says where it holds no signatures.
 */
public final class MetaGraphFormat implements ModelFormat {
    private static final String ENDING = ".meta";

    @Override
    public String name() {
        return "TensorFlow graph .meta";
    }

    @Override
    public boolean accepts(Path path) {
        return Files.isRegularFile(path) && path.getFileName().toString().endsWith(ENDING);
    }

    private static GraphFile open(Path path, Bindings bindings) throws IOException {
        String file = path.getFileName().toString();
        Path prefix = path.resolveSibling(file.substring(0, file.length() - ENDING.length()));
        MetaGraphDef meta = Messages.read(path, MetaGraphDef.parser());
        return GraphFile.open(path, meta, GraphCut.of(bindings, path), Optional.of(prefix));
    }

    @Override
    public Loaded load(Path path) throws IOException {
        return load(path, Bindings.NONE);
    }

    @Override
    public Loaded load(Path path, Bindings bindings) throws IOException {
        return open(path, bindings).load();
    }

    @Override
    public Inspection inspect(Path path) throws IOException {
        return inspect(path, Bindings.NONE);
    }

    @Override
    public Inspection inspect(Path path, Bindings bindings) throws IOException {
        return open(path, bindings).inspect(name());
    }
}
