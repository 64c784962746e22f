package dev.posthorn.golden;

import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.KerasProgram;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.model.Model;
import dev.posthorn.model.Variables;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The models of {@code golden.zip}, which {@code testdata/oracle/golden.py} makes, and what real Keras recorded of them. */
final class Recorded {
    private static final Path ZIP = Path.of("..", "..", "testdata", "golden", "golden.zip");

    private Recorded() {}

    /** Unpacks all of them. */
    static void unpack(Path folder) throws IOException {
        try (InputStream file = Files.newInputStream(ZIP);
                ZipInputStream zip = new ZipInputStream(file)) {
            for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                Path to = folder.resolve(e.getName()).normalize();
                if (!to.startsWith(folder)) {
                    throw new IOException("golden.zip: expected a file in it but was " + e.getName());
                }
                Files.createDirectories(to.getParent());
                Files.copy(zip, to);
            }
        }
    }

    /** The model of a folder, with another layer at a path and other weights. */
    static Model wrong(
            Path golden, String layer, UnaryOperator<LayerNode> change, Consumer<Map<String, Tensor>> weights)
            throws IOException {
        Model right = Model.load(golden.resolve("model.keras"));
        KerasProgram program = ((KerasProgram) right.program()).withLayer(layer, change);
        Map<String, Tensor> values =
                new LinkedHashMap<>(right.variables().snapshot().values());
        weights.accept(values);
        return Model.of(program, new Variables(program.variables(), values), "java");
    }
}
