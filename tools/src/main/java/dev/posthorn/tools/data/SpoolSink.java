package dev.posthorn.tools.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import dev.posthorn.file.AtomicFile;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.numpy.NpyReader;
import dev.posthorn.numpy.NpyWriter;
import dev.posthorn.numpy.Npz;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Several outputs in one file, {@code .npz} or {@code .json}. Each output lies in a temporary file until all rows are
 * there. JSON is what {@code --input} takes: nested arrays, and an object of names where there are several outputs.
 */
final class SpoolSink implements Sink {
    private static final int ROWS = 256;

    private final Path file;
    private final boolean json;
    private final Scratch scratch;
    private final Map<String, Path> parts = new LinkedHashMap<>();
    private final List<NpyWriter> writers = new ArrayList<>();

    SpoolSink(Path file, List<String> names, boolean json) throws IOException {
        AtomicFile.create(file).close(); // fails now, not when all is computed
        this.file = file;
        this.json = json;
        this.scratch = new Scratch();
        for (String name : names) {
            Path part = scratch.folder().resolve(parts.size() + ".npy");
            parts.put(name, part);
            writers.add(new NpyWriter(part));
        }
    }

    @Override
    public void append(List<Tensor> batch) throws IOException {
        for (int i = 0; i < writers.size(); i++) {
            writers.get(i).append(batch.get(i));
        }
    }

    @Override
    public void finish() throws IOException {
        for (NpyWriter w : writers) {
            w.finish();
        }
        if (!json) {
            Npz.pack(file, parts);
            return;
        }
        try (AtomicFile target = AtomicFile.create(file)) {
            OutputStream out = target.stream();
            JsonGenerator g = new JsonFactory().createGenerator(out);
            g.setPrettyPrinter(new RowPrinter());
            if (parts.size() > 1) {
                g.writeStartObject();
            }
            for (Map.Entry<String, Path> part : parts.entrySet()) {
                if (parts.size() > 1) {
                    g.writeFieldName(part.getKey());
                }
                write(part.getValue(), g);
            }
            if (parts.size() > 1) {
                g.writeEndObject();
            }
            g.writeRaw('\n');
            g.flush();
            target.commit();
        }
    }

    /** A line for each row, none inside of a row. */
    private static final class RowPrinter extends MinimalPrettyPrinter {
        private static final long serialVersionUID = 1;

        private static void line(JsonGenerator g) throws IOException {
            if (g.getOutputContext().inArray()
                    && !g.getOutputContext().getParent().inArray()) {
                g.writeRaw('\n');
            }
        }

        @Override
        public void beforeArrayValues(JsonGenerator g) throws IOException {
            line(g);
        }

        @Override
        public void writeArrayValueSeparator(JsonGenerator g) throws IOException {
            g.writeRaw(',');
            line(g);
        }

        @Override
        public void writeEndArray(JsonGenerator g, int values) throws IOException {
            line(g);
            g.writeRaw(']');
        }
    }

    private static void write(Path part, JsonGenerator g) throws IOException {
        try (NpyReader in = NpyReader.open(part)) {
            if (in.type().shape().rank() == 0) {
                value(in.all(), 0, g);
                return;
            }
            int rows = in.type().shape().dim(0);
            g.writeStartArray();
            for (int from = 0; from < rows; from += ROWS) {
                int count = Math.min(ROWS, rows - from);
                Tensor t = in.rows(from, count);
                for (int r = 0; r < count; r++) {
                    array(t, 1, r * (t.size() / count), g);
                }
            }
            g.writeEndArray();
        }
    }

    private static void array(Tensor t, int axis, int at, JsonGenerator g) throws IOException {
        if (axis == t.shape().rank()) {
            value(t, at, g);
            return;
        }
        int step = t.shape().size(axis + 1, t.shape().rank());
        g.writeStartArray();
        for (int i = 0; i < t.shape().dim(axis); i++) {
            array(t, axis + 1, at + i * step, g);
        }
        g.writeEndArray();
    }

    private static void value(Tensor t, int i, JsonGenerator g) throws IOException {
        if (t.dtype() == DType.STRING) {
            g.writeString(t.getString(i));
        } else if (t.dtype() == DType.BOOL) {
            g.writeBoolean(t.getLong(i) != 0);
        } else if (t.dtype().kind() == DType.Kind.COMPLEX) {
            boolean narrow = t.dtype() == DType.COMPLEX64;
            g.writeStartArray();
            g.writeNumber(narrow ? t.floats()[2 * i] : t.doubles()[2 * i]);
            g.writeNumber(narrow ? t.floats()[2 * i + 1] : t.doubles()[2 * i + 1]);
            g.writeEndArray();
        } else if (t.dtype() == DType.FLOAT64) {
            g.writeNumber(t.getDouble(i));
        } else if (t.dtype().isFloating()) {
            g.writeNumber((float) t.getDouble(i)); // the shortest text that reads back as the same float
        } else if (t.dtype() == DType.UINT64) {
            g.writeNumber(Long.toUnsignedString(t.getLong(i)));
        } else {
            g.writeNumber(t.getLong(i));
        }
    }

    @Override
    public void close() throws IOException {
        for (NpyWriter w : writers) {
            w.close();
        }
        scratch.close();
    }
}
