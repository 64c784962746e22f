package dev.posthorn.weights;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A weight in a file.
 *
 * @param name what it is called there
 * @param type the type of its elements, as the container calls it
 * @param shape its shape, whatever size it has
 * @param dtype the type of its elements; absent where they are none of a tensor, such as records
 * @param reader reads it when it is asked for
 */
public record StoredWeight(String name, String type, List<Long> shape, Optional<DType> dtype, Reader reader) {
    /** Reads a weight. */
    public interface Reader {
        Tensor read() throws IOException;
    }

    public StoredWeight {
        shape = List.copyOf(shape);
    }

    public Tensor read() throws IOException {
        return reader.read();
    }

    public long size() {
        return shape.stream().reduce(1L, (a, b) -> a * b);
    }
}
