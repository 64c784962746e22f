package dev.posthorn.keras.custom;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a user might bind to a Lambda: read off its configuration, never applied. */
final class Suggestion {
    private Suggestion() {}

    /** A sentence about what the configuration of a Lambda holds. */
    static String of(String name, Map<String, Object> config) {
        Object function = config.get("function");
        Optional<String> named = named(function);
        if (named.isPresent()) {
            String call = named.get() + "(x)";
            return "it names the function '" + named.get() + "'"
                    + (readable(call) ? "; perhaps --bind " + name + "='" + call + "'" : "");
        }
        return parts(function)
                .flatMap(p -> p.get(0) instanceof String code
                        ? ByteCode.read(bytes(code), p.size() > 1 && p.get(1) instanceof List<?> l ? l : List.of())
                        : Optional.empty())
                .map(text ->
                        "its code reads " + (readable(text) ? "--bind " + name + "='" + text + "'" : "'" + text + "'"))
                .orElse("its code cannot be read");
    }

    private static Optional<String> named(Object function) {
        Object said =
                function instanceof Map<?, ?> m && "function".equals(m.get("class_name")) ? m.get("config") : function;
        return said instanceof String s && s.matches("[\\w.>]{1,100}") ? Optional.of(s) : Optional.empty();
    }

    /** Code, defaults and closure, in each of the forms in which Keras wrote them. */
    private static Optional<List<?>> parts(Object function) {
        if (function instanceof Map<?, ?> m && m.get("items") instanceof List<?> l && !l.isEmpty()) {
            return Optional.of(l);
        }
        if (function instanceof Map<?, ?> m
                && m.get("config") instanceof Map<?, ?> c
                && c.get("code") instanceof String s) {
            return Optional.of(c.get("defaults") instanceof List<?> d ? List.of(s, d) : List.of(s));
        }
        return function instanceof List<?> l && !l.isEmpty()
                ? Optional.of(l)
                : function instanceof String s ? Optional.of(List.of(s)) : Optional.empty();
    }

    /** Marshalled code: base 64, in Keras 1 its bytes as characters. */
    private static byte[] bytes(String code) {
        return code.matches("[A-Za-z0-9+/=\\s]*")
                ? Base64.getMimeDecoder().decode(code)
                : code.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean readable(String text) {
        try {
            Expression.parse(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
