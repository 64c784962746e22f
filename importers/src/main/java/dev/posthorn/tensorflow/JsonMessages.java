package dev.posthorn.tensorflow;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.posthorn.model.ModelFormatException;
import java.math.BigInteger;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * Messages of protocol buffers in their form as JSON values. Constraints: (C1) keys are names of fields, in snake or camel
 * case, those of experiments are left out; (C2) integers of 64 bits may be strings, bytes are base64, constants of an enum are names or numbers. Source:
 * protobuf.dev/programming-guides/json.
 */
final class JsonMessages {
    private static final int MOST_DEPTH = 50;

    private JsonMessages() {}

    /** Sets the fields of {@code b} to those of the JSON object. */
    static <B extends Message.Builder> B merge(B b, Map<?, ?> json, String where) {
        try {
            fill(b, json, 0, where);
            return b;
        } catch (ClassCastException | IllegalArgumentException | ArithmeticException e) {
            throw new ModelFormatException(
                    b.getDescriptorForType().getName() + ": expected its form in JSON but was another ("
                            + e.getMessage() + "), at " + where,
                    e);
        }
    }

    private static void fill(Message.Builder b, Map<?, ?> json, int depth, String where) {
        if (depth > MOST_DEPTH) {
            throw new ModelFormatException("message: expected at most " + MOST_DEPTH + " levels, at " + where);
        }
        for (Map.Entry<?, ?> e : json.entrySet()) {
            Object value = e.getValue();
            if (value == null || ((String) e.getKey()).startsWith("experimental")) {
                continue;
            }
            FieldDescriptor field = field(b.getDescriptorForType(), (String) e.getKey(), where);
            if (field.isMapField()) {
                for (Map.Entry<?, ?> item : ((Map<?, ?>) value).entrySet()) {
                    Map<String, Object> entry = Map.of("key", item.getKey(), "value", item.getValue());
                    b.addRepeatedField(field, value(b, field, entry, depth, where));
                }
            } else if (field.isRepeated()) {
                for (Object item : (List<?>) value) {
                    b.addRepeatedField(field, value(b, field, item, depth, where));
                }
            } else {
                b.setField(field, value(b, field, value, depth, where));
            }
        }
    }

    private static FieldDescriptor field(Descriptor type, String key, String where) {
        return type.getFields().stream()
                .filter(f -> f.getName().equals(key) || f.getJsonName().equals(key))
                .findFirst()
                .orElseThrow(() -> new ModelFormatException(
                        type.getName() + ": expected a field that it has but was '" + key + "', at " + where));
    }

    private static Object value(Message.Builder b, FieldDescriptor field, Object json, int depth, String where) {
        return switch (field.getJavaType()) {
            case BOOLEAN -> (Boolean) json;
            case STRING -> (String) json;
            case BYTE_STRING -> ByteString.copyFrom(Base64.getDecoder().decode((String) json));
            case INT -> integer(json).intValueExact();
            case LONG -> integer(json).longValue(); // unsigned ones keep their bits
            case FLOAT -> (float) real(json);
            case DOUBLE -> real(json);
            case ENUM -> constant(field, json);
            case MESSAGE -> {
                Message.Builder inner = b.newBuilderForField(field);
                fill(inner, (Map<?, ?>) json, depth + 1, where);
                yield inner.build();
            }
        };
    }

    private static BigInteger integer(Object json) {
        return new BigInteger(String.valueOf(json));
    }

    private static double real(Object json) {
        return json instanceof Number n ? n.doubleValue() : Double.parseDouble((String) json);
    }

    private static EnumValueDescriptor constant(FieldDescriptor field, Object json) {
        EnumValueDescriptor found = json instanceof String name
                ? field.getEnumType().findValueByName(name)
                : field.getEnumType().findValueByNumber(integer(json).intValueExact());
        if (found == null) {
            throw new IllegalArgumentException("no " + field.getEnumType().getName() + " " + json);
        }
        return found;
    }
}
