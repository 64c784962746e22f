package dev.posthorn.keras;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** An architecture alone, as {@code model.to_yaml()} of Keras 1 and 2 wrote it. */
public final class KerasYamlFormat extends KerasFormat {
    @Override
    public String name() {
        return "Keras .yaml";
    }

    @Override
    public boolean accepts(Path path) {
        String name = path.toString().toLowerCase(Locale.ROOT);
        return (name.endsWith(".yaml") || name.endsWith(".yml")) && Files.isRegularFile(path);
    }

    @Override
    KerasFile open(Path path) throws IOException {
        return KerasJsonFormat.architecture(path, Yaml.object(KerasJsonFormat.text(path), path.toString()));
    }
}
