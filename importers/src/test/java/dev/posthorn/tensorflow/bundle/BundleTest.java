package dev.posthorn.tensorflow.bundle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.numpy.Npz;
import dev.posthorn.proto.BundleEntryProto;
import dev.posthorn.proto.BundleHeaderProto;
import dev.posthorn.proto.DataType;
import dev.posthorn.tensorflow.Protos;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints that TensorFlow wrote ({@code make.py} beside them) are read; what is written is read back; damage is told. */
@Tag("once")
class BundleTest {
    private static final Path FIXTURES = Path.of("src", "test", "resources", "checkpoints");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"types, false", "types, true", "sliced, false", "sliced, true", "many, false", "many, true"})
    void readsWhatTensorFlowWrote(String name, boolean large) throws IOException {
        Bundle bundle = Bundle.open(FIXTURES.resolve(name), bytes -> large);
        try (Npz expected = Npz.open(FIXTURES.resolve(name + ".npz"))) {
            assertTrue(!expected.names().isEmpty());
            for (String key : expected.names()) {
                Tensor was = bundle.read(key);
                assertEquals(expected.get(key).shape(), bundle.type(key).shape(), key);
                Tensor stored = expected.get(key);
                assertEquals(stored, was.dtype() == DType.BFLOAT16 ? was.cast(DType.FLOAT32) : was, key);
            }
        }
    }

    @Test
    void readsTheOldestFormat() throws IOException {
        Map<String, Tensor> was = OldCheckpoint.read(FIXTURES.resolve("oldest.ckpt"));
        try (Npz expected = Npz.open(FIXTURES.resolve("oldest.npz"))) {
            assertEquals(new TreeMap<>(was).keySet(), new TreeMap<>(Map.copyOf(all(expected))).keySet());
            for (String key : expected.names()) {
                assertEquals(expected.get(key), was.get(key), key);
            }
        }
    }

    private static Map<String, Tensor> all(Npz npz) throws IOException {
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (String key : npz.names()) {
            all.put(key, npz.get(key));
        }
        return all;
    }

    @Test
    void readsVariants() throws IOException {
        Bundle bundle = Bundle.open(FIXTURES.resolve("variant"));
        String key = bundle.keys().stream()
                .filter(k -> k.contains("list"))
                .findFirst()
                .orElseThrow();
        assertEquals(1, bundle.readVariants(key).size());
        assertEquals(3, bundle.readVariants(key).get(0).getTensorsCount());
    }

    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Random random = new Random(1);
        for (DType d : DType.values()) {
            if (d != DType.RESOURCE && d != DType.VARIANT && d != DType.STRING) {
                for (Shape s : List.of(Shape.SCALAR, Shape.of(0), Shape.of(3, 5))) {
                    Tensor t = Tensor.zeros(new TensorType(d, s));
                    for (int i = 0; d.kind() != DType.Kind.COMPLEX && i < t.size(); i++) {
                        t.setLong(i, random.nextInt(100));
                    }
                    tensors.put(d.keras() + "/" + s, t);
                }
            }
        }
        tensors.put("words", Tensor.of(Shape.of(2, 2), "", "a", "grüße", "x".repeat(300)));
        for (int i = 0; i < 500; i++) {
            tensors.put("layer_" + i + "/kernel", Tensor.of(Shape.of(1), i));
        }
        Path prefix = folder.resolve("written");
        BundleWriter.write(prefix, tensors);
        Bundle bundle = Bundle.open(prefix);
        assertEquals(new TreeMap<>(tensors).keySet(), new TreeMap<>(keys(bundle)).keySet());
        for (Map.Entry<String, Tensor> e : tensors.entrySet()) {
            assertEquals(e.getValue(), bundle.read(e.getKey()), e.getKey());
        }
    }

    private static Map<String, String> keys(Bundle bundle) {
        Map<String, String> keys = new LinkedHashMap<>();
        bundle.keys().forEach(k -> keys.put(k, k));
        return keys;
    }

    /** Elements may be read while the files are deleted, by any thread, also after another was interrupted while it read. */
    @Test
    void largeTensorsStayInTheirFile() throws Exception {
        Path prefix = folder.resolve("large");
        float[] all = new float[1 << 20];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
        BundleWriter.write(prefix, Map.of("a", Tensor.of(Shape.of(1 << 10, 1 << 10), all)));
        Tensor a = Bundle.open(prefix, bytes -> true).read("a");
        float[] some = new float[4];
        a.copyTo(1 << 19, some, 1, 2);
        assertArrayEquals(new float[] {0, 1 << 19, (1 << 19) + 1, 0}, some);
        Thread.currentThread().interrupt();
        assertThrows(UncheckedIOException.class, () -> a.copyTo(0, some, 0, 1));
        assertTrue(Thread.interrupted());
        a.copyTo(7, some, 0, 1);
        assertEquals(7, some[0]);
        try (var files = Files.list(folder)) {
            for (Path f : files.toList()) {
                Files.delete(f);
            }
        }
        assertArrayEquals(all, a.floats());
    }

    /** Files of more than 2 GB: zeros that nobody wrote take no room. */
    @Test
    void tensorsMayBeLongerThanTwoGigabytes() throws IOException {
        int n = 600_000_000;
        long bytes = (long) n * Float.BYTES;
        Path prefix = folder.resolve("long");
        try (FileChannel shard = FileChannel.open(
                Shards.file(prefix, 0, 1),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE)) {
            ByteBuffer last =
                    ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 3);
            shard.write(last, bytes - 4);
        }
        CRC32C crc = new CRC32C();
        byte[] zeros = new byte[1 << 20];
        for (long at = 0; at < bytes - 4; at += zeros.length) {
            crc.update(zeros, 0, (int) Math.min(zeros.length, bytes - 4 - at));
        }
        crc.update(new byte[] {0, 0, 0x40, 0x40});
        SortedMap<String, byte[]> index = new TreeMap<>();
        index.put("", BundleHeaderProto.newBuilder().setNumShards(1).build().toByteArray());
        index.put(
                "a",
                BundleEntryProto.newBuilder()
                        .setDtype(DataType.DT_FLOAT)
                        .setShape(Protos.shape(Shape.of(n)))
                        .setSize(bytes)
                        .setCrc32C(Checksum.mask((int) crc.getValue()))
                        .build()
                        .toByteArray());
        Files.write(Bundle.index(prefix), IndexTableWriter.write(index));
        float[] some = new float[2];
        Bundle.open(prefix, size -> true).read("a").copyTo(n - 2, some, 0, 2);
        assertArrayEquals(new float[] {0, 3}, some);
    }

    /** Every byte of the files may be another: the error is one of ours, soon, or what is read is what was written. */
    @ParameterizedTest
    @CsvSource({
        "types.index, false",
        "types.index, true",
        "types.data-00000-of-00001, false",
        "types.data-00000-of-00001, true",
        "sliced.index, false",
    })
    void damageIsTold(String damaged, boolean large) throws IOException {
        String name = damaged.substring(0, damaged.indexOf('.'));
        Map<String, Tensor> whole = readAll(FIXTURES.resolve(name), false);
        for (Path f : files(name)) {
            Files.copy(f, folder.resolve(f.getFileName()));
        }
        Path file = folder.resolve(damaged);
        byte[] bytes = Files.readAllBytes(file);
        Random random = new Random(7);
        int told = 0;
        for (int i = 0; i < 400; i++) {
            byte[] other = bytes.clone();
            int at = random.nextInt(other.length);
            if (i % 10 == 0) {
                other = java.util.Arrays.copyOf(other, at);
            } else {
                other[at] ^= (byte) (1 + random.nextInt(255));
            }
            Files.write(file, other);
            try {
                Map<String, Tensor> was = Assertions.assertTimeoutPreemptively(
                        Duration.ofSeconds(20), () -> readAll(folder.resolve(name), large));
                if (was.size() == whole.size()) {
                    assertEquals(whole, was, damaged + " at " + at);
                }
            } catch (ModelFormatException | dev.posthorn.model.UnsupportedModelException e) {
                assertTrue(e.getMessage().contains("expected"), e::getMessage);
                told++;
            }
        }
        assertTrue(told > 300, told + " of 400 were told");
    }

    private static List<Path> files(String name) throws IOException {
        List<Path> files = new ArrayList<>();
        try (var all = Files.list(FIXTURES)) {
            all.filter(f -> f.getFileName().toString().startsWith(name + ".")).forEach(files::add);
        }
        return files;
    }

    private static Map<String, Tensor> readAll(Path prefix, boolean large) throws IOException {
        Bundle bundle = Bundle.open(prefix, bytes -> large);
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (String key : bundle.keys()) {
            all.put(key, bundle.read(key));
        }
        return all;
    }

    @Test
    void blocksMayBeCompressed() {
        byte[] compressed = {12, 0x0c, 'a', 'b', 'c', 'd', 0x11, 4}; // 4 literals, 8 copied
        assertThrows(
                ModelFormatException.class,
                () -> SnappyBlock.decompress(java.nio.ByteBuffer.wrap(new byte[] {(byte) 0xff, 0x7f, 0}), "test"));
        java.nio.ByteBuffer out = SnappyBlock.decompress(java.nio.ByteBuffer.wrap(compressed), "test");
        byte[] text = new byte[out.remaining()];
        out.get(text);
        assertEquals("abcdabcdabcd", new String(text, java.nio.charset.StandardCharsets.US_ASCII));
    }
}
