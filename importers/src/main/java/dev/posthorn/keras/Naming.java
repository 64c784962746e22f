package dev.posthorn.keras;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Names that Keras derives from class names. Source: keras/src/utils/naming.py. */
public final class Naming {
    private Naming() {}

    /** {@code MaxPooling2D} → {@code max_pooling2d}. */
    public static String snakeCase(String className) {
        return className
                .replaceAll("\\W+", "")
                .replaceAll("(.)([A-Z][a-z]+)", "$1_$2")
                .replaceAll("([a-z])([A-Z])", "$1_$2")
                .toLowerCase(Locale.ROOT);
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
