package dev.posthorn.numpy;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Array;

/** An array whose rows (along its first axis) are read one after the other. */
public final class NpyRows implements Closeable {
    private final InputStream in;
    private final Header header;
    private final String where;
    private final Tensor whole;
    private int read;

    NpyRows(InputStream in, Header header, String where) throws IOException {
        if (header.shape().rank() == 0) {
            throw new ModelFormatException("npy: expected rows but was a single value, at " + where);
        }
        this.in = in;
        this.header = header;
        this.where = where;
        boolean columns = header.fortran() && header.shape().rank() > 1;
        this.whole = columns ? NpyReader.data(in, header, where) : null;
    }

    /** The type of the whole array. */
    public TensorType type() {
        return header.type();
    }

    public int size() {
        return header.shape().dim(0);
    }

    /** The next rows: as many as asked for, or those that are left. */
    public Tensor next(int count) throws IOException {
        int rows = Math.min(count, size() - read);
        Shape shape = header.shape().with(0, rows);
        read += rows;
        if (whole == null) {
            return NpyReader.data(in, new Header(header.element(), false, shape, 0), where);
        }
        Tensor out = Tensor.zeros(header.type().withShape(shape));
        int row = size() == 0 ? 0 : Array.getLength(whole.data()) / size();
        System.arraycopy(whole.data(), (read - rows) * row, out.data(), 0, rows * row);
        return out;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
