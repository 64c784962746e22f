package dev.posthorn.tools.data;

import dev.posthorn.file.AtomicFile;
import dev.posthorn.ir.Tensor;
import dev.posthorn.tools.InputException;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * A line for each row; a column {@code name} for an output of one value, else {@code name.0}, {@code name.1}, …, with an
 * index for each axis.
 */
final class CsvSink implements Sink {
    private final Path path;
    private final List<String> names;
    private final AtomicFile file;
    private final Writer writer;
    private final CSVPrinter csv;
    private boolean started;

    CsvSink(Path path, List<String> names) throws IOException {
        this.path = path;
        this.names = names;
        file = AtomicFile.create(path);
        writer = new OutputStreamWriter(file.stream(), StandardCharsets.UTF_8);
        csv = new CSVPrinter(
                writer, CSVFormat.DEFAULT.builder().setRecordSeparator('\n').get());
    }

    @Override
    public void append(List<Tensor> batch) throws IOException {
        if (!started) {
            started = true;
            header(batch);
        }
        int rows = batch.get(0).shape().dim(0);
        for (int r = 0; r < rows; r++) {
            for (Tensor t : batch) {
                int width = t.size() / rows;
                for (int i = 0; i < width; i++) {
                    csv.print(Values.text(t, r * width + i));
                }
            }
            csv.println();
        }
    }

    private void header(List<Tensor> batch) throws IOException {
        for (int i = 0; i < batch.size(); i++) {
            Tensor t = batch.get(i);
            if (t.shape().rank() == 0
                    || t.shape().dim(0) != batch.get(0).shape().dim(0)) {
                throw new InputException("csv: expected outputs of equally many rows but was "
                        + batch.stream().map(Tensor::type).toList() + ", at " + path + " (write .npz or .json)");
            }
            List<String> columns = List.of(names.get(i));
            for (int axis = 1; axis < t.shape().rank() && t.size() != t.shape().dim(0); axis++) {
                List<String> next = new ArrayList<>();
                for (String c : columns) {
                    for (int k = 0; k < t.shape().dim(axis); k++) {
                        next.add(c + "." + k);
                    }
                }
                columns = next;
            }
            for (String c : columns) {
                csv.print(c);
            }
        }
        csv.println();
    }

    @Override
    public void finish() throws IOException {
        csv.flush();
        file.commit();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
