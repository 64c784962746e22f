package dev.posthorn.hdf5;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.ModelFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class Hdf5FileTest {
    static final List<String> readable = Fixture.READABLE;

    @TempDir
    Path dir;

    @ParameterizedTest
    @FieldSource("readable")
    void readsWhatH5pyReads(String name) {
        try (Hdf5File file = Fixture.open(name)) {
            assertEquals(String.join("\n", Fixture.expected(name)), String.join("\n", Fixture.describe(file)));
        }
    }

    @ParameterizedTest
    @FieldSource("readable")
    void readsFromDisk(String name) throws IOException {
        Path path = dir.resolve("model.h5");
        Files.write(path, Fixture.bytes(name));
        assertTrue(Hdf5File.is(path));
        try (Hdf5File file = Hdf5File.open(path)) {
            assertEquals(Fixture.expected(name), Fixture.describe(file));
        }
    }

    @ParameterizedTest
    @FieldSource("readable")
    void readsInPlaceWithinAnotherFile(String name) throws IOException {
        byte[] bytes = Fixture.bytes(name);
        Path path = dir.resolve("model.keras");
        ByteBuffer zip = ByteBuffer.allocate(bytes.length + 2000);
        Arrays.fill(zip.array(), (byte) 0xee);
        zip.put(777, bytes);
        Files.write(path, zip.array());
        assertFalse(Hdf5File.is(path));
        try (FileChannel channel = FileChannel.open(path)) {
            try (Hdf5File file = Hdf5File.open("model.weights.h5", channel, 777, bytes.length)) {
                assertEquals(Fixture.expected(name), Fixture.describe(file));
            }
            assertTrue(channel.isOpen());
            assertThrows(ModelFormatException.class, () -> Hdf5File.open("x", channel, 777, bytes.length + 2000));
        }
    }

    /** Every slice of every dataset equals that part of the whole. */
    @ParameterizedTest
    @ValueSource(strings = {"types_old", "chunks_old", "chunks_new"})
    void readsSlices(String name) {
        try (Hdf5File file = Fixture.open(name)) {
            for (Hdf5Dataset d : file.root().allDatasets()) {
                Tensor whole = d.read();
                for (int from = 0, step = Math.max(1, (int) d.size() / 7); from <= d.size(); from += step) {
                    int n = (int) Math.min(d.size() - from, 2 * step + 1);
                    Object into = Array.newInstance(whole.data().getClass().getComponentType(), n + 2);
                    d.read(from, into, 1, n);
                    for (int i = 0; i < n; i++) {
                        if (d.dtype() == DType.STRING) {
                            assertArrayEquals(whole.byteStrings()[from + i], ((byte[][]) into)[i + 1], d.path());
                        } else {
                            assertEquals(
                                    Array.get(whole.data(), from + i),
                                    Array.get(into, i + 1),
                                    d.path() + " " + from + "+" + i);
                        }
                    }
                }
                Object one = Array.newInstance(whole.data().getClass().getComponentType(), 1);
                assertThrows(IndexOutOfBoundsException.class, () -> d.read(d.size(), one, 0, 1));
                assertThrows(IndexOutOfBoundsException.class, () -> d.read(-1, one, 0, 1));
                assertThrows(IndexOutOfBoundsException.class, () -> d.read(0, one, 1, 1));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"types_old", "types_new"})
    void readsEachElementType(String name) {
        try (Hdf5File file = Fixture.open(name)) {
            Hdf5Group root = file.root();
            for (String order : List.of("le", "be")) {
                assertArrayEquals(halved(), root.dataset("f4" + order).floats());
                assertArrayEquals(doubles(), root.dataset("f8" + order).doubles());
                int[] ints =
                        IntStream.range(0, 15).map(i -> (7 * i + 3) % 251 - 125).toArray();
                assertArrayEquals(ints, root.dataset("i4" + order).ints());
                assertEquals(DType.FLOAT16, root.dataset("f2" + order).dtype());
                assertEquals(
                        halved()[4], (float) root.dataset("f2" + order).read().getDouble(4));
                assertEquals(DType.UINT16, root.dataset("u2" + order).dtype());
                assertEquals(-122, root.dataset("i8" + order).longs()[0]);
                assertEquals(10, root.dataset("u8" + order).longs()[1]);
                assertEquals(10, root.dataset("u1" + order).bytes()[1]);
            }
            assertEquals(DType.BOOL, root.dataset("bool").dtype());
            assertArrayEquals(
                    new byte[] {1, 0, 0, 1}, Arrays.copyOf(root.dataset("bool").bytes(), 4));
            assertEquals(DType.INT32, root.dataset("enum").dtype());
            assertArrayEquals(new long[0], root.dataset("scalar").shape());
            assertArrayEquals(new float[] {1.5f}, root.dataset("scalar").floats());
            assertEquals("größe", root.dataset("scalar_text").read().getString(0));
            assertArrayEquals(new long[] {0}, root.dataset("empty").shape());
            assertEquals(0, root.dataset("empty").floats().length);
            assertArrayEquals(new long[] {0, 4}, root.dataset("zero").shape());
            assertEquals(0, root.dataset("zero_text").byteStrings().length);
            assertEquals(List.of("one", "", "zwölf", "日本語"), strings(root.dataset("text")));
            assertEquals(List.of("one", "", "three"), strings(root.dataset("text_fixed")));
            assertEquals(List.of("one", "three"), strings(root.dataset("text_space")));
            assertEquals(List.of("one", "three"), strings(root.dataset("text_terminated")));
            assertArrayEquals(
                    new float[] {-61, -57.5f, -54, -50.5f},
                    root.dataset("of_committed").floats());
            assertTrue(root.contains("committed"));
            assertTrue(root.child("committed").isEmpty());
            ModelFormatException e = assertThrows(
                    ModelFormatException.class, () -> root.dataset("f4le").doubles());
            assertEquals(
                    "Hdf5File: expected elements to read into double[] but was float32, at " + name + ".h5!/f4le",
                    e.getMessage());
        }
    }

    /** As Keras writes it with an attribute, as Keras writes it without, and as a two-byte float: never float16. */
    @ParameterizedTest
    @ValueSource(strings = {"bfloat16", "bfloat16_bare", "bfloat16_true"})
    void readsBfloat16(String name) {
        try (Hdf5File file = Fixture.open("types_old")) {
            Hdf5Dataset d = file.root().dataset(name);
            assertEquals(DType.BFLOAT16, d.dtype());
            assertArrayEquals(new short[] {0x3f80, (short) 0xc000, 0x3eab, 0x7f80}, d.shorts());
            assertEquals(-2.0, d.read().getDouble(1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"attributes_old", "attributes_new"})
    void readsAttributes(String name) {
        try (Hdf5File file = Fixture.open(name)) {
            Hdf5Group root = file.root();
            assertEquals("Füße", root.string("text").orElseThrow());
            assertEquals("fixed", root.string("text_fixed").orElseThrow());
            assertEquals(List.of("a", "bb", "ccc"), root.strings("texts").orElseThrow());
            assertEquals(List.of("a", "bb", "ccc"), root.strings("texts_fixed").orElseThrow());
            assertEquals(42, root.attribute("int").orElseThrow().integer());
            assertEquals(-1, root.attribute("int8").orElseThrow().integer());
            assertEquals(0.5, root.attribute("float").orElseThrow().number());
            assertEquals(0.25, root.attribute("half").orElseThrow().number());
            assertTrue(root.attribute("true").orElseThrow().bool());
            assertFalse(root.attribute("false").orElseThrow().bool());
            assertArrayEquals(
                    new int[] {0, 1, 2, 3, 4, 5},
                    root.attribute("array").orElseThrow().read().ints());
            assertArrayEquals(
                    new long[] {2, 3}, root.attribute("array").orElseThrow().shape());
            for (String none : List.of("null", "null_text", "none", "none_text")) {
                assertEquals(List.of(), root.strings(none).orElseThrow(), none);
            }
            assertTrue(root.string("long").orElseThrow().endsWith("\"layer_1499\"]}"));
            assertEquals(
                    7,
                    root.dataset("dense/kernel")
                            .attribute("größe/日本")
                            .orElseThrow()
                            .integer());
            assertTrue(root.string("absent").isEmpty());
            assertTrue(root.strings("absent").isEmpty());
            ModelFormatException e = assertThrows(ModelFormatException.class, () -> root.string("int"));
            assertEquals("Hdf5File: expected a string but was int64, at " + name + ".h5!/@int", e.getMessage());
            assertThrows(ModelFormatException.class, () -> root.string("texts"));
            assertThrows(
                    ModelFormatException.class,
                    () -> root.attribute("text").orElseThrow().number());
            assertThrows(
                    ModelFormatException.class,
                    () -> root.attribute("float").orElseThrow().integer());
        }
    }

    @Test
    void joinsSplitLists() {
        try (Hdf5File file = Fixture.open("split")) {
            List<String> names = file.root().strings("layer_names").orElseThrow();
            assertEquals(1300, names.size());
            assertEquals("a_rather_long_layer_name_of_a_model_with_many_of_them_01299", names.get(1299));
            assertEquals(List.of(), file.root().strings("weight_names").orElseThrow());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"groups_old", "groups_new"})
    void walksGroups(String name) {
        try (Hdf5File file = Fixture.open(name)) {
            Hdf5Group root = file.root();
            Hdf5Group many = root.group("many");
            assertEquals(700, many.datasets().size());
            assertEquals(
                    List.of("dense_0", "dense_1", "dense_10", "dense_100"),
                    many.names().subList(0, 4));
            assertEquals("dense_10", many.children().get(2).name());
            assertEquals("/many/dense_10", many.children().get(2).path());
            assertEquals("/level_0/level_1", root.group("level_0/level_1").path());
            assertEquals(
                    "😀 x:0",
                    root.group("über").group("日本語").group("a\\b\\c").names().get(0));
            assertEquals("/shared", root.dataset("soft_soft").path());
            assertEquals("/many/dense_3", root.dataset("soft_relative").path());
            assertEquals("/über/日本語", root.group("level_0/soft_up").path());
            Hdf5Group level = (Hdf5Group) root.child("level_0").orElseThrow();
            assertEquals("a\\b\\c", level.group("soft_up").names().get(0));
            assertEquals(
                    7,
                    root.find("level_0/self/self/self/level_1/root/level_0/self")
                                    .map(Hdf5Group.class::cast)
                                    .orElseThrow()
                                    .path()
                                    .split("/self|/root")
                                    .length
                            + 2);
            assertTrue(root.find("shared/x").isEmpty());
            assertTrue(root.find("many/dense_700").isEmpty());
            assertEquals("/", root.find("").orElseThrow().path());
            assertEquals("/many", many.find("/many/").orElseThrow().path());
            assertEquals(706, root.allDatasets().size());
            ModelFormatException e = assertThrows(ModelFormatException.class, () -> many.dataset("dense_x"));
            assertEquals(
                    "Hdf5File: expected a dataset \"dense_x\" but was none, at " + name + ".h5!/many", e.getMessage());
            assertThrows(ModelFormatException.class, () -> many.group("dense_1"));
        }
    }

    @Test
    void keepsTheOrderOfCreationWhereItIsTracked() {
        try (Hdf5File file = Fixture.open("ordered")) {
            assertEquals(List.of("c", "a", "b"), file.root().group("ordered").names());
            assertEquals(
                    List.of("m0", "m17", "m14"),
                    file.root().group("ordered_many").names().subList(0, 3));
            assertEquals(
                    1500,
                    file.root()
                            .dataset("dense_attributes")
                            .strings("huge")
                            .orElseThrow()
                            .size());
        }
    }

    @Test
    void refusesByNameWhatItDoesNotRead() {
        try (Hdf5File file = Fixture.open("refused")) {
            Hdf5Group root = file.root();
            assertEquals(4, root.dataset("fine").floats().length);
            refused("float8 with 4 exponent bits", () -> root.dataset("float8").read());
            refused(
                    "float24 with 8 exponent bits",
                    () -> root.dataset("float24").read());
            refused("opaque 7", () -> root.dataset("opaque").read());
            refused("compound 12", () -> root.dataset("compound").read());
            refused("compound 8", () -> root.dataset("complex").read());
            refused(
                    "variable-length sequence 16",
                    () -> root.dataset("sequence").read());
            refused("reference 8", () -> root.dataset("reference").read());
            refused("array 12", () -> root.dataset("array").read());
            refused("scale-offset", () -> root.dataset("scaleoffset").read());
            refused(
                    "external files, which are never opened",
                    () -> root.dataset("external_data").read());
            refused("virtual", () -> root.dataset("virtual").read());
            refused("link \"external\" to another file, which is never followed", () -> root.child("external"));
            refused("another file, which is never followed", () -> root.find("external/x"));
            refused(
                    "compound 12",
                    () -> root.attribute("compound").orElseThrow().read());
            assertEquals("compound 12", root.dataset("compound").typeName());
            assertTrue(root.child("dangling").isEmpty());
            for (String circle : List.of("circle", "circle_a", "circle_b/x")) {
                refused("they may go in a circle", () -> root.find(circle));
            }
        }
    }

    private static void refused(String why, org.junit.jupiter.api.function.Executable read) {
        String message = assertThrows(ModelFormatException.class, read).getMessage();
        assertTrue(message.contains(why), message);
        assertTrue(
                message.startsWith("Hdf5File: expected ")
                        && message.contains(" but was ")
                        && message.contains(", at refused.h5!/"),
                message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bomb", "hole", "hole_chunked"})
    void refusesToExpandWithoutMeasure(String name) {
        try (Hdf5File file = Fixture.open("bomb")) {
            Hdf5Dataset d = file.root().dataset(name);
            assertTrue(d.size() >= 1 << 29);
            ModelFormatException e = assertThrows(ModelFormatException.class, d::read);
            assertTrue(e.getMessage().contains("elements"), e.getMessage());
        }
    }

    @ParameterizedTest
    @FieldSource("readable")
    void refusesTruncatedFiles(String name) throws IOException {
        byte[] bytes = Fixture.bytes(name);
        for (int n : new int[] {bytes.length - 1, bytes.length / 2, 600, 96, 20, 8, 1, 0}) {
            ModelFormatException e = assertThrows(
                    ModelFormatException.class,
                    () -> Hdf5File.open("cut.h5", ByteBuffer.wrap(bytes, 0, n)),
                    name + " cut to " + n);
            assertTrue(e.getMessage().endsWith(", at cut.h5!/"), e.getMessage());
        }
        Path path = dir.resolve("cut.h5");
        Files.write(path, Arrays.copyOf(bytes, bytes.length - 1));
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> Hdf5File.open(path));
        assertTrue(e.getMessage().contains("truncated"), e.getMessage());
        Files.delete(path);
    }

    @Test
    void refusesOtherFiles() throws IOException {
        Path path = dir.resolve("model.h5");
        Files.writeString(path, "<html>not found</html>");
        assertFalse(Hdf5File.is(path));
        assertFalse(Hdf5File.is(dir));
        assertFalse(Hdf5File.is(dir.resolve("absent")));
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> Hdf5File.open(path));
        assertEquals(
                "Hdf5File: expected an HDF5 signature but was none (not an HDF5 file), at " + path + "!/",
                e.getMessage());
        assertThrows(UncheckedIOException.class, () -> Hdf5File.open(dir.resolve("absent")));
    }

    @Test
    void refusesToReadAfterClose() {
        Hdf5File file = Fixture.open("groups_new");
        Hdf5Dataset d = file.root().dataset("shared");
        file.close();
        file.close();
        assertThrows(IllegalStateException.class, d::read);
    }

    /** A header that continues in itself. */
    @Test
    void refusesCircularHeaders() {
        ByteBuffer bytes = ByteBuffer.wrap(Fixture.bytes("keras_old")).order(ByteOrder.LITTLE_ENDIAN);
        int block = (int) bytes.getLong(64) + 16;
        bytes.putShort(block, (short) ObjectHeader.CONTINUATION)
                .putLong(block + 8, block)
                .putLong(block + 16, 24);
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> Hdf5File.open("circle.h5", bytes));
        assertEquals(
                "Hdf5File: expected structures that do not overlap but was a cycle or overlap, at circle.h5!/",
                e.getMessage());
    }

    /** Slices over the end of rows longer than any file has chunks. */
    @Test
    void readsShortSlicesOfEndlessRows() {
        try (Hdf5File file = Fixture.open("bomb")) {
            Hdf5Dataset d = file.root().dataset("endless");
            assertArrayEquals(new long[] {2, 1L << 30, 1L << 30}, d.shape());
            byte[] b = new byte[7];
            for (long from : new long[] {0, 4, (1L << 30) - 3, (1L << 60) - 3, (1L << 61) - 7}) {
                d.read(from, b, 0, 7);
            }
            assertArrayEquals(new byte[7], b);
            d.read((1L << 60) + (1L << 30) - 2, b, 2, 4);
            assertArrayEquals(new byte[] {0, 0, 0, 5, 6, 0, 0}, b);
            assertThrows(ModelFormatException.class, d::read);
        }
    }

    @Test
    void readsFromSeveralThreads() throws IOException {
        Path path = dir.resolve("model.h5");
        Files.write(path, Fixture.bytes("chunks_new"));
        try (Hdf5File file = Hdf5File.open(path)) {
            List<List<String>> all = IntStream.range(0, 6)
                    .parallel()
                    .mapToObj(i -> Fixture.describe(file))
                    .toList();
            assertEquals(Collections.nCopies(6, Fixture.expected("chunks_new")), all);
        }
    }

    private static List<String> strings(Hdf5Dataset d) {
        return Arrays.stream(d.byteStrings())
                .map(s -> new String(s, StandardCharsets.UTF_8))
                .toList();
    }

    private static float[] halved() {
        float[] out = new float[15];
        for (int i = 0; i < out.length; i++) {
            out[i] = ((7 * i + 3) % 251 - 125) / 2f;
        }
        return out;
    }

    private static double[] doubles() {
        return IntStream.range(0, 15)
                .mapToDouble(i -> ((7 * i + 3) % 251 - 125) / 2.0)
                .toArray();
    }
}
