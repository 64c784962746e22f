package dev.posthorn.keras;

import dev.posthorn.model.ModelFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An architecture alone, as {@code model.to_json()} writes it; its weights are loaded from a file of their own. Also its text
 * as a JSON string, which {@code json.dump(model.to_json(), file)} writes.
 */
public final class KerasJsonFormat extends KerasFormat {
    private static final long LONGEST = 256 << 20;

    @Override
    public String name() {
        return "Keras .json";
    }

    @Override
    public boolean accepts(Path path) throws IOException {
        boolean named = path.toString().toLowerCase(Locale.ROOT).endsWith(".json") && Files.isRegularFile(path);
        if (!named || path.toString().toLowerCase(Locale.ROOT).endsWith(".weights.json")) {
            return false;
        }
        try (InputStream in = Files.newInputStream(path)) {
            String head = new String(in.readNBytes(64), StandardCharsets.UTF_8).stripLeading();
            return head.startsWith("{") || head.startsWith("\"{");
        }
    }

    @Override
    KerasFile open(Path path) throws IOException {
        String text = text(path);
        String json = text.stripLeading().startsWith("\"") ? Json.string(text, path.toString()) : text;
        return architecture(path, Json.object(json, path.toString()));
    }

    /** The text of a configuration that is not too long to be one. */
    static String text(Path path) throws IOException {
        if (Files.size(path) > LONGEST) {
            throw new ModelFormatException("model: expected a configuration of at most " + LONGEST + " bytes but was "
                    + Files.size(path) + ", at " + path);
        }
        try {
            return Files.readString(path);
        } catch (CharacterCodingException e) {
            throw new ModelFormatException("model: expected text in UTF-8 but was other bytes, at " + path, e);
        }
    }

    /** A file that is a configuration and nothing else. */
    static KerasFile architecture(Path path, Map<String, Object> config) {
        if (!(config.get("class_name") instanceof String) || !config.containsKey("config")) {
            throw new ModelFormatException("model: expected 'class_name' and 'config' but was an object of "
                    + config.keySet() + ", at " + path);
        }
        Map<String, String> producer = new LinkedHashMap<>();
        if (config.get("keras_version") instanceof String v) {
            producer.put("Keras", v);
        }
        if (config.get("backend") instanceof String b) {
            producer.put("backend", b);
        }
        return new KerasFile(path.toString(), config, producer, Map.of(), Optional.empty(), () -> {});
    }
}
