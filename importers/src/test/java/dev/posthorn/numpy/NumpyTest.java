package dev.posthorn.numpy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Float16;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.UnsupportedModelException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that NumPy wrote ({@code make.py}), and files that NumPy would have written. */
class NumpyTest {
    private static final Path FILES = files();

    @TempDir
    private Path dir;

    private static Path files() {
        try {
            return Path.of(NumpyTest.class.getResource("values.json").toURI()).getParent();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static JsonNode values() throws IOException {
        return new ObjectMapper().readTree(FILES.resolve("values.json").toFile());
    }

    private static void assertValues(String name, JsonNode expected, Tensor t) {
        String dtype = expected.get("dtype").asText();
        assertEquals(
                dtype.equals("bytes") || dtype.equals("str") ? "string" : dtype,
                t.dtype().keras(),
                name);
        int[] shape = new int[expected.get("shape").size()];
        Arrays.setAll(shape, i -> expected.get("shape").get(i).asInt());
        assertEquals(Shape.of(shape), t.shape(), name);
        for (int i = 0; i < t.size(); i++) {
            JsonNode v = expected.get("values").get(i);
            String where = name + "[" + i + "]";
            if (t.dtype() == DType.STRING) {
                assertEquals(v.asText(), t.getString(i), where);
            } else if (t.dtype().kind() == DType.Kind.COMPLEX) {
                for (int k = 0; k < 2; k++) {
                    double was = t.dtype() == DType.COMPLEX64 ? t.floats()[2 * i + k] : t.doubles()[2 * i + k];
                    assertEquals(number(v.get(k)), was, where);
                }
            } else if (t.dtype().isInteger()) {
                assertEquals(v.bigIntegerValue().longValue(), t.getLong(i), where);
            } else {
                assertEquals(v.isBoolean() ? v.asBoolean() ? 1 : 0 : number(v), t.getDouble(i), where);
            }
        }
    }

    private static double number(JsonNode v) {
        return v.asText().equals("inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(v.asText());
    }

    @Test
    void everyTypeByteOrderAndMemoryOrder() throws IOException {
        JsonNode values = values();
        for (String file : List.of("types.npz", "types_compressed.npz")) {
            Map<String, Tensor> all = Npz.read(FILES.resolve(file));
            assertEquals(64, all.size());
            all.forEach((name, t) -> assertValues(name, values.get(name), t));
        }
    }

    @Test
    void everyVersion() throws IOException {
        for (String name :
                List.of("v1", "v2", "v3", "fortran", "scalar", "empty", "strings", "bytes", "long", "python2")) {
            assertValues(name, values().get(name), Npy.read(FILES.resolve(name + ".npy")));
        }
    }

    @Test
    void rowsAreThoseOfTheWholeArray() throws IOException {
        for (String name : List.of("v1", "fortran", "strings", "long", "empty")) {
            try (NpyReader in = NpyReader.open(FILES.resolve(name + ".npy"))) {
                Tensor all = in.all();
                int n = all.shape().dim(0);
                for (int from = 0; from <= n; from++) {
                    for (int count = 0; from + count <= n; count++) {
                        Tensor rows = in.rows(from, count);
                        assertEquals(all.shape().with(0, count), rows.shape());
                        int row = n == 0 ? 0 : all.size() / n;
                        for (int i = 0; i < rows.size(); i++) {
                            Object expected = all.data() instanceof byte[][]
                                    ? all.getString(from * row + i)
                                    : all.getDouble(from * row + i);
                            Object was = rows.data() instanceof byte[][] ? rows.getString(i) : rows.getDouble(i);
                            assertEquals(expected, was);
                        }
                    }
                }
                assertThrows(IllegalArgumentException.class, () -> in.rows(n, 1));
            }
        }
    }

    /** Row after row from within an archive, in whichever order its elements lie. */
    @Test
    void rowsOfAnArchiveAreThoseOfTheWholeArray() throws IOException {
        try (Npz npz = Npz.open(FILES.resolve("types_compressed.npz"))) {
            for (String name : npz.names()) {
                Tensor all = npz.get(name);
                if (all.shape().rank() == 0) {
                    continue;
                }
                try (NpyRows rows = npz.rows(name)) {
                    assertEquals(all.type(), rows.type());
                    assertEquals(all.shape().dim(0), rows.size());
                    for (int read = 0; read < rows.size(); read += 2) {
                        Tensor next = rows.next(2);
                        int n = next.size() / next.shape().dim(0);
                        for (int i = 0; i < next.size() && all.dtype().isFloating(); i++) {
                            assertEquals(all.getDouble(read * n + i), next.getDouble(i), name);
                        }
                    }
                    assertEquals(0, rows.next(2).shape().dim(0));
                }
            }
        }
    }

    @Test
    void writesTheBytesThatNumpyWrites() throws IOException {
        try (ZipFile zip = new ZipFile(FILES.resolve("types.npz").toFile());
                Npz npz = Npz.open(FILES.resolve("types.npz"))) {
            for (String name : npz.names()) {
                if (name.endsWith("little.C") && !name.startsWith("U") && !name.startsWith("S")) {
                    Path file = dir.resolve("x.npy");
                    Npy.write(file, npz.get(name));
                    byte[] expected =
                            zip.getInputStream(zip.getEntry(name + ".npy")).readAllBytes();
                    assertArrayEquals(expected, Files.readAllBytes(file), name);
                }
            }
        }
        for (String name : List.of("v1", "scalar", "empty", "bytes", "long")) {
            Path file = dir.resolve(name + ".npy");
            Npy.write(file, Npy.read(FILES.resolve(name + ".npy")));
            assertArrayEquals(Files.readAllBytes(FILES.resolve(name + ".npy")), Files.readAllBytes(file), name);
        }
    }

    @Test
    void partByPartGivesTheSameFile() throws IOException {
        for (String name : List.of("v1", "bytes", "long")) {
            Tensor all = Npy.read(FILES.resolve(name + ".npy"));
            Path file = dir.resolve(name + ".npy");
            try (NpyReader in = NpyReader.open(FILES.resolve(name + ".npy"));
                    NpyWriter out = new NpyWriter(file)) {
                for (int i = 0; i < all.shape().dim(0); i++) {
                    out.append(in.rows(i, 1));
                    assertFalse(Files.exists(file));
                }
                out.finish();
            }
            assertArrayEquals(Files.readAllBytes(FILES.resolve(name + ".npy")), Files.readAllBytes(file), name);
        }
        assertEquals(3, dir.toFile().list().length);
    }

    @Test
    void anUnfinishedFileLeavesNothing() throws IOException {
        Path file = dir.resolve("x.npy");
        Files.writeString(file, "before");
        try (NpyWriter out = new NpyWriter(file)) {
            out.append(Tensor.of(Shape.of(1, 2), 1, 2));
            assertThrows(ShapeException.class, () -> out.append(Tensor.of(Shape.of(1, 3), 1, 2, 3)));
        }
        assertEquals("before", Files.readString(file));
        assertEquals(1, dir.toFile().list().length);
        assertThrows(IOException.class, () -> new NpyWriter(dir.resolve("none/x.npy")));
        assertThrows(IOException.class, () -> new NpyWriter(dir));
    }

    @Test
    void archivesAreDeterministicAndKeepOrderAndNames() throws IOException {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        arrays.put("b/é", Tensor.of(Shape.of(2), 1, 2));
        arrays.put("a", Tensor.of(Shape.of(1), "x"));
        arrays.put("half", Tensor.of(DType.BFLOAT16, Shape.of(1), new short[] {Float16.floatToBfloat(1.5f)}));
        Npz.write(dir.resolve("1.npz"), arrays);
        Npz.write(dir.resolve("2.npz"), arrays);
        assertArrayEquals(Files.readAllBytes(dir.resolve("1.npz")), Files.readAllBytes(dir.resolve("2.npz")));
        Map<String, Tensor> read = Npz.read(dir.resolve("1.npz"));
        assertEquals(List.copyOf(arrays.keySet()), List.copyOf(read.keySet()));
        assertEquals(arrays.get("b/é"), read.get("b/é"));
        assertEquals(Tensor.of(Shape.of(1), 1.5f), read.get("half"));
        Npy.write(dir.resolve("x.npy"), arrays.get("a"));
        Npz.pack(dir.resolve("3.npz"), Map.of("a", dir.resolve("x.npy")));
        try (Npz npz = Npz.open(dir.resolve("3.npz"))) {
            assertEquals(new TensorType(DType.STRING, Shape.of(1)), npz.type("a"));
            assertEquals(arrays.get("a"), npz.get("a"));
        }
    }

    @Test
    void refusesWhatNeedsPythonOrIsNoNumber() {
        Map.of("objects", "pickle", "records", "records", "times", "int64", "raw", "bfloat16")
                .forEach((name, word) -> {
                    String message = assertThrows(
                                    UnsupportedModelException.class, () -> Npy.read(FILES.resolve(name + ".npy")), name)
                            .getMessage();
                    assertTrue(message.contains(word) && message.contains(name + ".npy"), message);
                });
    }

    @Test
    void brokenFilesAreOneClearError() throws IOException {
        byte[] good = Files.readAllBytes(FILES.resolve("v1.npy"));
        Map<String, byte[]> broken = new LinkedHashMap<>();
        broken.put("empty", new byte[0]);
        for (int n : new int[] {3, 8, 9, 40, 127, 128, good.length - 1}) {
            broken.put("cut" + n, Arrays.copyOf(good, n));
        }
        broken.put("longer", Arrays.copyOf(good, good.length + 1));
        broken.put("text", "hello, this is no array".getBytes("UTF-8"));
        byte[] version = good.clone();
        version[6] = 9;
        broken.put("version", version);
        for (String dict : List.of(
                "",
                "{",
                "{}",
                "{'descr': '<f4'}",
                "{'descr': '<f4', 'fortran_order': 1, 'shape': ()}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
                "[]",
                "{'shape': (1, 2}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647, 2147483647)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2)}",
                "__import__('os').system('id')",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} + 1")) {
            byte[] file = new byte[10 + dict.length() + 4];
            System.arraycopy(good, 0, file, 0, 8);
            file[8] = (byte) dict.length();
            System.arraycopy(dict.getBytes("UTF-8"), 0, file, 10, dict.length());
            broken.put(dict, file);
        }
        for (Map.Entry<String, byte[]> e : broken.entrySet()) {
            Path file = dir.resolve("broken.npy");
            Files.write(file, e.getValue());
            String message = assertThrows(ModelFormatException.class, () -> Npy.read(file), e.getKey())
                    .getMessage();
            assertTrue(message.matches("npy: expected .* but was .*broken.npy"), message);
        }
    }

    @Test
    void aShortFileThatClaimsMuchAllocatesNothing() throws IOException {
        Path file = dir.resolve("bomb.npz");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("x.npy"));
            zip.write(Header.write(TensorType.f32(1 << 30), 0, 1 << 30));
            zip.closeEntry();
        }
        assertThrows(ModelFormatException.class, () -> Npz.read(file));
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 100));
        assertThrows(ModelFormatException.class, () -> Npz.read(file));
        byte[] bytes = Files.readAllBytes(FILES.resolve("types_compressed.npz"));
        for (int i = 60; i < 140; i++) {
            bytes[i] ^= 0x55;
        }
        Files.write(file, bytes);
        assertThrows(ModelFormatException.class, () -> Npz.read(file));
    }
}
