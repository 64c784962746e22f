package dev.posthorn.numpy;

import dev.posthorn.file.AtomicFile;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a {@code .npy} file part by part along the first axis; memory is that of one part (strings, whose width is that
 * of the longest, are kept until the end). The file appears with {@link #finish}; closed before, nothing does.
 */
public final class NpyWriter implements Closeable {
    private final AtomicFile file;
    private final OutputStream out;
    private final List<Tensor> strings = new ArrayList<>();
    private TensorType type;
    private long rows;

    public NpyWriter(Path target) throws IOException {
        file = AtomicFile.create(target);
        out = file.stream();
    }

    /** Adds rows; all parts have one element type, and one shape but for the first axis. A single value must be the only one. */
    public void append(Tensor part) throws IOException {
        boolean single = part.shape().rank() == 0;
        if (single && type != null) {
            throw new ShapeException("npy: expected rows but was a single value of " + part.dtype());
        }
        TensorType rowType = ElementType.writable(
                single ? part.type() : part.type().withShape(part.shape().with(0, Shape.UNKNOWN)));
        if (type == null) {
            type = rowType;
            if (!(part.data() instanceof byte[][])) {
                out.write(Header.write(type, 0, 0));
            }
        } else if (!type.equals(rowType)) {
            throw new ShapeException("npy: expected rows of " + type + " but was " + rowType);
        }
        rows += single ? 0 : part.shape().dim(0);
        if (part.data() instanceof byte[][]) {
            strings.add(part);
        } else {
            Npy.write(out, part.cast(type.dtype()), 0);
        }
    }

    /** Completes the header and puts the file in its place. */
    public void finish() throws IOException {
        if (type == null) {
            throw new IllegalStateException("npy: expected at least one part but was none");
        }
        if (strings.isEmpty()) {
            out.flush();
            ByteBuffer header = ByteBuffer.wrap(Header.write(type, 0, rows));
            for (int at = 0; header.hasRemaining(); ) {
                at += file.channel().write(header, at);
            }
        } else {
            int width = strings.stream().mapToInt(ElementType::width).max().getAsInt();
            out.write(Header.write(type, width, rows));
            for (Tensor part : strings) {
                Npy.write(out, part, width);
            }
            out.flush();
        }
        file.commit();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
