package dev.posthorn.tools.train;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;

/** What {@code make.py} made. */
final class Fixtures {
    private Fixtures() {}

    static Path file(String name) {
        try {
            return Path.of(Objects.requireNonNull(Fixtures.class.getResource(name), name)
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
