package dev.posthorn.tensorflow.host;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * Messages Example from their form in JSON: {@code x[…] → y[…]}, texts both; features stand in the order of the text,
 * numbers one by one. Integers may be strings, bytes are base64. Source: TF DecodeJSONExample;
 * tensorflow/core/example/feature.proto; protobuf.dev/programming-guides/json.
 */
public record DecodeJsonExample() implements Op.Single {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(1).type(0);
        if (x.dtype() != DType.STRING) {
            throw new ShapeException("expected texts but was " + x);
        }
        return x;
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        byte[][] x = in.get(0).byteStrings();
        byte[][] y = new byte[x.length][];
        for (int i = 0; i < x.length; i++) {
            try {
                y[i] = example(JSON.readValue(new String(x[i], StandardCharsets.UTF_8), Map.class));
            } catch (JsonProcessingException | ClassCastException | IllegalArgumentException | ArithmeticException e) {
                throw new ShapeException(
                        "expected an Example in JSON but was another (" + message(e) + ", element " + i + ")", e);
            }
        }
        return Tensor.of(DType.STRING, in.get(0).shape(), y);
    }

    /** What is wrong, in one line. */
    private static String message(Exception e) {
        return e instanceof JsonProcessingException j ? j.getOriginalMessage() : e.getMessage();
    }

    /** Writes the fields of a message. */
    @FunctionalInterface
    private interface Fields {
        void to(CodedOutputStream out) throws IOException;
    }

    private static byte[] message(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            fields.to(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // not of memory
        }
        return bytes.toByteArray();
    }

    private static byte[] example(Object json) {
        return message(out -> {
            for (Map.Entry<?, ?> e : object(json)) {
                known(e.getKey(), "features");
                if (e.getValue() != null) {
                    out.writeByteArray(1, features(e.getValue()));
                }
            }
        });
    }

    private static byte[] features(Object json) {
        return message(out -> {
            for (Map.Entry<?, ?> e : object(json)) {
                known(e.getKey(), "feature");
                for (Map.Entry<?, ?> f : entries(e.getValue())) {
                    out.writeByteArray(1, message(entry -> {
                        entry.writeString(1, (String) f.getKey());
                        entry.writeByteArray(2, feature(f.getValue()));
                    }));
                }
            }
        });
    }

    private static Iterable<? extends Map.Entry<?, ?>> entries(Object json) {
        return json == null ? List.of() : object(json);
    }

    private static Iterable<? extends Map.Entry<?, ?>> object(Object json) {
        if (json instanceof Map<?, ?> map) {
            return map.entrySet();
        }
        throw new IllegalArgumentException(json + " in place of an object");
    }

    private static byte[] feature(Object json) {
        return message(out -> {
            for (Map.Entry<?, ?> e : object(json)) {
                int number = switch ((String) e.getKey()) {
                    case "bytesList", "bytes_list" -> 1;
                    case "floatList", "float_list" -> 2;
                    case "int64List", "int64_list" -> 3;
                    default -> throw new IllegalArgumentException("a feature of the kind '" + e.getKey() + "'");
                };
                if (e.getValue() != null) {
                    out.writeByteArray(number, list(number, e.getValue()));
                }
            }
        });
    }

    private static byte[] list(int kind, Object json) {
        return message(out -> {
            for (Map.Entry<?, ?> e : object(json)) {
                known(e.getKey(), "value");
                for (Object v : e.getValue() == null ? List.of() : (List<?>) e.getValue()) {
                    switch (kind) {
                        case 1 -> out.writeBytes(1, ByteString.copyFrom(decoded((String) v)));
                        case 2 -> out.writeFloat(1, Float.parseFloat(v.toString()));
                        default -> out.writeInt64(1, new BigDecimal(v.toString()).longValueExact());
                    }
                }
            }
        });
    }

    private static byte[] decoded(String text) {
        return Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
    }

    private static void known(Object key, String name) {
        if (!name.equals(key)) {
            throw new IllegalArgumentException("'" + key + "' in place of '" + name + "'");
        }
    }
}
