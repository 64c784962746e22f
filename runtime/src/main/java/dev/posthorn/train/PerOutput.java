package dev.posthorn.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** What is said of the outputs of a model: the same of all, or something of each, in order or by name. */
public final class PerOutput<T> {
    private final Optional<T> all;
    private final Optional<List<Optional<T>>> listed;
    private final Map<String, T> named;

    private PerOutput(Optional<T> all, Optional<List<Optional<T>>> listed, Map<String, T> named) {
        this.all = all;
        this.listed = listed;
        this.named = named;
    }

    /** Nothing of any. */
    public static <T> PerOutput<T> none() {
        return new PerOutput<>(Optional.empty(), Optional.empty(), Map.of());
    }

    /** The same of all. */
    public static <T> PerOutput<T> all(T value) {
        return new PerOutput<>(Optional.of(value), Optional.empty(), Map.of());
    }

    /** Of each in the model's order; empty for nothing. */
    public static <T> PerOutput<T> listed(List<Optional<T>> values) {
        return new PerOutput<>(Optional.empty(), Optional.of(List.copyOf(values)), Map.of());
    }

    /** Of those that are named. */
    public static <T> PerOutput<T> named(Map<String, T> values) {
        return new PerOutput<>(
                Optional.empty(), Optional.empty(), Collections.unmodifiableMap(new LinkedHashMap<>(values)));
    }

    /** Whether anything is said. */
    public boolean isNone() {
        return all.isEmpty() && listed.isEmpty() && named.isEmpty();
    }

    /** What is said of all outputs alike. */
    public Optional<T> all() {
        return all;
    }

    /** What is said of each, in order. */
    public Optional<List<Optional<T>>> listed() {
        return listed;
    }

    /** What is said by name. */
    public Map<String, T> named() {
        return named;
    }

    /**
     * What is said of each of these outputs.
     *
     * @param what what it is, for errors: {@code losses}
     */
    List<Optional<T>> of(List<String> outputs, String what) {
        if (listed.isPresent()) {
            if (listed.get().size() != outputs.size()) {
                throw new IllegalArgumentException("compile: expected " + outputs.size() + " " + what + " for "
                        + outputs + " but was " + listed.get().size());
            }
            return listed.get();
        }
        TreeSet<String> unknown = new TreeSet<>(named.keySet());
        outputs.forEach(unknown::remove);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "compile: expected " + what + " for the outputs " + outputs + " but was for " + unknown);
        }
        return outputs.stream()
                .map(name -> all.or(() -> Optional.ofNullable(named.get(name))))
                .toList();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof PerOutput<?> p && all.equals(p.all) && listed.equals(p.listed) && named.equals(p.named);
    }

    @Override
    public int hashCode() {
        return all.hashCode() + 31 * listed.hashCode() + 961 * named.hashCode();
    }

    @Override
    public String toString() {
        return all.map(Object::toString)
                .orElseGet(() -> listed.map(Object::toString).orElseGet(named::toString));
    }
}
