package dev.posthorn.keras.object;

import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.fn.Sampling;
import dev.posthorn.model.UnsupportedModelException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How images are resampled, by Keras's name. */
public final class Interpolation {
    public static final FieldType<Sampling> TYPE =
            new FieldType<>("an interpolation", (o, c) -> read((String) o, c.path()), (s, c) -> name(s), false);

    private Interpolation() {}

    private static Sampling read(String name, String path) {
        return Arrays.stream(Sampling.values())
                .filter(s -> name(s).equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new UnsupportedModelException(
                        "interpolation '" + name + "': expected one of "
                                + Arrays.stream(Sampling.values())
                                        .map(Interpolation::name)
                                        .toList() + ", at " + path,
                        List.of("interpolation " + name)));
    }

    private static String name(Sampling s) {
        return s.name().toLowerCase(Locale.ROOT);
    }
}
