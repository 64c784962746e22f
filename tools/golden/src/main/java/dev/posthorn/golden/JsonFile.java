package dev.posthorn.golden;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.posthorn.model.ModelFormatException;
import java.io.IOException;
import java.nio.file.Path;

/** Files of JSON. */
public final class JsonFile {
    private JsonFile() {}

    /** What a file holds; broken JSON is a {@link ModelFormatException} in the name of {@code who}. */
    public static JsonNode read(String who, Path file) throws IOException {
        try {
            return JsonMapper.builder()
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // as Python writes infinities
                    .build()
                    .readTree(file.toFile());
        } catch (JacksonException e) {
            throw new ModelFormatException(who + ": expected JSON but was broken (" + reason(e) + "), at " + file, e);
        }
    }

    /** Why JSON could not be read, without where: the file and line are said beside it. */
    public static String reason(JacksonException e) {
        return e.getOriginalMessage().replaceAll("(?s) *\\((start marker|at \\[Source|Source).*", "");
    }
}
