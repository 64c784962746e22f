package dev.posthorn.numpy;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** An open {@code .npy} file, from which any rows can be read without the others: memory is that of the rows asked for. */
public final class NpyReader implements Closeable {
    private static final int CHUNK = 1 << 18;

    private final Path file;
    private final FileChannel channel;
    private final Header header;

    private NpyReader(Path file, FileChannel channel, Header header) {
        this.file = file;
        this.channel = channel;
        this.header = header;
    }

    /** Opens a file and checks its header and length. */
    public static NpyReader open(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new ModelFormatException("npy: expected a file but was a directory, at " + file);
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            // The stream is not closed: that would close the channel.
            Header header = Header.read(Channels.newInputStream(channel), file.toString());
            checkLength(header, channel.size(), file.toString());
            return new NpyReader(file, channel, header);
        } catch (Throwable e) {
            channel.close();
            throw e;
        }
    }

    /** The type of the whole array. */
    public TensorType type() {
        return header.type();
    }

    /** The whole array. */
    public Tensor all() throws IOException {
        channel.position(header.offset());
        return data(Channels.newInputStream(channel), header, file.toString());
    }

    /** Rows {@code from} to {@code from + count} of the first axis. */
    public Tensor rows(int from, int count) throws IOException {
        Shape shape = header.shape();
        if (shape.rank() == 0 || from < 0 || count < 0 || from + (long) count > shape.dim(0)) {
            throw new IllegalArgumentException("npy: expected rows of " + shape + " but was " + from + " to "
                    + (from + (long) count) + ", at " + file);
        }
        Shape part = shape.with(0, count);
        ElementType element = header.element();
        long row = shape.dim(0) == 0 ? 0 : header.bytes() / shape.dim(0);
        if (!header.fortran()) {
            channel.position(header.offset() + from * row);
            return data(Channels.newInputStream(channel), new Header(element, false, part, 0), file.toString());
        }
        Header h = new Header(element, true, part, 0);
        checkMemory(h, file.toString());
        Tensor columns = Tensor.zeros(h.type());
        ByteBuffer run = ByteBuffer.allocate(Math.multiplyExact(count, element.bytes()));
        for (int i = 0; i < (count == 0 ? 0 : columns.size() / count); i++) {
            long at = header.offset() + (from + (long) i * shape.dim(0)) * element.bytes();
            for (run.clear(); run.hasRemaining(); ) {
                if (channel.read(run, at + run.position()) < 0) {
                    throw truncated(header, file.toString());
                }
            }
            element.decode(run.flip(), columns.data(), i * count, count);
        }
        return rowMajor(columns, element);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    static void checkLength(Header header, long length, String where) {
        long expected = header.offset() + header.bytes();
        if (length != expected) {
            throw new ModelFormatException("npy: expected " + expected + " bytes for "
                    + header.element().descr() + header.shape() + " but was " + length + ", at " + where);
        }
    }

    /** Reads the elements that follow a header. */
    static Tensor data(InputStream in, Header h, String where) throws IOException {
        checkMemory(h, where);
        Tensor out = Tensor.zeros(h.type());
        ElementType element = h.element();
        int n = out.size();
        int step = Math.max(1, CHUNK / Math.max(1, element.bytes()));
        byte[] chunk = new byte[Math.min(step, n) * element.bytes()];
        for (int i = 0; i < n; i += step) {
            int count = Math.min(step, n - i);
            int bytes = count * element.bytes();
            if (in.readNBytes(chunk, 0, bytes) < bytes) {
                throw truncated(h, where);
            }
            element.decode(ByteBuffer.wrap(chunk, 0, bytes), out.data(), i, count);
        }
        return h.fortran() && h.shape().rank() > 1 ? rowMajor(out, element) : out;
    }

    private static ModelFormatException truncated(Header h, String where) {
        String message = "npy: expected " + h.bytes() + " bytes of data but was fewer, at " + where;
        return new ModelFormatException(message, new EOFException());
    }

    /** One line instead of an OutOfMemoryError. */
    private static void checkMemory(Header h, String where) {
        long strings = h.element().dtype() == DType.STRING ? 24 : 0;
        double needed = h.shape().longSize() * (double) (h.element().bytes() + strings);
        long heap = Runtime.getRuntime().maxMemory();
        if (needed > heap || h.shape().longSize() * h.element().slots() > Integer.MAX_VALUE - 8) {
            throw new ModelFormatException(String.format(
                    Locale.ROOT,
                    "npy: expected an array of at most 2^31 elements and %d MB but was %s of " + "%.0f MB, at %s",
                    heap >> 20,
                    h.type(),
                    needed / (1 << 20),
                    where));
        }
    }

    /** Puts elements that lie in Fortran order (the first axis fastest) in row-major order. */
    private static Tensor rowMajor(Tensor fortran, ElementType element) {
        Tensor out = Tensor.zeros(fortran.type());
        int[] dims = fortran.shape().dims();
        int[] stride = new int[dims.length];
        for (int axis = 0, s = 1; axis < dims.length; s *= dims[axis++]) {
            stride[axis] = s;
        }
        int[] index = new int[dims.length];
        int width = element.slots();
        for (int i = 0, from = 0; i < out.size(); i++) {
            System.arraycopy(fortran.data(), from * width, out.data(), i * width, width);
            for (int axis = dims.length - 1; axis >= 0; axis--) {
                from += stride[axis];
                if (++index[axis] < dims[axis]) {
                    break;
                }
                from -= stride[axis] * dims[axis];
                index[axis] = 0;
            }
        }
        return out;
    }
}
