package dev.posthorn.tensorflow;

import dev.posthorn.model.Bindings;
import dev.posthorn.model.Inspection;
import dev.posthorn.model.ModelFormat;
import dev.posthorn.proto.GraphDef;
import dev.posthorn.proto.MetaGraphDef;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * A graph in one file, {@code .pb} or {@code .pbtxt}, whose variables were made constants, or are in a checkpoint that is
 * loaded into it; cut out as {@link GraphCut} says.
 */
public final class FrozenGraphFormat implements ModelFormat {
    @Override
    public String name() {
        return "frozen graph .pb";
    }

    @Override
    public boolean accepts(Path path) throws IOException {
        if (!Files.isRegularFile(path) || path.getFileName() == null) {
            return false;
        }
        if (isText(path)) {
            return true;
        }
        if (!path.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".pb")) {
            return false;
        }
        try (InputStream in = Files.newInputStream(path)) {
            int first = in.read();
            return first != 0x08; // a SavedModel begins with its version
        }
    }

    private static boolean isText(Path path) {
        return path.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".pbtxt");
    }

    private static GraphFile open(Path path, Bindings bindings) throws IOException {
        GraphDef graph = isText(path)
                ? Messages.readText(path, GraphDef.newBuilder()).build()
                : Messages.read(path, GraphDef.parser());
        MetaGraphDef meta = MetaGraphDef.newBuilder().setGraphDef(graph).build();
        return GraphFile.open(path, meta, GraphCut.of(bindings, path), Optional.empty());
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
