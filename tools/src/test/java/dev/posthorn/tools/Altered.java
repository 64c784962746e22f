package dev.posthorn.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** Copies of model files with another configuration, and the golden values that real Keras recorded. */
public final class Altered {
    private Altered() {}

    /** A {@code .keras} file whose configuration is changed. */
    public static Path keras(Path from, Path to, UnaryOperator<String> change) throws IOException {
        try (InputStream file = Files.newInputStream(from);
                ZipInputStream in = new ZipInputStream(file);
                OutputStream out = Files.newOutputStream(to);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (ZipEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
                byte[] bytes = in.readAllBytes();
                if (e.getName().equals("config.json")) {
                    String text = new String(bytes, StandardCharsets.UTF_8);
                    String changed = change.apply(text);
                    if (changed.equals(text)) {
                        throw new IllegalArgumentException("nothing changed: " + text);
                    }
                    bytes = changed.getBytes(StandardCharsets.UTF_8);
                }
                zip.putNextEntry(new ZipEntry(e.getName()));
                zip.write(bytes);
                zip.closeEntry();
            }
        }
        return to;
    }

    /** Unpacks one model with its golden values ({@code testdata/oracle/golden.py}) and gives its folder. */
    public static Path golden(String name, Path into) throws IOException {
        Path zip = Path.of("..", "testdata", "golden", "golden.zip");
        try (InputStream file = Files.newInputStream(zip);
                ZipInputStream in = new ZipInputStream(file)) {
            for (ZipEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
                Path to = into.resolve(e.getName()).normalize();
                if (e.getName().startsWith(name + "/") && to.startsWith(into)) {
                    Files.createDirectories(to.getParent());
                    Files.copy(in, to);
                }
            }
        }
        return into.resolve(name);
    }
}
