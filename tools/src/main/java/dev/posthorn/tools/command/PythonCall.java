package dev.posthorn.tools.command;

import dev.posthorn.tools.InputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What Python would write for an object, read as Keras's configuration of it: {@code Adam(learning_rate=CosineDecay(
 * initial_learning_rate=0.1, decay_steps=100), clipnorm=1.0)}. Arguments have names; values are numbers, texts in quotes, True,
 * False, None, lists and calls.
 */
final class PythonCall {
    private final String text;
    private final String option;
    private int at;

    private PythonCall(String text, String option) {
        this.text = text;
        this.option = option;
    }

    /** The configuration; a name alone stays one. */
    static Object read(String text, String option) {
        PythonCall call = new PythonCall(text, option);
        Object value = call.value();
        if (call.peek() != 0) {
            throw call.unexpected("its end");
        }
        return value;
    }

    /** The parts between the commas that are outside of all brackets. */
    static List<String> split(List<String> given) {
        List<String> parts = new ArrayList<>();
        for (String text : given) {
            int depth = 0;
            int from = 0;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
                if (c == ',' && depth == 0) {
                    parts.add(text.substring(from, i).strip());
                    from = i + 1;
                }
            }
            parts.add(text.substring(from).strip());
        }
        return parts;
    }

    private InputException unexpected(String what) {
        return new InputException(
                "expected " + what + " at character " + (at + 1) + " but was '" + text + "', at " + option);
    }

    /** The next character that is no space; 0 at the end. */
    private char peek() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : 0;
    }

    private boolean skip(char c) {
        boolean is = peek() == c;
        at += is ? 1 : 0;
        return is;
    }

    private String word() {
        peek();
        int from = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || "_.+-".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        if (at == from) {
            throw unexpected("a name or a number");
        }
        return text.substring(from, at);
    }

    private Object value() {
        char c = peek();
        if (c == '\'' || c == '"') {
            int end = text.indexOf(c, at + 1);
            if (end < 0) {
                throw unexpected("a text with an end");
            }
            String quoted = text.substring(at + 1, end);
            at = end + 1;
            return quoted;
        }
        if (skip('[')) {
            List<Object> list = new ArrayList<>();
            each(']', () -> list.add(value()));
            return list;
        }
        String word = word();
        if (skip('(')) {
            Map<String, Object> config = new LinkedHashMap<>();
            each(')', () -> {
                String name = word();
                if (!skip('=')) {
                    throw unexpected("= after the name of an argument");
                }
                config.put(name, value());
            });
            return Map.of("class_name", word.substring(word.lastIndexOf('.') + 1), "config", config);
        }
        return switch (word) {
            case "True", "true" -> true;
            case "False", "false" -> false;
            case "None", "null" -> null;
            default -> word.matches("[A-Za-z_].*") ? word : number(word);
        };
    }

    private void each(char end, Runnable read) {
        while (!skip(end)) {
            read.run();
            if (peek() != end && !skip(',')) {
                throw unexpected("a comma or '" + end + "'");
            }
        }
    }

    private Object number(String word) {
        try {
            return word.matches("[+-]?\\d+") ? (Object) Long.valueOf(word) : (Object) Double.valueOf(word);
        } catch (NumberFormatException e) {
            throw new InputException("expected a number but was '" + word + "', at " + option, e);
        }
    }
}
