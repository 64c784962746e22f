package dev.posthorn.data;

import dev.posthorn.ir.Tensor;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.numpy.Npz;
import dev.posthorn.train.data.Batch;
import dev.posthorn.train.data.Dataset;
import dev.posthorn.train.data.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Arrays of a NumPy archive as rows. */
public final class NpzData {
    private NpzData() {}

    /** The rows of one array as inputs and of one as targets: {@code read(path, "x_train", "y_train")}. */
    public static Table read(Path file, String x, String y) throws IOException {
        return read(file, List.of(x), List.of(y), List.of());
    }

    /** The rows of arrays as inputs, targets and sample weights, in the model's order. */
    public static Table read(Path file, List<String> x, List<String> y, List<String> sampleWeight) throws IOException {
        try (Npz npz = Npz.open(file)) {
            return Dataset.of(new Batch(arrays(npz, x, file), arrays(npz, y, file), arrays(npz, sampleWeight, file)));
        }
    }

    private static Map<String, Tensor> arrays(Npz npz, List<String> keys, Path file) throws IOException {
        Map<String, Tensor> out = new LinkedHashMap<>();
        for (String key : keys) {
            if (!npz.names().contains(key)) {
                throw new ModelFormatException(
                        "npz: expected one of " + npz.names() + " but was '" + key + "', at " + file);
            }
            out.put(String.valueOf(out.size()), npz.get(key));
        }
        return out;
    }
}
