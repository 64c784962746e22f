package dev.posthorn.numpy;

import dev.posthorn.file.AtomicFile;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** {@code .npy}: one array a file. Bytes written are those that {@code numpy.save} writes. */
public final class Npy {
    private static final int CHUNK = 1 << 18;

    private Npy() {}

    /** The whole array. Fortran order becomes row-major, text becomes UTF-8. */
    public static Tensor read(Path file) throws IOException {
        try (NpyReader in = NpyReader.open(file)) {
            return in.all();
        }
    }

    /** Writes one array; the file appears whole or not at all. */
    public static void write(Path file, Tensor t) throws IOException {
        try (AtomicFile out = AtomicFile.create(file)) {
            OutputStream stream = out.stream();
            write(stream, t);
            stream.flush();
            out.commit();
        }
    }

    static void write(OutputStream out, Tensor t) throws IOException {
        TensorType type = ElementType.writable(t.type());
        Tensor values = t.cast(type.dtype());
        int width = width(values);
        out.write(Header.write(
                type, width, type.shape().rank() == 0 ? 0 : type.shape().dim(0)));
        write(out, values, width);
    }

    /** The bytes of a string; 0 where elements are no strings. */
    private static int width(Tensor t) {
        return t.data() instanceof byte[][] ? ElementType.width(t) : 0;
    }

    /** The elements without a header. */
    static void write(OutputStream out, Tensor t, int width) throws IOException {
        ElementType element = ElementType.of(t.dtype(), width);
        int n = t.size();
        int step = Math.max(1, CHUNK / element.bytes());
        byte[] chunk = new byte[Math.min(step, n) * element.bytes()];
        for (int i = 0; i < n; i += step) {
            int count = Math.min(step, n - i);
            element.encode(t.data(), i, count, ByteBuffer.wrap(chunk));
            out.write(chunk, 0, count * element.bytes());
        }
    }
}
