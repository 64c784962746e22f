package dev.posthorn.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SavedModels of Keras 2 become models of layers: those that Keras saved as {@code .h5} beside them. */
class LayersOfGraphTest {
    @TempDir
    private Path folder;

    private CaseArchive unpacked(String id) throws IOException {
        CaseArchive archive = new CaseArchive(folder);
        archive.unpack("legacy.zip", id::equals);
        return archive;
    }

    private static Map<String, Tensor> values(Model model) {
        return model.variables().snapshot().values();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"dense/frozen", "norm/batch", "rnn/bidirectional", "graph/two_level_nesting", "graph/shared"})
    void layersAreThoseOfTheH5File(String name) throws IOException {
        CaseArchive archive = unpacked("legacy/" + name);
        Path saved = folder.resolve("layers.h5");
        try (Model graph = Model.load(archive.file("legacy/" + name, "saved_model"));
                Model layers = Model.load(archive.file("legacy/" + name, "model.h5"))) {
            graph.save(saved);
            try (Model found = Model.load(saved)) {
                assertEquals(
                        layers.program().variables().stream().map(Variable::key).toList(),
                        found.program().variables().stream().map(Variable::key).toList());
                assertEquals(values(layers), values(found));
            }
        }
    }

    @Test
    void variablesHaveTheValuesOfNow() throws IOException {
        CaseArchive archive = unpacked("legacy/dense/frozen");
        Path saved = folder.resolve("layers.keras");
        try (Model graph = Model.load(archive.file("legacy/dense/frozen", "saved_model"))) {
            graph.variables()
                    .set(Map.of(
                            "dense/bias",
                            Tensor.zeros(graph.variables().get("dense/bias").type())));
            graph.save(saved);
        }
        try (Model found = Model.load(saved)) {
            Tensor bias = found.variables().get("dense/bias");
            assertEquals(Tensor.zeros(bias.type()), bias);
        }
    }

    @Test
    void whatTheNotesDoNotHaveIsSaid() throws IOException {
        CaseArchive archive = unpacked("legacy/compiled/sgd");
        Path saved = folder.resolve("layers.keras");
        try (Model graph = Model.load(archive.file("legacy/compiled/sgd", "saved_model"))) {
            String why = assertThrows(UnsupportedModelException.class, () -> graph.save(saved))
                    .getMessage();
            assertTrue(why.contains("--no-optimizer"), why);
            graph.save(saved, SaveOptions.DEFAULT.withoutTraining());
        }
        try (Model found = Model.load(saved)) {
            assertEquals(
                    List.of(),
                    found.program().signatures().get(0).inputs().stream()
                            .filter(p -> p.type().shape().rank() < 2)
                            .toList());
        }
    }
}
