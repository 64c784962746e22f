package dev.posthorn.tensorflow;

import dev.posthorn.ir.Tensor;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.tensorflow.bundle.BundleWriter;
import dev.posthorn.tensorflow.bundle.OldCheckpoint;
import dev.posthorn.weights.StoredWeight;
import dev.posthorn.weights.WeightContainer;
import dev.posthorn.weights.WeightEdit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tensors of a checkpoint in the first format of TensorFlow 1. It is written again as one of today's. */
public final class OldCheckpointWeights implements WeightContainer {
    private final Path file;
    private final Map<String, Tensor> tensors;

    private OldCheckpointWeights(Path file, Map<String, Tensor> tensors) {
        this.file = file;
        this.tensors = tensors;
    }

    public static boolean is(Path path) throws IOException {
        return OldCheckpoint.is(path);
    }

    public static OldCheckpointWeights open(Path path) throws IOException {
        return new OldCheckpointWeights(path, OldCheckpoint.read(path));
    }

    @Override
    public List<StoredWeight> weights() {
        List<StoredWeight> all = new ArrayList<>();
        tensors.forEach((name, t) -> all.add(new StoredWeight(
                name,
                t.dtype().toString(),
                Arrays.stream(t.shape().dims()).asLongStream().boxed().toList(),
                Optional.of(t.dtype()),
                () -> t)));
        return all;
    }

    @Override
    public void save(Path target, WeightEdit edit) throws IOException {
        if (edit.prunes() || Files.exists(target) && Files.isSameFile(file, target)) {
            throw new UnsupportedModelException(
                    "weights: expected a checkpoint of today's format to change but was one of"
                            + " TensorFlow 1's first, at " + file
                            + " (rename, replace or cast it into --out NAME.index)");
        }
        Map<String, Tensor> now = new LinkedHashMap<>();
        for (StoredWeight w : weights()) {
            Optional<Tensor> value = edit.value(w);
            now.put(edit.name(w).orElse(w.name()), value.isPresent() ? value.get() : w.read());
        }
        BundleWriter.write(CheckpointWeights.prefix(target), now);
    }

    @Override
    public void close() {
        // all was read
    }
}
