package dev.posthorn.keras;

import dev.posthorn.model.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

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
            if (Files.exists(metadata)) {
                producer.putAll(KerasZipFormat.producer(Json.object(Files.readString(metadata), metadata.toString())));
            }
            for (String name : new String[] {"model.weights.h5", "model.weights.json"}) {
                if (Files.exists(path.resolve(name))) {
                    Map<String, Object> json = Json.object(Files.readString(config), config.toString());
                    return new KerasFile(
                            path.toString(),
                            json,
                            producer,
                            KerasZipFormat.compile(json),
                            KerasWeightsFiles.open(path.resolve(name), closing),
                            asset -> asset(path.resolve("assets").resolve(asset)),
                            closing.release());
                }
            }
            throw new ModelFormatException(
                    "model: expected 'model.weights.h5' in the directory but was absent, at " + path);
        }
    }

    private static Optional<byte[]> asset(Path path) throws IOException {
        return Files.isRegularFile(path) ? Optional.of(Files.readAllBytes(path)) : Optional.empty();
    }
}
