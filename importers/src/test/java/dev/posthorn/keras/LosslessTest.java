package dev.posthorn.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.hdf5.Hdf5Draft;
import dev.posthorn.hdf5.Hdf5File;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.weights.WeightEdit;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

    /** An archive with files and metadata that Keras knows nothing of. */
    private Path odd() throws IOException {
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
        return odd;
    }

    @Test
    void whatAFormatCannotHoldIsListedBeforeAnythingIsWritten() throws IOException {
        Path h5 = folder.resolve("saved.h5");
        List<String> left = new ArrayList<>();
        try (Model model = Model.load(odd())) {
            SaveOptions refusing = SaveOptions.DEFAULT.listing(names -> {
                throw new IllegalArgumentException("refused");
            });
            assertThrows(IllegalArgumentException.class, () -> model.save(h5, refusing));
            assertFalse(Files.exists(h5));
            assertThrows(IllegalArgumentException.class, () -> model.save(folder.resolve("folder"), refusing));
            assertFalse(Files.exists(folder.resolve("folder")));
            model.save(folder.resolve("again.keras"), refusing);
            model.save(folder.resolve("again.weights.h5"), refusing);
            model.save(h5, SaveOptions.DEFAULT.listing(left::addAll));
        }
        assertEquals(List.of("assets/mine.txt", "README.md", "extra/x.txt", "metadata.json.team"), left);
    }

    /** An .h5 file with a dataset, an attribute and links of somebody else's. */
    @Test
    void groupsOfOthersAreListedWhereTheyFindNoPlace() throws IOException {
        Path given = folder.resolve("given.h5");
        Hdf5Draft draft = new Hdf5Draft();
        try (Hdf5File was = Hdf5File.open(file("model.h5"))) {
            new WeightsCopy(draft.root(), new WeightEdit() {}).copy(was.root());
            draft.root().dataset("mine/data", Tensor.of(Shape.of(2), new float[] {1, 2}));
            draft.root().group("mine").attribute("by", "me");
            draft.root().group("mine").link("self", "/mine/data");
            try (OutputStream out = Files.newOutputStream(given)) {
                draft.write(out);
            }
        }
        List<String> left = new ArrayList<>();
        try (Model model = Model.load(given)) {
            SaveOptions listing = SaveOptions.DEFAULT.listing(left::addAll);
            model.save(folder.resolve("again.h5"), listing);
            assertEquals(List.of(), left);
            model.save(folder.resolve("weights_alone.h5"), listing.ofWeights());
            assertEquals(List.of(), left, "weights were asked for");
            model.save(folder.resolve("again.keras"), listing);
        }
        assertEquals(List.of("/mine@by", "/mine/data", "/mine/self → /mine/data"), left);
        try (Hdf5File alone = Hdf5File.open(folder.resolve("weights_alone.h5"))) {
            assertEquals(
                    List.of("dense", "in0", "top_level_model_weights"),
                    alone.root().names());
        }
    }

    @Test
    void archivesKeepOtherFilesAndMetadata() throws IOException {
        Path odd = odd();
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
