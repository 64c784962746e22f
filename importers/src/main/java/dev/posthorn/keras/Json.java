package dev.posthorn.keras;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.posthorn.model.ModelFormatException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as Python writes it: NaN and Infinity are numbers. Objects keep the order of their keys. */
public final class Json {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    /** Made when something is written. */
    private static final class Writing {
        static final JsonMapper MAPPER = new JsonMapper();
    }

    private static final int LONGEST = 1000;

    private Json() {}

    /** A value as JSON, cut off where it is long. */
    static String text(Object value) {
        try {
            String text = Writing.MAPPER.writeValueAsString(value);
            return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("configuration: expected JSON values but was " + value, e);
        }
    }

    /** An object as Python's {@code json.dumps} writes it, but with characters beyond ASCII as they are. */
    static String whole(Map<String, Object> object) {
        try {
            return Writing.MAPPER.writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("configuration: expected values that JSON has but was " + object, e);
        }
    }

    /** The object that {@code text} holds. */
    public static Map<String, Object> object(String text, String where) {
        try {
            return object(text);
        } catch (IOException e) {
            throw malformed("object", e, where);
        }
    }

    /** The string that {@code text} holds. */
    static String string(String text, String where) {
        try (JsonParser p = FACTORY.createParser(text)) {
            if (p.nextToken() != JsonToken.VALUE_STRING) {
                throw new JsonParseException(p, "another value");
            }
            return p.getText();
        } catch (IOException e) {
            throw malformed("string", e, where);
        }
    }

    private static ModelFormatException malformed(String wanted, IOException e, String where) {
        String problem = e instanceof JsonProcessingException j ? j.getOriginalMessage() : e.getMessage();
        return new ModelFormatException(
                "configuration: expected a JSON " + wanted + " but was not (" + problem + "), at " + where, e);
    }

    /** Token by token: a mapper takes longer to be made than most configurations to be read. */
    private static Map<String, Object> object(String text) throws IOException {
        try (JsonParser p = FACTORY.createParser(text)) {
            if (p.nextToken() != JsonToken.START_OBJECT) {
                throw new JsonParseException(p, "another value");
            }
            return fields(p);
        }
    }

    private static Map<String, Object> fields(JsonParser p) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (String name = p.nextFieldName(); name != null; name = p.nextFieldName()) {
            p.nextToken();
            fields.put(name, value(p));
        }
        return fields;
    }

    private static Object value(JsonParser p) throws IOException {
        return switch (p.currentToken()) {
            case START_OBJECT -> fields(p);
            case START_ARRAY -> {
                List<Object> values = new ArrayList<>();
                while (p.nextToken() != JsonToken.END_ARRAY) {
                    values.add(value(p));
                }
                yield values;
            }
            case VALUE_STRING -> p.getText();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> p.getNumberValue();
        };
    }
}
