package dev.posthorn.codec;

import java.util.List;
import java.util.function.Function;

/**
 * Seen by a codec's constructor call. Reading: yields the stored value. Writing: takes it from the object and stores
 * it.
 */
public interface Fields<T> {
    /**
     * One argument.
     *
     * @param keys its names, the current one first; others are names that older dialects gave it; an empty name says that
     *     a dialect has no such key: then only {@code ifAbsent} can be written in it
     * @param ifAbsent its value where the key is absent, or null and the type not nullable; null makes the key required,
     *     unless the type is nullable
     */
    <F> F of(List<String> keys, FieldType<F> type, Function<T, F> getter, F ifAbsent);

    default <F> F of(String key, FieldType<F> type, Function<T, F> getter, F ifAbsent) {
        return of(List.of(key), type, getter, ifAbsent);
    }

    default <F> F of(String key, FieldType<F> type, Function<T, F> getter) {
        return of(List.of(key), type, getter, null);
    }

    /** An argument that Keras 3 no longer writes: written for it only where it is not {@code ifAbsent}. */
    <F> F old(String key, FieldType<F> type, Function<T, F> getter, F ifAbsent);

    /** An argument that Keras 3 always writes: written for older versions only where it is not {@code ifAbsent}. */
    <F> F recent(String key, FieldType<F> type, Function<T, F> getter, F ifAbsent);

    /** An argument that is written only where it is there; null where it is absent. */
    <F> F rare(String key, FieldType<F> type, Function<T, F> getter);

    /** An argument on which no result depends, null where it is absent: a dialect that has no key for it drops it. */
    <F> F idle(List<String> keys, FieldType<F> type, Function<T, F> getter);

    /**
     * An argument that no key says, but the dialect; writing another value in it is a change of meaning.
     *
     * @param what which one, for errors; empty where it only decides what is refused
     */
    <F> F implied(String what, Function<T, F> getter, F inDialect);

    /** Several arguments that always come together, read from and written to the same configuration. */
    <G> G group(Function<Fields<G>, G> part, Function<T, G> getter);

    /** The dialect that is read or written. */
    Dialect dialect();
}
