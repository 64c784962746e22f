package dev.posthorn.keras;

import dev.posthorn.hdf5.Hdf5File;
import dev.posthorn.hdf5.Hdf5Group;
import dev.posthorn.keras.layout.PathLayout;
import dev.posthorn.model.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds the weights in files of weights: {@code .weights.h5}, legacy {@code .h5}, shards listed in {@code .weights.json}. */
final class KerasWeightsFiles {
    private KerasWeightsFiles() {}

    /** Opens the weights at {@code path}, if it is such a file; what is opened is added to {@code closing}. */
    static Optional<KerasWeights> open(Path path, Closing closing) throws IOException {
        if (path.toString().toLowerCase(Locale.ROOT).endsWith(".weights.json")) {
            return Optional.of(shards(path, closing));
        }
        if (Files.isRegularFile(path) && Hdf5File.is(path)) {
            return Optional.of(
                    KerasWeights.below(closing.add(Hdf5File.open(path)).root(), path.toString()));
        }
        return Optional.empty();
    }

    private static KerasWeights shards(Path index, Closing closing) throws IOException {
        List<Hdf5Group> roots = new ArrayList<>();
        for (String name : shards(Json.object(KerasJsonFormat.text(index), index.toString()), index)) {
            roots.add(closing.add(Hdf5File.open(index.resolveSibling(name))).root());
        }
        return new KerasWeights(index.toString(), roots, new PathLayout());
    }

    /** The names of the files that an index lists, which lie beside it. */
    static Set<String> shards(Map<String, Object> config, Path index) {
        if (!(config.get("weight_map") instanceof Map<?, ?> weights)) {
            throw new ModelFormatException(
                    "weights: expected an object 'weight_map' but was " + config.get("weight_map") + ", at " + index);
        }
        Set<String> names = new TreeSet<>();
        for (Object files : weights.values()) {
            for (Object file : files instanceof List<?> l ? l : List.of(files)) {
                String name = String.valueOf(file);
                if (name.contains("/") || name.contains("\\") || name.equals("..")) {
                    throw new ModelFormatException(
                            "weights: expected the name of a file beside it but was '" + name + "', at " + index);
                }
                names.add(name);
            }
        }
        return names;
    }
}
