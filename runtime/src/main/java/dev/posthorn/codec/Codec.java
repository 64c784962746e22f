package dev.posthorn.codec;

import dev.posthorn.model.ModelFormatException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A codec is a constructor call that says where each argument comes from; it runs in both directions.
 *
 * <p>Reading, {@link Fields#of} returns the decoded value of a key; writing, it takes the value through the getter and
 * stores it, so that the constructor rebuilds an equal object, which {@link #encode} checks: a codec that loses a value
 * fails at once.
 *
 * @param name the class name in the configuration
 * @param aliases other names that mean the class in its own form, where everything has its default: {@code mse}
 * @param call the constructor call
 */
public record Codec<T>(String name, List<String> aliases, Function<Fields<T>, T> call) {
    public static <T> Codec<T> of(String name, Function<Fields<T>, T> call) {
        return new Codec<>(name, List.of(), call);
    }

    public static <T> Codec<T> of(String name, List<String> aliases, Function<Fields<T>, T> call) {
        return new Codec<>(name, List.copyOf(aliases), call);
    }

    /** What decoding gives: the value, and the keys that the codec does not know and that are not null. */
    public record Decoded<T>(T value, Map<String, Object> unknown) {}

    /** Reads a configuration; {@code path} says where it stands, for errors. */
    public Decoded<T> decode(Map<String, ?> config, Dialect dialect, String path) {
        return decode(config, new FieldType.Context(dialect, path));
    }

    /** Reads a configuration that stands at {@code c}. */
    public Decoded<T> decode(Map<String, ?> config, FieldType.Context c) {
        Reading<T> reading = new Reading<>(name, config, c, new TreeSet<>());
        T value = construct(reading, c.path());
        Map<String, Object> unknown = new LinkedHashMap<>();
        config.forEach((key, v) -> {
            if (v != null && !reading.taken.contains(key)) {
                unknown.put(key, v);
            }
        });
        return new Decoded<>(value, unknown);
    }

    private T construct(Fields<T> fields, String path) {
        try {
            return call.apply(fields);
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(name + ": " + e.getMessage() + ", at " + path, e);
        }
    }

    /**
     * The configuration of an object, in the order of the constructor's arguments. What the dialect has no key for, or what
     * it means otherwise, is an error.
     */
    public Map<String, Object> encode(T value, Dialect dialect) {
        return encode(value, new FieldType.Context(dialect, name));
    }

    /** The same, where {@code c} may take note of what the dialect means otherwise or has no key for. */
    public Map<String, Object> encode(T value, FieldType.Context c) {
        Map<String, Object> out = new LinkedHashMap<>();
        T copy = call.apply(new Writing<>(name, value, c, out));
        if (!copy.equals(value)) {
            throw new IllegalStateException(name + ": codec loses " + value + " → " + copy);
        }
        return out;
    }

    /** Every argument of an object by its current key, as the object has it: for looking up one, not for writing. */
    public Map<String, Object> values(T value) {
        Map<String, Object> out = new LinkedHashMap<>();
        T unused = call.apply(new Looking<>(value, out));
        return out;
    }

    private record Looking<T>(T value, Map<String, Object> out) implements Fields<T> {
        @Override
        public <F> F of(List<String> keys, FieldType<F> type, Function<T, F> getter, F ifAbsent) {
            F v = getter.apply(value);
            out.put(keys.get(0), v);
            return v;
        }

        @Override
        public <F> F idle(List<String> keys, FieldType<F> type, Function<T, F> getter) {
            return of(keys, type, getter, null);
        }

        @Override
        public <F> F implied(String what, Function<T, F> getter, F inDialect) {
            return getter.apply(value);
        }

        @Override
        public <F> F rare(String key, FieldType<F> type, Function<T, F> getter) {
            return of(List.of(key), type, getter, null);
        }

        @Override
        public <F> F old(String key, FieldType<F> type, Function<T, F> getter, F ifAbsent) {
            return of(List.of(key), type, getter, ifAbsent);
        }

        @Override
        public <F> F recent(String key, FieldType<F> type, Function<T, F> getter, F ifAbsent) {
            return of(List.of(key), type, getter, ifAbsent);
        }

        @Override
        public <G> G group(Function<Fields<G>, G> part, Function<T, G> getter) {
            return part.apply(new Looking<>(getter.apply(value), out));
        }

        @Override
        public Dialect dialect() {
            return Dialect.KERAS3;
        }
    }

    private record Reading<T>(String who, Map<String, ?> config, FieldType.Context c, Set<String> taken)
            implements Fields<T> {
        @Override
        public <F> F of(List<String> keys, FieldType<F> type, Function<T, F> getter, F ifAbsent) {
            for (String key : keys) {
                if (!key.isEmpty() && config.containsKey(key) && taken.add(key)) {
                    Object raw = config.get(key);
                    return raw == null && !type.nullable() && ifAbsent != null
                            ? ifAbsent
                            : decode(type, raw, c.below(key));
                }
            }
            if (ifAbsent == null && !type.nullable()) {
                throw new ModelFormatException(who + ": expected '" + keys.get(0) + "' (" + type.expected()
                        + ") but was absent, at " + c.path());
            }
            return ifAbsent;
        }

        @Override
        public <F> F idle(List<String> keys, FieldType<F> type, Function<T, F> getter) {
            return of(keys, type.orNull(), getter, null);
        }

        @Override
        public <F> F implied(String what, Function<T, F> getter, F inDialect) {
            return inDialect;
        }

        @Override
        public <F> F rare(String key, FieldType<F> type, Function<T, F> getter) {
            return of(List.of(key), type.orNull(), getter, null);
        }

        @Override
        public <F> F old(String key, FieldType<F> type, Function<T, F> getter, F ifAbsent) {
            return of(List.of(key), type, getter, ifAbsent);
        }

        @Override
        public <F> F recent(String key, FieldType<F> type, Function<T, F> getter, F ifAbsent) {
            return of(List.of(key), type, getter, ifAbsent);
        }

        private <F> F decode(FieldType<F> type, Object raw, FieldType.Context at) {
            try {
                return raw == null && type.nullable() ? null : type.read(raw, at);
            } catch (ClassCastException | IllegalArgumentException | ArithmeticException | NullPointerException e) {
                boolean told = e instanceof IllegalArgumentException && e.getMessage() != null;
                String detail = told ? " (" + e.getMessage() + ")" : "";
                throw new ModelFormatException(
                        who + ": expected " + type.expected() + " but was " + abbreviate(raw) + detail + ", at "
                                + at.path(),
                        e);
            }
        }

        @Override
        public <G> G group(Function<Fields<G>, G> part, Function<T, G> getter) {
            return part.apply(new Reading<>(who, config, c, taken));
        }

        @Override
        public Dialect dialect() {
            return c.dialect();
        }
    }

    private record Writing<T>(String who, T value, FieldType.Context c, Map<String, Object> out) implements Fields<T> {
        @Override
        public <F> F of(List<String> keys, FieldType<F> type, Function<T, F> getter, F ifAbsent) {
            F v = idle(keys, type, getter);
            if (c.dialect().key(keys).isEmpty() && !Objects.equals(v, ifAbsent)) {
                c.lost()
                        .accept(who + ": expected "
                                + keys.stream()
                                        .filter(k -> !k.isEmpty())
                                        .findFirst()
                                        .orElse("a value")
                                + " to be " + ifAbsent + ", as " + c.dialect() + " has no key for it, but was "
                                + abbreviate(v) + ", at " + c.path());
            }
            return v;
        }

        @Override
        public <F> F idle(List<String> keys, FieldType<F> type, Function<T, F> getter) {
            F v = getter.apply(value);
            String key = c.dialect().key(keys);
            if (!key.isEmpty()) {
                out.put(key, v == null ? null : type.write(v, c.below(key)));
            }
            return v;
        }

        @Override
        public <F> F implied(String what, Function<T, F> getter, F inDialect) {
            F v = getter.apply(value);
            if (!what.isEmpty() && !v.equals(inDialect)) {
                c.changed()
                        .accept(who + ": expected " + what + " " + inDialect + ", as it always is in " + c.dialect()
                                + ", but was " + v + ", at " + c.path());
            }
            return v;
        }

        @Override
        public <F> F rare(String key, FieldType<F> type, Function<T, F> getter) {
            F v = getter.apply(value);
            return v == null ? null : of(List.of(key), type, getter, null);
        }

        @Override
        public <F> F old(String key, FieldType<F> type, Function<T, F> getter, F ifAbsent) {
            F v = getter.apply(value);
            return dialect() == Dialect.KERAS3 && v.equals(ifAbsent) ? v : of(List.of(key), type, getter, ifAbsent);
        }

        @Override
        public <F> F recent(String key, FieldType<F> type, Function<T, F> getter, F ifAbsent) {
            F v = getter.apply(value);
            boolean newest = dialect() == Dialect.KERAS3 || !Objects.equals(v, ifAbsent);
            return newest ? of(List.of(key), type, getter, ifAbsent) : v;
        }

        @Override
        public <G> G group(Function<Fields<G>, G> part, Function<T, G> getter) {
            return part.apply(new Writing<>(who, getter.apply(value), c, out));
        }

        @Override
        public Dialect dialect() {
            return c.dialect();
        }
    }

    private static String abbreviate(Object raw) {
        String s = String.valueOf(raw);
        return s.length() <= 80 ? s : s.substring(0, 77) + "...";
    }
}
