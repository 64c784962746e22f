package dev.posthorn.tensorflow.bundle;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.proto.BundleEntryProto;
import dev.posthorn.proto.BundleHeaderProto;
import dev.posthorn.proto.VersionDef;
import dev.posthorn.tensorflow.Protos;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Writes a checkpoint of one shard, which {@link Bundle} and TensorFlow read. */
public final class BundleWriter {
    private BundleWriter() {}

    /** Writes {@code prefix.index} and {@code prefix.data-00000-of-00001}: the tensors in the order of their keys. */
    public static void write(Path prefix, Map<String, Tensor> tensors) throws IOException {
        SortedMap<String, Tensor> sorted = new TreeMap<>();
        tensors.forEach((key, t) -> sorted.put(latin(key), t));
        SortedMap<String, byte[]> index = new TreeMap<>();
        index.put(
                "",
                BundleHeaderProto.newBuilder()
                        .setNumShards(1)
                        .setVersion(VersionDef.newBuilder().setProducer(1))
                        .build()
                        .toByteArray());
        Path shard = prefix.resolveSibling(prefix.getFileName() + ".data-00000-of-00001");
        try (FileChannel out = FileChannel.open(
                shard, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            for (Map.Entry<String, Tensor> e : sorted.entrySet()) {
                index.put(e.getKey(), append(out, e.getValue()).toByteArray());
            }
        }
        Files.write(Bundle.index(prefix), IndexTableWriter.write(index));
    }

    private static String latin(String utf8) {
        return new String(utf8.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static BundleEntryProto append(FileChannel out, Tensor t) throws IOException {
        Checksum crc = new Checksum();
        ByteBuffer bytes = t.dtype() == DType.STRING ? strings(t, crc) : Protos.bytes(t);
        if (t.dtype() != DType.STRING) {
            crc.add(bytes);
        }
        BundleEntryProto entry = BundleEntryProto.newBuilder()
                .setDtype(Protos.dtype(t.dtype()))
                .setShape(Protos.shape(t.shape()))
                .setOffset(out.position())
                .setSize(bytes.remaining())
                .setCrc32C(crc.masked())
                .build();
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
        return entry;
    }

    /** The lengths, their checksum, the bytes. */
    private static ByteBuffer strings(Tensor t, Checksum crc) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] s : t.byteStrings()) {
            IndexTableWriter.varint(out, s.length);
            crc.add(s.length, 4);
        }
        int lengths = crc.masked();
        crc.add(lengths, 4);
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(lengths)
                .array());
        for (byte[] s : t.byteStrings()) {
            out.writeBytes(s);
            crc.add(s);
        }
        return ByteBuffer.wrap(out.toByteArray());
    }
}
