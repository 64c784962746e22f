package dev.posthorn.keras;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Names that Keras derives from class names. Source: keras/src/utils/naming.py. */
public final class Naming {
    private Naming() {}

    /**
     * {@code MaxPooling2D} → {@code max_pooling2d}. What the expressions {@code \W+} → nothing,
     * {@code (.)([A-Z][a-z]+)} → {@code $1_$2} and {@code ([a-z])([A-Z])} → {@code $1_$2} do, without their compilation.
     */
    public static String snakeCase(String className) {
        StringBuilder word = new StringBuilder(className.length());
        for (int i = 0; i < className.length(); i++) {
            char c = className.charAt(i);
            if (isLower(c) || isUpper(c) || c >= '0' && c <= '9' || c == '_') {
                word.append(c);
            }
        }
        StringBuilder out = new StringBuilder(word.length() + 4);
        int at = 0;
        while (at < word.length()) {
            append(out, word.charAt(at));
            if (at + 2 < word.length() && isUpper(word.charAt(at + 1)) && isLower(word.charAt(at + 2))) {
                out.append('_').append(word.charAt(at + 1));
                at += 2;
                while (at < word.length() && isLower(word.charAt(at))) {
                    out.append(word.charAt(at++));
                }
            } else {
                at++;
            }
        }
        return out.toString().toLowerCase(Locale.ROOT);
    }

    /** Appends a letter, and a line before it where it begins a word in capitals. */
    private static void append(StringBuilder out, char c) {
        if (isUpper(c) && out.length() > 0 && isLower(out.charAt(out.length() - 1))) {
            out.append('_');
        }
        out.append(c);
    }

    private static boolean isLower(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static boolean isUpper(char c) {
        return c >= 'A' && c <= 'Z';
    }

    /** Gives names unique within one container: {@code dense}, {@code dense_1}, {@code dense_2}. */
    public static final class Unique {
        private final Map<String, Integer> used = new HashMap<>();

        public String next(String name) {
            int n = used.merge(name, 1, Integer::sum) - 1;
            return n == 0 ? name : name + "_" + n;
        }
    }
}
