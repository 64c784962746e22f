package dev.posthorn.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.model.Inspection;
import dev.posthorn.model.Model;
import dev.posthorn.model.Program.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A SavedModel of Keras 2 says which layers its graphs are of, and its variables are in their scopes. */
class KerasNotesTest {
    private static final String CASE = "legacy/compiled/cnn_adam/saved_model/";

    @TempDir
    private Path folder;

    @BeforeEach
    void unpack() throws IOException {
        try (ZipFile zip = new ZipFile("../testdata/cases/legacy.zip")) {
            for (ZipEntry e :
                    zip.stream().filter(e -> e.getName().startsWith(CASE)).toList()) {
                Path to = folder.resolve(e.getName().substring(CASE.length()));
                Files.createDirectories(to.getParent());
                Files.write(to, zip.getInputStream(e).readAllBytes());
            }
        }
    }

    @Test
    void layersAreNamed() throws IOException {
        Inspection said = Model.inspect(folder);
        assertEquals("2.16.0", said.producer().get("Keras"));
        List<String> layers =
                said.notes().stream().filter(n -> n.startsWith("Keras layer ")).toList();
        assertEquals(
                List.of(), layers.stream().filter(n -> !n.contains("layer")).toList());
        try (Model model = Model.load(folder)) {
            List<String> scopes =
                    model.program().parts().stream().map(Part::name).toList();
            List<String> withWeights = layers.stream()
                    .filter(n -> n.contains("layer_with_weights"))
                    .toList();
            assertEquals(2, withWeights.size(), layers::toString);
            for (String layer : withWeights) { // Keras layer layer_with_weights-0 conv2d: Conv2D
                String name = layer.split("[ :]")[3];
                assertTrue(scopes.contains(name), () -> layer + " in " + scopes);
            }
        }
    }

    @Test
    void damageIsSaidAndNeedNotBeMended() throws IOException {
        Files.write(folder.resolve("keras_metadata.pb"), new byte[] {10, 127, 1});
        List<String> notes = Model.inspect(folder).notes();
        assertTrue(
                notes.get(0)
                        .startsWith("the layers that Keras noted cannot be read, its graphs run without them: "
                                + "file: expected a protocol buffer but was broken"),
                notes::toString);
        try (Model model = Model.load(folder)) {
            assertEquals(1, model.outputs().size());
        }
    }
}
