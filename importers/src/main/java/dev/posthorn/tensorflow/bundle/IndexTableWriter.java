package dev.posthorn.tensorflow.bundle;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Writes a table that {@link IndexTable} and TensorFlow read: blocks of about 4 KiB, not compressed. */
final class IndexTableWriter {
    private static final int BLOCK = 4096;
    private static final int RESTART = 16;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private IndexTableWriter() {}

    static byte[] write(SortedMap<String, byte[]> entries) {
        IndexTableWriter w = new IndexTableWriter();
        Block index = new Block(1);
        Block block = new Block(RESTART);
        String last = "";
        for (Map.Entry<String, byte[]> e : entries.entrySet()) {
            block.add(e.getKey(), e.getValue());
            last = e.getKey();
            if (block.size() >= BLOCK) {
                index.add(last, w.place(block));
                block = new Block(RESTART);
            }
        }
        if (block.size() > 0) {
            index.add(last, w.place(block));
        }
        byte[] filters = w.place(new Block(RESTART));
        byte[] places = w.place(index);
        ByteBuffer footer = ByteBuffer.allocate(IndexTable.FOOTER).order(ByteOrder.LITTLE_ENDIAN);
        footer.put(filters).put(places).putLong(IndexTable.FOOTER - 8, IndexTable.MAGIC);
        w.out.writeBytes(footer.array());
        return w.out.toByteArray();
    }

    /** Appends a block; its place, as an index holds it. */
    private byte[] place(Block block) {
        byte[] contents = block.finish();
        ByteArrayOutputStream handle = new ByteArrayOutputStream();
        varint(handle, out.size());
        varint(handle, contents.length);
        out.writeBytes(contents);
        out.write(0);
        int crc = new Checksum().add(contents).add(0, 1).masked();
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(crc)
                .array());
        return handle.toByteArray();
    }

    static void varint(ByteArrayOutputStream to, long value) {
        long v = value;
        while ((v & ~0x7fL) != 0) {
            to.write((int) (v & 0x7f) | 0x80);
            v >>>= 7;
        }
        to.write((int) v);
    }

    /** Keys and values of one block. */
    private static final class Block {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final List<Integer> restarts = new ArrayList<>(List.of(0));
        private final int interval;
        private int count;
        private byte[] before = new byte[0];

        Block(int interval) {
            this.interval = interval;
        }

        int size() {
            return bytes.size();
        }

        void add(String name, byte[] value) {
            byte[] key = name.getBytes(StandardCharsets.ISO_8859_1);
            int shared = 0;
            if (count > 0 && count % interval == 0) {
                restarts.add(bytes.size());
            } else if (count > 0) {
                while (shared < Math.min(key.length, before.length) && key[shared] == before[shared]) {
                    shared++;
                }
            }
            varint(bytes, shared);
            varint(bytes, key.length - shared);
            varint(bytes, value.length);
            bytes.write(key, shared, key.length - shared);
            bytes.writeBytes(value);
            before = key;
            count++;
        }

        byte[] finish() {
            ByteBuffer tail = ByteBuffer.allocate(4 * restarts.size() + 4).order(ByteOrder.LITTLE_ENDIAN);
            restarts.forEach(tail::putInt);
            bytes.writeBytes(tail.putInt(restarts.size()).array());
            return bytes.toByteArray();
        }
    }
}
