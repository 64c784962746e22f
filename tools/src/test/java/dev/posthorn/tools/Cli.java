package dev.posthorn.tools;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Runs the command line in this JVM and keeps what it prints. */
record Cli(int code, String out, String err) {
    static final Path TESTDATA = Path.of("..", "testdata");
    static final Path DIGITS = TESTDATA.resolve("digits");

    static Cli run(Object... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        String[] words = List.of(args).stream().map(Object::toString).toArray(String[]::new);
        int code = Posthorn.run(
                words,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Cli(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Unpacks one committed case, such as {@code models/functional/diamond}, and gives its folder. */
    static Path unpack(String id, Path into) throws IOException {
        Path archive = TESTDATA.resolve("cases").resolve(id.substring(0, id.indexOf('/')) + ".zip");
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            for (ZipEntry e : Collections.list(zip.entries())) {
                if (e.getName().startsWith(id + "/")) {
                    Path file = into.resolve(e.getName());
                    Files.createDirectories(file.getParent());
                    try (InputStream in = zip.getInputStream(e)) {
                        Files.copy(in, file);
                    }
                }
            }
        }
        return into.resolve(id);
    }
}
