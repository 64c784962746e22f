package dev.posthorn.tensorflow.bundle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/** Checkpoints whose index has right checksums, whatever is in it: so that damage gets behind the check. */
public final class SealedBundle {
    private SealedBundle() {}

    /** Entries as bytes: the length of a key, the key, the length of its value in two bytes, the value; and so on. */
    public static byte[] entries(Path index) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(1 << 20);
        try (var in = java.nio.channels.FileChannel.open(index)) {
            IndexTable.read(in, index).entries().forEach((key, value) -> {
                out.put((byte) key.length()).put(key.getBytes(StandardCharsets.ISO_8859_1));
                out.putShort((short) value.length).put(value);
            });
        }
        byte[] all = new byte[out.flip().remaining()];
        out.get(all);
        return all;
    }

    /** Writes the index that holds what {@link #entries} made, or what became of it. */
    public static void write(byte[] entries, Path index) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(entries);
        SortedMap<String, byte[]> table = new TreeMap<>();
        while (in.remaining() > 0) {
            byte[] key = new byte[Math.min(in.get() & 0xff, in.remaining())];
            in.get(key);
            byte[] value = new byte[in.remaining() < 2 ? 0 : Math.min(in.getShort() & 0xffff, in.remaining())];
            in.get(value);
            table.put(new String(key, StandardCharsets.ISO_8859_1), value);
        }
        Files.write(index, IndexTableWriter.write(table));
    }
}
