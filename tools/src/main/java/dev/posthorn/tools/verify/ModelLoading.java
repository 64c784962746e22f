package dev.posthorn.tools.verify;

import dev.posthorn.golden.ModelFile;
import dev.posthorn.model.Bindings;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.WeightSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Loads a model of a case: whole files as they are, architectures with the weights beside them and the other way round. */
final class ModelLoading {
    private ModelLoading() {}

    static Model load(ModelFile file, String backend, Bindings bindings) throws IOException {
        String name = file.path().getFileName().toString();
        if (name.endsWith(".json.gz")) {
            return SeededWeights.load(file.path(), backend);
        }
        if (name.endsWith(".weights.h5") || name.endsWith(".weights.json") || name.endsWith(".index")) {
            Model model = Model.load(
                    beside(file.path(), List.of("model.json", "model.keras", "model.h5")), backend, bindings);
            model.loadWeights(file.path(), WeightSelection.ALL);
            return model;
        }
        Model model = Model.load(file.path(), backend, bindings);
        if (ModelFile.architecture(name)) {
            model.loadWeights(
                    beside(file.path(), List.of("weights.h5", "model.weights.h5", "model.h5")), WeightSelection.ALL);
        }
        return model;
    }

    private static Path beside(Path file, List<String> names) {
        return names.stream()
                .map(file::resolveSibling)
                .filter(p -> Files.exists(p) && !p.equals(file))
                .findFirst()
                .orElseThrow(() -> new ModelFormatException(
                        "case: expected one of " + names + " beside it but was none, at " + file));
    }
}
