package dev.posthorn.tools.data;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.numpy.NpyReader;
import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Array;

/** The values for one input; rows can be taken without the others. */
public interface Source extends Closeable {
    /** The type of all rows together. */
    TensorType type();

    Tensor all() throws IOException;

    Tensor rows(int from, int count) throws IOException;

    @Override
    default void close() throws IOException {}

    /** A tensor in memory. */
    static Source of(Tensor t) {
        return new Source() {
            @Override
            public TensorType type() {
                return t.type();
            }

            @Override
            public Tensor all() {
                return t;
            }

            @Override
            public Tensor rows(int from, int count) {
                Shape shape = t.shape().with(0, count);
                Tensor out = Tensor.zeros(t.type().withShape(shape));
                int row = t.shape().dim(0) == 0
                        ? 0
                        : Array.getLength(t.data()) / t.shape().dim(0);
                System.arraycopy(t.data(), from * row, out.data(), 0, count * row);
                return out;
            }
        };
    }

    /** An array file, read as rows are asked for. */
    static Source of(NpyReader file) {
        return new Source() {
            @Override
            public TensorType type() {
                return file.type();
            }

            @Override
            public Tensor all() throws IOException {
                return file.all();
            }

            @Override
            public Tensor rows(int from, int count) throws IOException {
                return file.rows(from, count);
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        };
    }
}
