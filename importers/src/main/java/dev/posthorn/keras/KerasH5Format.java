package dev.posthorn.keras;

import dev.posthorn.file.AtomicFile;
import dev.posthorn.hdf5.Hdf5Draft;
import dev.posthorn.hdf5.Hdf5File;
import dev.posthorn.hdf5.Hdf5Group;
import dev.posthorn.keras.layout.NamedLayout;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Program;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.model.Variables;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A whole model in one HDF5 file, as every Keras writes {@code .h5}: told by its content, whatever its name. */
public final class KerasH5Format extends KerasFormat {
    @Override
    public String name() {
        return "Keras .h5";
    }

    @Override
    public boolean accepts(Path path) throws IOException {
        String name =
                path.getFileName() == null ? "" : path.getFileName().toString().toLowerCase(Locale.ROOT);
        boolean named = name.endsWith(".h5") || name.endsWith(".hdf5");
        return Files.isRegularFile(path) && (named || Hdf5File.is(path));
    }

    @Override
    public boolean writes(Path path, SaveOptions options) {
        String name = path.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".h5") || name.endsWith(".hdf5");
    }

    @Override
    public void save(Program program, Variables.Snapshot values, Path path, SaveOptions options) throws IOException {
        boolean paths = path.toString().toLowerCase(Locale.ROOT).endsWith(".weights.h5");
        options.check(
                paths ? "weights alone (.weights.h5)" : name(),
                paths ? Set.of() : Set.of(SaveOptions.Option.DIALECT, SaveOptions.Option.WEIGHTS_ONLY));
        try (Saving saving = Saving.of(program, values, options)) {
            Hdf5Draft draft = paths ? saving.paths() : saving.names();
            saving.list();
            try (AtomicFile file = AtomicFile.create(path)) {
                OutputStream out = file.stream();
                draft.write(out);
                out.flush();
                file.commit();
            }
        }
    }

    @Override
    KerasFile open(Path path) throws IOException {
        try (Closing closing = new Closing()) {
            Hdf5Group root = closing.add(Hdf5File.open(path)).root();
            if (root.string("model_config").isEmpty()) {
                throw new ModelFormatException("model: expected a Keras model but was "
                        + (holdsWeights(root)
                                ? "weights only, without an architecture (load the model that they belong to)"
                                : "an HDF5 file without 'model_config'")
                        + ", at " + path);
            }
            Map<String, Object> config = Json.object(root.string("model_config").get(), path + "!/model_config");
            Map<String, String> producer = new LinkedHashMap<>();
            root.string("keras_version").ifPresent(v -> producer.put("Keras", v));
            root.string("backend").ifPresent(v -> producer.put("backend", v));
            Hdf5Group weights = root.contains("model_weights") ? root.group("model_weights") : root;
            KerasWeights stored = new KerasWeights(path.toString(), List.of(weights), new NamedLayout());
            String training = root.string("training_config").orElse("{}");
            return new KerasFile(
                    path.toString(),
                    config,
                    producer,
                    Json.object(training, path + "!/training_config"),
                    Optional.of(stored),
                    closing.release());
        }
    }

    /** Files of weights alone, too. */
    @Override
    Optional<KerasWeights> weights(Path path, Closing closing) throws IOException {
        return KerasWeightsFiles.open(path, closing);
    }

    private static boolean holdsWeights(Hdf5Group root) {
        return root.strings("layer_names").isPresent() || root.contains("layers") || root.contains("vars");
    }
}
