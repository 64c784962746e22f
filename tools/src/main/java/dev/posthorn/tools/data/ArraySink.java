package dev.posthorn.tools.data;

import dev.posthorn.ir.Tensor;
import dev.posthorn.numpy.NpyWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** One output as {@code .npy}. */
final class ArraySink implements Sink {
    private final NpyWriter file;

    ArraySink(Path file) throws IOException {
        this.file = new NpyWriter(file);
    }

    @Override
    public void append(List<Tensor> batch) throws IOException {
        file.append(batch.get(0));
    }

    @Override
    public void finish() throws IOException {
        file.finish();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
