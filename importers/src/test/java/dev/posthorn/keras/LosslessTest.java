package dev.posthorn.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.hdf5.Hdf5File;
import dev.posthorn.model.Model;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is not understood of a file is written back. */
class LosslessTest {
    private static final String CASE = "layers/dense/relu";

    @TempDir
    private Path folder;

    private Path file(String name) throws IOException {
        CaseArchive cases = new CaseArchive(folder);
        cases.unpack("layers.zip", CASE::equals);
        return cases.file(CASE, name);
    }

    private static String text(ZipFile zip, String name) throws IOException {
        return new String(zip.getInputStream(zip.getEntry(name)).readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void archivesKeepOtherFilesAndMetadata() throws IOException {
        Path odd = folder.resolve("odd.keras");
        try (ZipFile zip = new ZipFile(file("model.keras").toFile());
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(odd))) {
            for (ZipEntry e : zip.stream().toList()) {
                out.putNextEntry(new ZipEntry(e.getName()));
                byte[] bytes = zip.getInputStream(e).readAllBytes();
                String json = new String(bytes, StandardCharsets.UTF_8);
                out.write(
                        e.getName().equals("metadata.json")
                                ? json.replaceFirst("\\{", "{\"team\": {\"a\": [1, null]}, ")
                                        .getBytes(StandardCharsets.UTF_8)
                                : bytes);
            }
            for (String name : List.of("README.md", "extra/x.txt", "assets/mine.txt")) {
                out.putNextEntry(new ZipEntry(name));
                out.write(name.getBytes(StandardCharsets.UTF_8));
            }
        }
        Path saved = folder.resolve("saved.keras");
        try (Model model = Model.load(odd)) {
            model.save(saved);
        }
        try (ZipFile zip = new ZipFile(saved.toFile())) {
            for (String name : List.of("README.md", "extra/x.txt", "assets/mine.txt")) {
                assertEquals(name, text(zip, name));
            }
            String metadata = text(zip, "metadata.json");
            assertTrue(metadata.contains("\"team\":{\"a\":[1,null]}"), metadata);
        }
    }

    @Test
    void weightsKeepTheirNames() throws IOException {
        Path given = file("model.h5");
        Path saved = folder.resolve("saved.h5");
        try (Model model = Model.load(given)) {
            model.save(saved);
        }
        try (Hdf5File was = Hdf5File.open(given);
                Hdf5File is = Hdf5File.open(saved)) {
            assertEquals(paths(was), paths(is));
        }
    }

    private static List<String> paths(Hdf5File file) {
        return file.root().allDatasets().stream().map(d -> d.path()).toList();
    }
}
