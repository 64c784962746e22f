package dev.posthorn.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.WeightSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights of another model's file, by the names of layers. */
class WeightSelectionTest {
    private static final String OTHER = """
            {"class_name": "Sequential", "keras_version": "2.15.0", "config": {"name": "other", "layers": [
              {"class_name": "InputLayer", "config": {"batch_input_shape": [null, 4], "name": "in"}},
              {"class_name": "Dense", "config": {"name": "dense", "units": 3}},
              {"class_name": "Dense", "config": {"name": "new", "units": 5}},
              {"class_name": "Dense", "config": {"name": "dense_1", "units": 7}}]}}
            """;

    @TempDir
    private Path folder;

    @Test
    void layersAreFoundByTheirNames() throws IOException {
        String id = "keras2/models/sequential";
        new CaseArchive(folder).unpack("keras2.zip", id::equals);
        Path weights = folder.resolve(id).resolve("model.h5");
        Path json = Files.writeString(folder.resolve("other.json"), OTHER);
        try (Model given = Model.load(weights);
                Model other = Model.load(json)) {
            assertThrows(ModelFormatException.class, () -> other.loadWeights(weights, WeightSelection.ALL));
            String message = assertThrows(
                            ModelFormatException.class,
                            () -> other.loadWeights(weights, new WeightSelection(true, false)))
                    .getMessage();
            assertTrue(message.contains("dense_1/kernel"), message);
            List<String> loaded = other.loadWeights(weights, new WeightSelection(true, true));
            assertEquals(Set.of("dense/kernel", "dense/bias"), Set.copyOf(loaded));
            assertArrayEquals(
                    given.variables().get("dense/kernel").floats(),
                    other.variables().get("dense/kernel").floats());
        }
    }
}
