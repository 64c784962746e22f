package dev.posthorn.keras.custom;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How functions of Python take their arguments: the tables {@code signatures.txt} and {@code backend.txt}. */
final class Signatures {
    /** Functions of {@code keras.ops}. */
    static final Map<String, Op> OPS = new HashMap<>();

    /** Functions of TensorFlow, by their names below {@code tf}: their parameters. */
    static final Map<String, List<String>> TENSORFLOW = new HashMap<>();

    /** Functions of Keras 2's backend, as expressions. */
    static final Map<String, Expression> BACKEND = new HashMap<>();

    /** Functions of TensorFlow that are made of others, as expressions. */
    static final Map<String, Expression> TENSORFLOW_MADE = new HashMap<>();

    /**
     * A function of {@code keras.ops}.
     *
     * @param className the operation that it makes
     * @param parameters all in their order; {@code *p} takes all that are left
     * @param defaults values of parameters that are not given
     * @param call those of its parameters that are arguments of the operation's call
     * @param options the operation's options, and the parameters that give them
     */
    record Op(
            String className,
            List<String> parameters,
            Map<String, Object> defaults,
            List<String> call,
            Map<String, String> options) {}

    static {
        for (String line : lines("signatures.txt")) {
            String[] parts = line.split(" ?\\| ?", -1);
            List<String> words = List.of(parts[0].strip().split(" "));
            if (words.get(0).startsWith("tf.")) {
                TENSORFLOW.put(words.get(0).substring("tf.".length()), words.subList(1, words.size()));
                continue;
            }
            Map<String, String> options = new LinkedHashMap<>();
            for (String option : words(parts[2])) {
                options.put(option.substring(0, option.indexOf('=')), option.substring(option.indexOf('=') + 1));
            }
            List<String> parameters = new ArrayList<>();
            Map<String, Object> defaults = new LinkedHashMap<>();
            for (String word : words.subList(2, words.size())) {
                String[] parameter = word.split("=", 2);
                parameters.add(parameter[0]);
                if (parameter.length > 1) {
                    defaults.put(parameter[0], Expression.parse(parameter[1]).constant());
                }
            }
            OPS.put(
                    words.get(0).substring("ops.".length()),
                    new Op(words.get(1), parameters, defaults, words(parts[1]), options));
        }
        expressions("tensorflow.txt", TENSORFLOW_MADE);
        expressions("backend.txt", BACKEND);
    }

    private static void expressions(String resource, Map<String, Expression> into) {
        List<String> lines = lines(resource);
        lines.forEach(line -> into.put(line.substring(0, line.indexOf(" = ")), null)); // so that each finds the others
        for (String line : lines) {
            int at = line.indexOf(" = ");
            into.put(line.substring(0, at), Expression.parse(line.substring(at + " = ".length())));
        }
    }

    private Signatures() {}

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split(" "));
    }

    private static List<String> lines(String resource) {
        try (InputStream in = Signatures.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(l -> !l.isBlank() && !l.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
