package dev.posthorn.keras;

import dev.posthorn.hdf5.Hdf5Dataset;
import dev.posthorn.hdf5.Hdf5Group;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The optimizer's variables in a file, in their order: {@code optimizer/vars/0, 1, …} of {@code .keras};
 * {@code optimizer_weights} of {@code .h5}, in the order of its attribute {@code weight_names}.
 */
final class StoredOptimizer {
    private StoredOptimizer() {}

    /** The datasets that hold them; none where the file has no optimizer. */
    static List<Hdf5Dataset> find(KerasFile file) {
        for (Hdf5Group weights : file.weights().map(KerasWeights::roots).orElse(List.of())) {
            Hdf5Group root = weights.file().root();
            if (root.contains("optimizer_weights")) {
                Hdf5Group group = root.group("optimizer_weights");
                return group.strings("weight_names").orElse(List.of()).stream()
                        .map(group::dataset)
                        .toList();
            }
            if (root.contains("optimizer") && root.group("optimizer").contains("vars")) {
                return numbered(root.group("optimizer/vars"));
            }
        }
        return List.of();
    }

    private static List<Hdf5Dataset> numbered(Hdf5Group vars) {
        List<Hdf5Dataset> all = new ArrayList<>(vars.datasets());
        all.sort(Comparator.comparingInt(d -> number(d, vars)));
        return all;
    }

    private static int number(Hdf5Dataset d, Hdf5Group vars) {
        String name = d.path().substring(d.path().lastIndexOf('/') + 1);
        if (!name.matches("\\d{1,9}")) {
            throw new ModelFormatException(
                    "optimizer: expected variables 0, 1, … but was '" + name + "', at " + vars.where());
        }
        return Integer.parseInt(name);
    }

    /** The values; {@code types} is what the file held when it was loaded. */
    static List<Tensor> read(KerasFile file, List<TensorType> types) throws IOException {
        List<Tensor> values = new ArrayList<>();
        for (Hdf5Dataset d : find(file)) {
            values.add(d.read());
        }
        if (!values.stream().map(Tensor::type).toList().equals(types)) {
            throw new ModelFormatException("optimizer: expected " + types.size()
                    + " variables as when the model was loaded but was " + values.size()
                    + " (was the file changed since?), at " + file.where());
        }
        return values;
    }
}
