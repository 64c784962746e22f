package dev.posthorn.tools.diagram;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The style sheet of diagrams, of pages and of files alike. */
public final class Style {
    private Style() {}

    public static String ofDiagrams() {
        try (InputStream in = Style.class.getResourceAsStream("diagram.css")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
