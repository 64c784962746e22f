package dev.posthorn.hdf5;

import dev.posthorn.model.ModelFormatException;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The bytes of one file, read at 64-bit addresses and always within bounds. Reads are positional, never mapped: nothing
 * keeps the file open or locked after {@link #close}, and there is no 2 GB limit. Safe for use by several threads.
 */
final class Bytes {
    /** Addresses with every bit set: nothing is there. */
    static final long UNDEFINED = -1;

    private static final int BLOCK = 1 << 16;
    private static final int BLOCKS = 32;

    /** Fills {@code into} from position {@code at}; asked only for ranges within {@code size}. */
    private interface Source {
        void read(long at, ByteBuffer into) throws IOException;
    }

    private final String name;
    private final Source source;
    private final long size;
    private final Closeable resource;
    private volatile boolean closed;
    private long base;
    private int offsetSize = 8;
    private int lengthSize = 8;
    private final Map<Long, byte[]> blocks = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, byte[]> eldest) {
            return size() > BLOCKS;
        }
    };

    private Bytes(String name, Source source, long size, Closeable resource) {
        this.name = name;
        this.source = source;
        this.size = size;
        this.resource = resource;
    }

    /** The region of {@code channel} that starts at {@code start}; {@code resource} is closed with it. */
    static Bytes of(String name, FileChannel channel, long start, long size, Closeable resource) {
        return new Bytes(
                name,
                (at, into) -> {
                    long from = start + at;
                    while (into.hasRemaining()) {
                        int n = channel.read(into, from);
                        if (n < 0) {
                            throw new Malformed(
                                    "a file of at least " + (from + into.remaining()) + " bytes",
                                    from + " (it shrank)");
                        }
                        from += n;
                    }
                },
                size,
                resource);
    }

    /** The remaining bytes of {@code buffer}. */
    static Bytes of(String name, ByteBuffer buffer) {
        ByteBuffer all = buffer.slice();
        return new Bytes(
                name, (at, into) -> into.put(all.slice((int) at, into.remaining())), all.remaining(), () -> {});
    }

    /** After the superblock is found: where addresses count from, and the widths of addresses and lengths. */
    synchronized void format(long base, int offsetSize, int lengthSize) {
        blocks.clear();
        this.base = base;
        this.offsetSize = offsetSize;
        this.lengthSize = lengthSize;
    }

    int offsetSize() {
        return offsetSize;
    }

    int lengthSize() {
        return lengthSize;
    }

    String name() {
        return name;
    }

    /** Bytes from the base address to the end of the file. */
    long size() {
        return size - base;
    }

    /** Throws unless {@code length} bytes at {@code address} lie within the file. */
    void check(long address, long length) {
        if (address < 0 || length < 0 || address > size() - length) {
            throw new Malformed(
                    "an address range within the file's " + size() + " bytes", length + " bytes at " + address);
        }
    }

    /** Fills {@code into} from {@code address}, past all caches. */
    void read(long address, ByteBuffer into) {
        check(address, into.remaining());
        if (closed) {
            throw new IllegalStateException("Hdf5File: expected an open file but was closed, at " + name);
        }
        try {
            source.read(base + address, into);
        } catch (IOException e) {
            throw new UncheckedIOException("Hdf5File: expected a readable file but was " + e + ", at " + name, e);
        }
    }

    /** A copy of {@code length} bytes of metadata. */
    byte[] metadata(long address, int length) {
        check(address, length);
        byte[] out = new byte[length];
        if (length > BLOCK) {
            read(address, ByteBuffer.wrap(out));
            return out;
        }
        for (int done = 0; done < length; ) {
            long block = (address + done) / BLOCK;
            int from = (int) (address + done - block * BLOCK);
            byte[] bytes = block(block);
            int n = Math.min(length - done, bytes.length - from);
            System.arraycopy(bytes, from, out, done, n);
            done += n;
        }
        return out;
    }

    private synchronized byte[] block(long number) {
        byte[] bytes = blocks.get(number);
        if (bytes == null) {
            bytes = new byte[(int) Math.min(BLOCK, size() - number * BLOCK)];
            read(number * BLOCK, ByteBuffer.wrap(bytes));
            blocks.put(number, bytes);
        }
        return bytes;
    }

    /** A new walk over metadata. */
    Walk walk() {
        return new Walk(this);
    }

    /** Runs a decoder; whatever it finds wrong becomes one ModelFormatException with file and inner path. */
    <T> T at(String path, Supplier<T> decode) {
        try {
            return decode.get();
        } catch (Malformed e) {
            throw new ModelFormatException("Hdf5File: " + e.getMessage() + ", at " + name + "!" + path, e);
        } catch (IndexOutOfBoundsException
                | java.nio.BufferUnderflowException
                | IllegalArgumentException
                | ArithmeticException
                | NegativeArraySizeException
                | StackOverflowError e) {
            throw new ModelFormatException(
                    "Hdf5File: expected intact HDF5 structures but was damaged (" + e + "), at " + name + "!" + path,
                    e);
        }
    }

    synchronized void close() {
        closed = true;
        blocks.clear();
        try {
            resource.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Hdf5File: expected the file to close but was " + e + ", at " + name, e);
        }
    }
}
