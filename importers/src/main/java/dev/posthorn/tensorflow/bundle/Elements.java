package dev.posthorn.tensorflow.bundle;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.tensorflow.LittleEndian;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** The numbers of a tensor where they lie in a shard, from {@code offset} on; moved in parts, so that no second copy is made. */
record Elements(Shard shard, long offset, DType dtype) implements Tensor.Source {
    private static final int PART = 1 << 18;

    @Override
    public void read(int from, Object into, int at, int count) {
        try {
            read(from, into, at, count, new Checksum());
        } catch (IOException e) {
            throw new UncheckedIOException("checkpoint: expected a readable shard but was " + e, e);
        }
    }

    /** Fills an array; returns the checksum of what was read. */
    Checksum read(Object into) throws IOException {
        Checksum crc = new Checksum();
        read(0, into, 0, Array.getLength(into), crc);
        return crc;
    }

    private void read(int from, Object into, int at, int count, Checksum crc) throws IOException {
        int width = LittleEndian.width(dtype);
        ByteBuffer part = part((long) count * width);
        for (int done = 0; done < count; ) {
            int n = Math.min(part.capacity() / width, count - done);
            shard.read(offset + (long) width * (from + done), part.clear().limit(n * width));
            crc.add(part.flip());
            LittleEndian.get(part, into, at + done, n);
            done += n;
        }
    }

    /** The checksum of {@code bytes} bytes, none of which are kept. */
    Checksum checksum(long bytes) throws IOException {
        Checksum crc = new Checksum();
        ByteBuffer part = part(bytes);
        for (long done = 0; done < bytes; done += part.limit()) {
            shard.read(offset + done, part.clear().limit((int) Math.min(part.capacity(), bytes - done)));
            crc.add(part.flip());
        }
        return crc;
    }

    /** Appends a tensor of numbers to a file; returns the checksum. */
    static Checksum write(Tensor t, FileChannel out) throws IOException {
        int width = LittleEndian.width(t.dtype());
        int count = Math.multiplyExact(t.size(), t.dtype().bytes() / width);
        ByteBuffer part = part((long) count * width);
        Object some = Array.newInstance(Tensor.storage(t.dtype()).getComponentType(), part.capacity() / width);
        Checksum crc = new Checksum();
        for (int done = 0; done < count; ) {
            int n = Math.min(part.capacity() / width, count - done);
            t.copyTo(done, some, 0, n);
            LittleEndian.put(some, 0, n, part.clear());
            crc.add(part.flip());
            while (part.hasRemaining()) {
                out.write(part);
            }
            done += n;
        }
        return crc;
    }

    /** The number of bytes that a tensor of numbers takes. */
    static long bytes(TensorType type) {
        return type.shape().longSize() * type.dtype().bytes();
    }

    private static ByteBuffer part(long most) {
        return ByteBuffer.allocate((int) Math.min(PART, most));
    }
}
