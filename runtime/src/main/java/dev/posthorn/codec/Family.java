package dev.posthorn.codec;

import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.UnsupportedModelException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The classes of one kind of object, and how configurations refer to one: by a name ({@code "mse"}), as an object of Keras 3
 * ({@code module}, {@code class_name}, {@code config}, {@code registered_name}) or of Keras 2 ({@code class_name},
 * {@code config}), or as a function by its name. Names match without regard to case and underscores, so that
 * {@code glorot_uniform} is {@code GlorotUniform}.
 */
public final class Family<T> {
    private final String what;
    private final String module;
    private final Function<? super T, Codec<? extends T>> codecOf;
    private final List<Codec<? extends T>> all;
    private final Map<String, Codec<? extends T>> byName = new HashMap<>();

    /**
     * A family.
     *
     * @param what what one of it is, for errors: {@code loss}
     * @param module where Keras has them: {@code keras.losses}
     * @param codecOf the codec of an object's class
     * @param all the codecs of all classes
     */
    public Family(
            String what, String module, Function<? super T, Codec<? extends T>> codecOf, List<Codec<? extends T>> all) {
        this.what = what;
        this.module = module;
        this.codecOf = codecOf;
        this.all = List.copyOf(all);
        for (Codec<? extends T> codec : all) {
            add(codec.name(), codec);
            codec.aliases().forEach(alias -> add(alias, codec));
        }
    }

    private void add(String name, Codec<? extends T> codec) {
        Codec<? extends T> other = byName.put(plain(name), codec);
        if (other != null && other != codec) {
            throw new IllegalStateException(
                    what + ": expected one class for a name but was " + other.name() + " and " + codec.name());
        }
    }

    private static String plain(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }

    /** The codecs of all classes. */
    public List<Codec<? extends T>> all() {
        return all;
    }

    /** The codec of the class of that name. */
    public Optional<Codec<? extends T>> codec(String name) {
        return Optional.ofNullable(byName.get(plain(name)));
    }

    /** The field that holds one. */
    public FieldType<T> type() {
        return new FieldType<>("a " + what, this::read, this::write, false);
    }

    /** The object of that name of Keras 3, everything at its default. */
    public T named(String name) {
        return read(name, new FieldType.Context(Dialect.KERAS3, what));
    }

    /** The object of a class with these arguments, named and valued as in Keras's configuration of it; the others at their defaults. */
    public T of(String className, Map<String, ?> arguments) {
        return read(Map.of("class_name", className, "config", arguments), new FieldType.Context(Dialect.KERAS3, what));
    }

    /** The object that a configuration refers to. */
    public T read(Object raw, FieldType.Context c) {
        if (raw instanceof String name) {
            return decode(find(name, c), Map.of(), c);
        }
        if (!(raw instanceof Map<?, ?> object) || !(object.get("class_name") instanceof String name)) {
            throw new ModelFormatException(
                    what + ": expected a name or an object with class_name but was " + raw + ", at " + c.path());
        }
        if (object.get("registered_name") instanceof String registered && registered.contains(">")) {
            throw unsupported("custom " + what + " " + registered + " has no code in the file", c);
        }
        if (name.equals("function") && object.get("config") instanceof String function) {
            return decode(find(function, c), Map.of(), c);
        }
        Object config = object.get("config");
        if (config != null && !(config instanceof Map<?, ?>)) {
            throw new ModelFormatException(
                    what + ": expected an object 'config' but was " + config + ", at " + c.path());
        }
        return decode(find(name, c), config == null ? Map.of() : (Map<?, ?>) config, c);
    }

    private Codec<? extends T> find(String name, FieldType.Context c) {
        String own =
                name.startsWith("Custom>") ? name.substring("Custom>".length()) : name; // as Keras 2.11 to 2.15 wrote
        return codec(own)
                .orElseThrow(() -> unsupported(
                        what + ": expected one of Keras's (the nearest are " + Nearest.to(own, names()) + ") but was '"
                                + name + "'",
                        c));
    }

    private List<String> names() {
        return all.stream()
                .flatMap(codec -> Stream.concat(Stream.of(codec.name()), codec.aliases().stream()))
                .toList();
    }

    private static UnsupportedModelException unsupported(String reason, FieldType.Context c) {
        return new UnsupportedModelException(reason + ", at " + c.path());
    }

    private T decode(Codec<? extends T> codec, Map<?, ?> config, FieldType.Context c) {
        Map<String, Object> keys = new LinkedHashMap<>();
        config.forEach((k, v) -> keys.put(String.valueOf(k), v));
        Codec.Decoded<? extends T> decoded =
                codec.decode(keys, c.dialect(), c.below(codec.name()).path());
        if (!decoded.unknown().isEmpty()) {
            throw unsupported(codec.name() + ": expected known keys but was " + decoded.unknown(), c);
        }
        return decoded.value();
    }

    /** The object as the configuration of its dialect refers to it. */
    public Map<String, Object> write(T value, FieldType.Context c) {
        Codec<? extends T> codec = codecOf.apply(value);
        boolean keras3 = c.dialect() == Dialect.KERAS3;
        Map<String, Object> object = new LinkedHashMap<>();
        if (keras3) {
            object.put("module", module);
        }
        object.put("class_name", codec.name());
        object.put("config", encode(codec, value, c.below(codec.name())));
        if (keras3) {
            object.put("registered_name", null);
        }
        return object;
    }

    @SuppressWarnings("unchecked") // the codec that an object names is the codec of its class
    private static <V> Map<String, Object> encode(Codec<? extends V> codec, V value, FieldType.Context c) {
        return ((Codec<V>) codec).encode(value, c);
    }
}
