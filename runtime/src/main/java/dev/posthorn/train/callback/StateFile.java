package dev.posthorn.train.callback;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UTFDataFormatException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * Named tensors in a file that is there whole or not at all: it is written beside its place, forced to the disk, and then
 * moved there. A magic number, a version, the count; for each its name, dtype, dimensions and elements; a checksum of it all.
 */
final class StateFile {
    private static final int MAGIC = 0x50484f53;
    private static final int VERSION = 1;

    private StateFile() {}

    static void write(Path file, Map<String, Tensor> tensors) throws IOException {
        Path parts = file.resolveSibling(file.getFileName() + ".part");
        try (FileChannel channel = FileChannel.open(
                parts, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            CheckedOutputStream checked = new CheckedOutputStream(
                    new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16), new CRC32C());
            DataOutputStream out = new DataOutputStream(checked);
            out.writeInt(MAGIC);
            out.writeInt(VERSION);
            out.writeInt(tensors.size());
            for (Map.Entry<String, Tensor> e : tensors.entrySet()) {
                out.writeUTF(e.getKey());
                write(out, e.getValue());
            }
            out.writeLong(checked.getChecksum().getValue());
            out.flush();
            channel.force(true);
        }
        Files.move(parts, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void write(DataOutputStream out, Tensor t) throws IOException {
        out.writeUTF(t.dtype().keras());
        out.writeInt(t.shape().rank());
        for (int d : t.shape().dims()) {
            out.writeInt(d);
        }
        ByteBuffer chunk = ByteBuffer.allocate(1 << 13);
        Elements elements = Elements.of(t);
        for (int i = 0; i < elements.size(); i++) {
            if (chunk.remaining() < 8) {
                flush(out, chunk);
            }
            elements.put(i, chunk);
        }
        flush(out, chunk);
    }

    private static void flush(OutputStream out, ByteBuffer chunk) throws IOException {
        out.write(chunk.array(), 0, chunk.position());
        chunk.clear();
    }

    static Map<String, Tensor> read(Path file) throws IOException {
        long bytes = Files.size(file);
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            CheckedInputStream checked = new CheckedInputStream(raw, new CRC32C());
            DataInputStream in = new DataInputStream(checked);
            if (in.readInt() != MAGIC || in.readInt() != VERSION) {
                throw new ModelFormatException("state: expected a training's state of version " + VERSION
                        + " but was another file, at " + file);
            }
            int count = in.readInt();
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (int i = 0; i < count; i++) {
                tensors.put(in.readUTF(), read(in, bytes, file));
            }
            long sum = checked.getChecksum().getValue();
            if (in.readLong() != sum) {
                throw damaged(file, "another checksum");
            }
            return tensors;
        } catch (EOFException | UTFDataFormatException e) {
            throw damaged(file, "a truncated one");
        }
    }

    private static Tensor read(DataInputStream in, long bytes, Path file) throws IOException {
        String name = in.readUTF();
        DType dtype = DType.ofKeras(name).filter(d -> d.bytes() > 0).orElseThrow(() -> damaged(file, "dtype " + name));
        int rank = in.readInt();
        if (rank < 0 || rank > 64) {
            throw damaged(file, "rank " + rank);
        }
        int[] dims = new int[rank];
        long size = dtype.bytes();
        for (int i = 0; i < rank; i++) {
            dims[i] = in.readInt();
            size = dims[i] < 0 || size > bytes ? Long.MAX_VALUE : size * Math.max(1, dims[i]);
            if (size > Math.max(bytes, 8) && dims[i] != 0) {
                throw damaged(file, "dimension " + dims[i]);
            }
        }
        Tensor t = Tensor.zeros(new TensorType(dtype, Shape.of(dims)));
        Elements elements = Elements.of(t);
        byte[] chunk = new byte[elements.bytes() * 1024];
        for (int i = 0; i < elements.size(); i += 1024) {
            int n = Math.min(1024, elements.size() - i);
            in.readFully(chunk, 0, n * elements.bytes());
            ByteBuffer b = ByteBuffer.wrap(chunk);
            for (int j = 0; j < n; j++) {
                elements.get(i + j, b);
            }
        }
        return t;
    }

    private static ModelFormatException damaged(Path file, String was) {
        return new ModelFormatException("state: expected an intact file but was " + was + ", at " + file);
    }

    /** The elements of a tensor's storage, one at a time. */
    private interface Elements {
        int size();

        int bytes();

        void put(int i, ByteBuffer to);

        void get(int i, ByteBuffer from);

        static Elements of(Tensor t) {
            Object data = t.data();
            if (data instanceof float[] a) {
                return of(a.length, 4, (i, b) -> b.putFloat(a[i]), (i, b) -> a[i] = b.getFloat());
            } else if (data instanceof double[] a) {
                return of(a.length, 8, (i, b) -> b.putDouble(a[i]), (i, b) -> a[i] = b.getDouble());
            } else if (data instanceof short[] a) {
                return of(a.length, 2, (i, b) -> b.putShort(a[i]), (i, b) -> a[i] = b.getShort());
            } else if (data instanceof int[] a) {
                return of(a.length, 4, (i, b) -> b.putInt(a[i]), (i, b) -> a[i] = b.getInt());
            } else if (data instanceof long[] a) {
                return of(a.length, 8, (i, b) -> b.putLong(a[i]), (i, b) -> a[i] = b.getLong());
            } else if (data instanceof byte[] a) {
                return of(a.length, 1, (i, b) -> b.put(a[i]), (i, b) -> a[i] = b.get());
            }
            throw new IllegalArgumentException("state: expected numbers but was " + t.type());
        }

        /** One element to or from a buffer. */
        interface Move {
            void move(int i, ByteBuffer buffer);
        }

        private static Elements of(int size, int bytes, Move put, Move get) {
            return new Elements() {
                @Override
                public int size() {
                    return size;
                }

                @Override
                public int bytes() {
                    return bytes;
                }

                @Override
                public void put(int i, ByteBuffer to) {
                    put.move(i, to);
                }

                @Override
                public void get(int i, ByteBuffer from) {
                    get.move(i, from);
                }
            };
        }
    }
}
