package dev.posthorn.tools.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.data.CsvData;
import dev.posthorn.data.ImageFolder;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.numpy.Npz;
import dev.posthorn.train.callback.EventFile;
import dev.posthorn.train.data.Batch;
import dev.posthorn.train.data.Batches;
import dev.posthorn.train.data.Pass;
import dev.posthorn.train.data.Table;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files that training reads and writes, as Keras and TensorFlow read and write them ({@code make.py}). */
class FilesTest {
    @TempDir
    Path folder;

    @Test
    void eventFilesAreTensorFlowsByteForByte() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (EventFile events = new EventFile(out, 1.5)) {
            events.scalar("epoch_loss", 0.25, 0, 2.25);
            events.scalar("epoch_loss", 0.125, 1, 2.25);
            events.scalar("epoch_accuracy", 1, 300, 2.25);
        }
        assertArrayEquals(Files.readAllBytes(Fixtures.file("events.tfrecord")), out.toByteArray());
    }

    @ParameterizedTest
    @EnumSource(ImageFolder.Resize.class)
    void foldersOfPicturesAreKerass(ImageFolder.Resize resize) throws IOException {
        Map<String, Tensor> expected = Npz.read(Fixtures.file("folder.npz"));
        ImageFolder pictures = ImageFolder.open(Fixtures.file("folder"), 5, 7, 3, resize);
        assertEquals(List.of("a", "b"), pictures.classes());
        Batch all = pictures.all();
        assertEquals(expected.get("y"), all.y().get("0"));
        Tensor x = expected.get(resize.name().toLowerCase(Locale.ROOT) + ".x");
        assertEquals(x.shape(), all.x().get("0").shape());
        IntStream.range(0, x.size())
                .forEach(i -> assertEquals(x.getDouble(i), all.x().get("0").getDouble(i), 1e-3, "at " + i));
    }

    /** As they are needed, the same as at once: also a target that is whole in one batch and not in another. */
    @Test
    void csvRowsAreStreamed() throws IOException {
        Path csv = Files.writeString(folder.resolve("s.csv"), "a,label,b,c\n1,0,2.5,1\n3,2,4,2\n\n5,1,6,2.5\n");
        CsvData streamed = CsvData.open(csv, List.of("label", "c"), true);
        Batch all = CsvData.read(csv, List.of("label", "c"), true).take(new int[] {0, 1, 2});
        assertEquals(3, streamed.rows().orElseThrow());
        try (Batches batches = streamed.pass(Pass.inOrder(2))) {
            Batch first = batches.next();
            assertEquals(Tensor.of(Shape.of(2, 2), 1, 2.5f, 3, 4), first.x().get("0"));
            assertEquals(Tensor.of(Shape.of(2), new long[] {0, 2}), first.y().get("0"));
            assertEquals(Tensor.of(Shape.of(2), 1f, 2f), first.y().get("1"));
            assertEquals(
                    all.x().get("0").getDouble(4), batches.next().x().get("0").getDouble(0));
            assertFalse(batches.hasNext());
        }
        assertEquals(List.of("a", "label", "b", "c"), CsvData.names(csv));
        Files.writeString(csv, "a,label\n");
        ModelFormatException e =
                assertThrows(ModelFormatException.class, () -> CsvData.open(csv, List.of("label"), false));
        assertEquals("csv: expected rows of inputs but was 0 rows of 1 inputs, at " + csv, e.getMessage());
    }

    @Test
    void csvColumnsAreInputsAndTargets() throws IOException {
        Path csv = Files.writeString(folder.resolve("t.csv"), "a, label ,b\n1,0,2.5\n3,2,4\n\n5,1,6\n");
        Table rows = CsvData.read(csv, List.of("label"), false);
        assertEquals(
                Tensor.of(Shape.of(3, 2), 1, 2.5f, 3, 4, 5, 6), rows.all().x().get("0"));
        assertEquals(
                Tensor.of(Shape.of(3), new long[] {0, 2, 1}), rows.all().y().get("0"));
        assertEquals(
                Tensor.of(Shape.of(1, 2), 5, 6), rows.take(new int[] {2}).x().get("0"));
    }

    @Test
    void whatIsWrongInACsvIsNamed() throws IOException {
        String[][] rows = {
            {"a,y\n1\n", "expected 2 columns but was 1"},
            {"a,y\n1,x\n", "expected a number but was 'x'"},
            {"a,b\n1,2\n", "expected columns [y]"},
            {"a,y\n", "expected rows of inputs but was 0 rows"},
        };
        for (String[] row : rows) {
            Path csv = Files.writeString(folder.resolve("bad.csv"), row[0]);
            String message = assertThrows(
                            ModelFormatException.class, () -> CsvData.read(csv, List.of("y"), false), row[0])
                    .getMessage();
            assertTrue(message.contains(row[1]), message);
        }
    }
}
