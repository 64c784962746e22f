package dev.posthorn.keras;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.posthorn.model.ModelFormatException;
import java.util.Map;

/** JSON as Python writes it: NaN and Infinity are numbers. Objects keep the order of their keys. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private static final int LONGEST = 1000;

    private Json() {}

    /** A value as JSON, cut off where it is long. */
    static String text(Object value) {
        try {
            String text = MAPPER.writeValueAsString(value);
            return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("configuration: expected JSON values but was " + value, e);
        }
    }

    /** An object as Python's {@code json.dumps} writes it, but with characters beyond ASCII as they are. */
    static String whole(Map<String, Object> object) {
        try {
            return MAPPER.writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("configuration: expected values that JSON has but was " + object, e);
        }
    }

    /** The object that {@code text} holds. */
    static Map<String, Object> object(String text, String where) {
        try {
            Map<String, Object> object = MAPPER.readValue(text, new TypeReference<>() {});
            if (object != null) {
                return object;
            }
            throw new ModelFormatException("configuration: expected a JSON object but was null, at " + where);
        } catch (JsonProcessingException e) {
            throw new ModelFormatException(
                    "configuration: expected a JSON object but was not (" + e.getOriginalMessage() + "), at " + where,
                    e);
        }
    }
}
