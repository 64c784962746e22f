package dev.posthorn.tensorflow;

import dev.posthorn.model.ModelFormatException;
import dev.posthorn.proto.OpDef;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The output arguments of ops that have several, by name: functions refer to {@code node:indices:0}. */
final class OutputNames {
    private static final Map<String, List<Argument>> KNOWN = load();

    private OutputNames() {}

    /** An output argument: one tensor, or as many as the attribute says by its value (none where it is absent) or its length. */
    record Argument(String name, String number, String list) {
        int count(Attributes attributes) {
            return !number.isEmpty()
                    ? Math.toIntExact(attributes.integer(number, 0))
                    : !list.isEmpty() ? attributes.listSize(list) : 1;
        }
    }

    private static Map<String, List<Argument>> load() {
        try (InputStream in = OutputNames.class.getResourceAsStream("outputs.txt")) {
            Map<String, List<Argument>> ops = new HashMap<>();
            new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(line -> {
                String[] words = line.split(" ", -1);
                ops.put(
                        words[0],
                        Arrays.stream(words).skip(1).map(OutputNames::argument).toList());
            });
            return Map.copyOf(ops);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Argument argument(String word) {
        int star = word.indexOf('*');
        if (star < 0) {
            return new Argument(word, "", "");
        }
        boolean list = word.startsWith("**", star);
        return list
                ? new Argument(word.substring(0, star), "", word.substring(star + 2))
                : new Argument(word.substring(0, star), word.substring(star + 1), "");
    }

    /** The place of the first tensor of an output argument among all outputs of its node. */
    static int offset(String op, String argument, Optional<OpDef> function, Attributes attributes, String where) {
        List<Argument> arguments = function.map(OutputNames::arguments).orElse(KNOWN.getOrDefault(op, List.of()));
        int at = 0;
        for (Argument a : arguments) {
            if (a.name.equals(argument)) {
                return at;
            }
            at += a.count(attributes);
        }
        if (arguments.isEmpty()) {
            return 0; // one output argument, whatever it is called
        }
        throw new ModelFormatException(op + ": expected one of its outputs but was '" + argument + "', at " + where);
    }

    private static List<Argument> arguments(OpDef signature) {
        List<Argument> all = new ArrayList<>();
        signature.getOutputArgList().forEach(a -> all.add(new Argument(a.getName(), "", "")));
        return all;
    }
}
