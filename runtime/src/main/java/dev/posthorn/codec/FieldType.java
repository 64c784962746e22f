package dev.posthorn.codec;

import dev.posthorn.model.Bindings;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * How one field looks outside (a JSON value, a TensorFlow attribute) and inside.
 *
 * @param expected what a reader expects, for errors
 * @param nullable whether null is a value of its own
 */
public record FieldType<F>(
        String expected,
        BiFunction<Object, Context, F> reader,
        BiFunction<F, Context, Object> writer,
        boolean nullable) {
    /**
     * Where a field stands and in which dialect.
     *
     * @param bindings while reading, what names mean that are not the format's own
     * @param changed told, while writing, of what this dialect means otherwise than the object does
     * @param lost told, while writing, of what this dialect has no key for
     */
    public record Context(
            Dialect dialect, String path, Bindings bindings, Consumer<String> changed, Consumer<String> lost) {
        /** A context in which nothing is bound, and a change of meaning or a loss is an error. */
        public Context(Dialect dialect, String path) {
            this(dialect, path, Bindings.NONE);
        }

        public Context(Dialect dialect, String path, Bindings bindings) {
            this(dialect, path, bindings, Context::refuse, Context::refuse);
        }

        public Context(Dialect dialect, String path, Consumer<String> changed) {
            this(dialect, path, Bindings.NONE, changed, Context::refuse);
        }

        private static void refuse(String why) {
            throw new UnsupportedModelException(why);
        }

        /** The same, in which a loss is no error yet. */
        public Context losing(Consumer<String> noted) {
            return new Context(dialect, path, bindings, changed, noted);
        }

        /** A field of that key below this place. */
        public Context below(String key) {
            return new Context(dialect, path + "." + key, bindings, changed, lost);
        }
    }

    public static final FieldType<Integer> INT = of("an integer", FieldType::toInt, i -> i);
    public static final FieldType<Long> LONG = of("an integer", FieldType::toLong, i -> i);
    public static final FieldType<Double> FLOAT = of("a number", o -> ((Number) o).doubleValue(), d -> d);
    public static final FieldType<Boolean> BOOL = of("true or false", FieldType::toBool, b -> b);
    public static final FieldType<String> STRING = of("a string", o -> (String) o, s -> s);

    /** Any JSON value, kept as it is. */
    public static final FieldType<Object> ANY = of("a value", o -> o, o -> o).orNull();

    public static <F> FieldType<F> of(String expected, Function<Object, F> read, Function<F, Object> write) {
        return new FieldType<>(expected, (o, c) -> read.apply(o), (f, c) -> write.apply(f), false);
    }

    F read(Object raw, Context context) {
        return reader.apply(raw, context);
    }

    Object write(F value, Context context) {
        return writer.apply(value, context);
    }

    /** The same type, in which null is a value. */
    public FieldType<F> orNull() {
        return new FieldType<>(expected + " or null", reader, writer, true);
    }

    /** A list of values. */
    public static <E> FieldType<List<E>> listOf(FieldType<E> element) {
        return new FieldType<>(
                "a list, each " + element.expected(),
                (o, c) -> {
                    List<E> list = new ArrayList<>();
                    for (Object e : (List<?>) o) {
                        list.add(e == null && element.nullable() ? null : element.read(e, c));
                    }
                    return Collections.unmodifiableList(list);
                },
                (l, c) -> l.stream()
                        .map(e -> e == null ? null : element.write(e, c))
                        .toList(),
                false);
    }

    /** {@code n} integers; a single integer stands for n equal ones. */
    public static FieldType<List<Integer>> ints(int n) {
        return new FieldType<>(
                "an integer or " + n + " integers",
                (o, c) -> {
                    if (o instanceof Number) {
                        return Collections.nCopies(n, toInt(o));
                    }
                    List<Integer> list =
                            ((List<?>) o).stream().map(FieldType::toInt).toList();
                    if (list.size() != n && list.size() != 1) {
                        throw new IllegalArgumentException("of length " + list.size());
                    }
                    return list.size() == n ? list : Collections.nCopies(n, list.get(0));
                },
                (l, c) -> l,
                false);
    }

    /** A constant of an enum by its name in lower case. */
    public static <E extends Enum<E>> FieldType<E> lower(Class<E> type) {
        List<String> names = Arrays.stream(type.getEnumConstants())
                .map(e -> e.name().toLowerCase(Locale.ROOT))
                .toList();
        return of(
                "one of " + names,
                o -> {
                    int i = names.indexOf((String) o);
                    if (i < 0) {
                        throw new IllegalArgumentException("unknown name");
                    }
                    return type.getEnumConstants()[i];
                },
                e -> e.name().toLowerCase(Locale.ROOT));
    }

    /** A JSON object, kept as it is. */
    @SuppressWarnings("unchecked")
    public static FieldType<Map<String, Object>> object() {
        return of("an object", o -> (Map<String, Object>) o, m -> m);
    }

    private static int toInt(Object o) {
        return Math.toIntExact(toLong(o));
    }

    private static long toLong(Object o) {
        if (o instanceof Double d && d == Math.rint(d)) {
            return d.longValue();
        }
        if (o instanceof Number n && !(o instanceof Double) && !(o instanceof Float)) {
            return n.longValue();
        }
        throw new IllegalArgumentException("not an integer");
    }

    private static boolean toBool(Object o) {
        return o instanceof Number n ? n.doubleValue() != 0 : (Boolean) o;
    }
}
