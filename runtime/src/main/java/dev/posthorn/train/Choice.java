package dev.posthorn.train;

import java.util.Optional;

/**
 * A loss or a metric as a user chose it: by a name, whose meaning may depend on what the model gives
 * ({@code accuracy}), or itself.
 *
 * @param name the name, empty where the object itself was given
 */
public record Choice<T>(String name, Optional<T> object) {
    public static <T> Choice<T> named(String name) {
        return new Choice<>(name, Optional.empty());
    }

    public static <T> Choice<T> of(T object) {
        return new Choice<>("", Optional.of(object));
    }
}
