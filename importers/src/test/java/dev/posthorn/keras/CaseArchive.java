package dev.posthorn.keras;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Cases of real Keras, unpacked from their archive to a folder. */
record CaseArchive(Path folder) {
    private static final Path CASES = Path.of("..", "testdata", "cases");

    /** Unpacks those cases of {@code archive} whose ids are wanted; returns their ids, sorted. */
    List<String> unpack(String archive, Predicate<String> wanted) throws IOException {
        TreeSet<String> ids = new TreeSet<>();
        try (ZipFile zip = new ZipFile(CASES.resolve(archive).toFile())) {
            zip.stream().filter(e -> !e.isDirectory()).forEach(e -> {
                String[] parts = e.getName().split("/");
                String id = parts.length > 3 ? String.join("/", parts[0], parts[1], parts[2]) : e.getName();
                if (parts.length > 3 && wanted.test(id)) {
                    ids.add(id);
                    write(zip, e);
                }
            });
        }
        return List.copyOf(ids);
    }

    private void write(ZipFile zip, ZipEntry entry) {
        try {
            Path file = folder.resolve(entry.getName());
            Files.createDirectories(file.getParent());
            Files.copy(zip.getInputStream(entry), file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file of a case. */
    Path file(String id, String name) {
        return folder.resolve(id).resolve(name);
    }
}
