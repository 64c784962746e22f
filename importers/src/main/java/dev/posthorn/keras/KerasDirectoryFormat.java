package dev.posthorn.keras;

import dev.posthorn.model.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A {@code .keras} archive unpacked into a directory, as {@code model.save(..., zipped=False)} writes it. */
public final class KerasDirectoryFormat extends KerasFormat {
    @Override
    public String name() {
        return "Keras directory";
    }

    @Override
    public boolean accepts(Path path) {
        return Files.isDirectory(path) && Files.isRegularFile(path.resolve("config.json"));
    }

    @Override
    KerasFile open(Path path) throws IOException {
        try (Closing closing = new Closing()) {
            Path config = path.resolve("config.json");
            Path metadata = path.resolve("metadata.json");
            Map<String, String> producer = new LinkedHashMap<>();
            Map<String, Object> said = Files.exists(metadata)
                    ? Json.object(KerasJsonFormat.text(metadata), metadata.toString())
                    : Map.of();
            producer.putAll(KerasZipFormat.producer(said));
            for (String name : new String[] {"model.weights.h5", "model.weights.json"}) {
                if (Files.exists(path.resolve(name))) {
                    Map<String, Object> json = Json.object(KerasJsonFormat.text(config), config.toString());
                    return new KerasFile(
                            path.toString(),
                            json,
                            producer,
                            KerasZipFormat.compile(json),
                            KerasWeightsFiles.open(path.resolve(name), closing),
                            assets(path.resolve("assets"), said),
                            closing.release());
                }
            }
            throw new ModelFormatException(
                    "model: expected 'model.weights.h5' in the directory but was absent, at " + path);
        }
    }

    private static KerasFile.Assets assets(Path folder, Map<String, Object> said) {
        return new KerasFile.Assets() {
            @Override
            public Optional<byte[]> read(String name) throws IOException {
                Path file = folder.resolve(name);
                return Files.isRegularFile(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
            }

            @Override
            public Map<String, Object> metadata() {
                return KerasZipFormat.unknown(said);
            }

            @Override
            public Set<String> names() throws IOException {
                if (!Files.isDirectory(folder)) {
                    return Set.of();
                }
                try (Stream<Path> all = Files.walk(folder)) {
                    return all.filter(Files::isRegularFile)
                            .map(f -> folder.relativize(f).toString().replace('\\', '/'))
                            .collect(Collectors.toCollection(TreeSet::new));
                }
            }
        };
    }
}
