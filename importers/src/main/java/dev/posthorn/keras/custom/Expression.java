package dev.posthorn.keras.custom;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A function as one expression in Python's notation: {@code x / 255}, {@code tf.reduce_mean(x, axis=1)}, {@code x[:, 0]},
 * {@code lambda a, scale=2: a * scale}. Without {@code lambda} its operand is {@code x}; of several inputs, {@code x} is the
 * list. Only what Posthorn itself knows can be called: the functions of {@code keras.ops}, TensorFlow, Keras's backend and
 * activations; it is Posthorn that reads it, and no Python is run.
 */
public final class Expression implements CustomFunction {
    private final String text;
    private final Map<String, Node> parameters;
    private final Node body;

    /** A part of an expression. */
    interface Node {
        /** A {@link Value}, a list, a number, a string, a boolean, or null for Python's None. */
        Object value(Scope s);
    }

    /** What an expression is evaluated with. */
    record Scope(Builder b, Map<String, Object> names) {}

    Expression(String text, Map<String, Node> parameters, Node body) {
        this.text = text;
        this.parameters = new LinkedHashMap<>(parameters);
        this.body = body;
    }

    /** Reads an expression; what cannot be read is an {@link IllegalArgumentException} that says where. */
    public static Expression parse(String text) {
        return new ExpressionParser(text).parse();
    }

    @Override
    public List<Value> apply(Builder b, List<Value> x, Map<String, Object> arguments) {
        Map<String, Object> named = new LinkedHashMap<>(arguments);
        String first = parameters.keySet().iterator().next();
        named.put(first, x.size() == 1 ? x.get(0) : x);
        Object y = call(b, List.of(), named);
        List<?> results = y instanceof List<?> l ? l : List.of(y == null ? "None" : y);
        return results.stream().map(r -> Functions.tensor(b, r, text)).toList();
    }

    /** The value of an expression without operands. */
    Object constant() {
        return body.value(new Scope(new Builder(), Map.of()));
    }

    /** Whether it has a parameter of that name. */
    boolean takes(String name) {
        return parameters.containsKey(name);
    }

    /** The value for arguments by position and by name. */
    Object call(Builder b, List<?> positional, Map<String, ?> named) {
        Map<String, Object> names = new HashMap<>();
        int i = 0;
        for (Map.Entry<String, Node> p : parameters.entrySet()) {
            if (i < positional.size()) {
                names.put(p.getKey(), positional.get(i));
            } else if (named.containsKey(p.getKey())) {
                names.put(p.getKey(), named.get(p.getKey()));
            } else if (p.getValue() != null) {
                names.put(p.getKey(), p.getValue().value(new Scope(b, Map.of())));
            } else {
                throw new IllegalArgumentException(
                        "expression: expected the argument '" + p.getKey() + "' but was none, at " + text);
            }
            i++;
        }
        if (positional.size() > parameters.size() || !parameters.keySet().containsAll(named.keySet())) {
            throw new IllegalArgumentException("expression: expected the arguments " + parameters.keySet() + " but was "
                    + positional.size() + " and " + named.keySet() + ", at " + text);
        }
        return body.value(new Scope(b, names));
    }

    @Override
    public String toString() {
        return text;
    }
}
