package dev.posthorn.tensorflow.bundle;

import dev.posthorn.model.ModelFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A sorted table in LevelDB's format: blocks of keys (each as what differs from the one before) and values, a block of
 * the blocks' places, a footer. Keys are read as ISO-8859-1, so that they sort as their bytes.
 */
final class IndexTable {
    static final int FOOTER = 48;
    static final long MAGIC = 0xdb4775248b80fb57L;
    static final int TRAILER = 5;

    private static final long MOST_BYTES = 1L << 30;

    private final Map<String, byte[]> entries;

    private IndexTable(Map<String, byte[]> entries) {
        this.entries = entries;
    }

    /** Whether a file of these last bytes may be a table. */
    static boolean is(ByteBuffer last) {
        return last.remaining() >= 8 && last.order(ByteOrder.LITTLE_ENDIAN).getLong(last.limit() - 8) == MAGIC;
    }

    static IndexTable read(FileChannel file, Path path) throws IOException {
        long size = file.size();
        if (size < FOOTER || size > MOST_BYTES) {
            throw new ModelFormatException(
                    "checkpoint index: expected a table of at least 48 bytes but was " + size + " bytes, at " + path);
        }
        ByteBuffer whole = file.map(FileChannel.MapMode.READ_ONLY, 0, size).order(ByteOrder.LITTLE_ENDIAN);
        if (!is(whole)) {
            throw new ModelFormatException(
                    "checkpoint index: expected a table (its last eight bytes say so) but was another file, at "
                            + path);
        }
        String where = path.toString();
        Cursor footer = new Cursor(whole.slice((int) size - FOOTER, FOOTER - 8), where);
        footer.varint();
        footer.varint(); // the block of filters, which is not needed
        Map<String, byte[]> entries = new TreeMap<>();
        long[] total = {4 * size + (1 << 20)};
        for (Map.Entry<String, byte[]> block :
                block(whole, footer.varint(), footer.varint(), where, total).entrySet()) {
            Cursor handle = new Cursor(ByteBuffer.wrap(block.getValue()), where);
            entries.putAll(block(whole, handle.varint(), handle.varint(), where, total));
        }
        return new IndexTable(entries);
    }

    /** The values by key, in order. */
    Map<String, byte[]> entries() {
        return entries;
    }

    /** The entries of the block that lies there; all blocks together have at most {@code left[0]} bytes of keys. */
    private static Map<String, byte[]> block(ByteBuffer whole, long offset, long size, String where, long[] left) {
        String at = where + " (block at " + offset + ")";
        if (offset < 0 || size < 4 || offset > whole.limit() || size > whole.limit() - offset - TRAILER) {
            throw new ModelFormatException(
                    "checkpoint index: expected a block inside of the file but was " + size + " bytes, at " + at);
        }
        int n = (int) size;
        ByteBuffer stored = whole.slice((int) offset, n + TRAILER).order(ByteOrder.LITTLE_ENDIAN);
        int crc = stored.getInt(n + 1);
        int was = new Checksum().add(stored.slice(0, n + 1)).masked();
        if (crc != was) {
            throw new ModelFormatException(String.format(
                    "checkpoint index: expected checksum %08x but was %08x (the file is damaged), at %s",
                    crc, was, at));
        }
        int type = stored.get(n);
        if (type != 0 && type != 1) {
            throw new ModelFormatException(
                    "checkpoint index: expected a plain or Snappy block but was kind " + type + ", at " + at);
        }
        ByteBuffer contents = type == 0 ? stored.slice(0, n) : SnappyBlock.decompress(stored.slice(0, n), at);
        contents.order(ByteOrder.LITTLE_ENDIAN);
        int length = contents.limit();
        int restarts = length < 4 ? -1 : contents.getInt(length - 4);
        if (restarts < 0 || restarts > (length - 4) / 4) {
            throw new ModelFormatException(
                    "checkpoint index: expected restart points but was " + restarts + ", at " + at);
        }
        return entries(new Cursor(contents.slice(0, length - 4 - 4 * restarts), at), at, left);
    }

    private static Map<String, byte[]> entries(Cursor in, String where, long[] left) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        byte[] key = new byte[0];
        while (in.hasMore()) {
            int shared = in.count(key.length, "shared bytes of a key");
            int own = in.count(in.remaining(), "bytes of a key");
            int value = in.count(in.remaining(), "bytes of a value");
            byte[] next = Arrays.copyOf(key, shared + own);
            in.bytes(own).get(next, shared, own);
            key = next;
            left[0] -= key.length;
            if (left[0] < 0) {
                throw new ModelFormatException(
                        "checkpoint index: expected keys that fit the file but was far more, at " + where);
            }
            entries.put(new String(key, StandardCharsets.ISO_8859_1), in.array(value));
        }
        return entries;
    }
}
