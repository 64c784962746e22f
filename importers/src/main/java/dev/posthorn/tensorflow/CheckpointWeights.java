package dev.posthorn.tensorflow;

import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.proto.MetaGraphDef;
import dev.posthorn.tensorflow.bundle.Bundle;
import dev.posthorn.tensorflow.bundle.BundleEdit;
import dev.posthorn.tensorflow.bundle.BundleWriter;
import dev.posthorn.weights.StoredWeight;
import dev.posthorn.weights.WeightContainer;
import dev.posthorn.weights.WeightEdit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tensors of a checkpoint, {@code prefix.index}, by their keys, without what all keys of variables end in; and those of
 * a SavedModel, whose variables are called as the model calls them.
 */
public final class CheckpointWeights implements WeightContainer {
    private static final String SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE";

    private final Optional<Path> folder;
    private final Bundle bundle;
    private final Optional<CheckpointObjects> objects;
    private final Map<String, List<String>> keys = new LinkedHashMap<>();

    private CheckpointWeights(Optional<Path> folder, Bundle bundle) throws IOException {
        this.folder = folder;
        this.bundle = bundle;
        this.objects = CheckpointObjects.of(bundle);
        Set<String> named = new HashSet<>(Set.of(ObjectGraph.KEY));
        if (folder.isPresent()) {
            MetaGraphDef meta = SavedModelFile.serving(SavedModelFormat.read(folder.get()));
            boolean known = objects.isPresent() && meta.hasObjectGraphDef();
            (known ? ObjectGraph.places(meta, bundle) : Map.<String, List<Bundle.Place>>of())
                    .forEach((name, places) -> {
                        List<String> at = places.stream().map(Bundle.Place::key).toList();
                        keys.put(name, at);
                        named.addAll(at);
                    });
        }
        for (String key : bundle.keys()) {
            if (!named.contains(key)) {
                keys.put(plain(key), List.of(key));
            }
        }
    }

    private static String plain(String key) {
        return key.endsWith(SUFFIX) ? key.substring(0, key.length() - SUFFIX.length()) : key;
    }

    /** Whether it is a SavedModel or a checkpoint's index. */
    public static boolean is(Path path) throws IOException {
        return SavedModelFormat.is(path) || Files.isRegularFile(path) && Bundle.isIndex(path);
    }

    public static CheckpointWeights open(Path path) throws IOException {
        return SavedModelFormat.is(path)
                ? new CheckpointWeights(Optional.of(path), Bundle.open(SavedModelFile.checkpoint(path)))
                : new CheckpointWeights(Optional.empty(), Bundle.open(path));
    }

    @Override
    public List<StoredWeight> weights() {
        List<StoredWeight> all = new ArrayList<>();
        keys.forEach((name, at) -> {
            TensorType t = bundle.type(at.get(0));
            List<Long> shape =
                    Arrays.stream(t.shape().dims()).asLongStream().boxed().toList();
            all.add(new StoredWeight(
                    name, t.dtype().toString(), shape, Optional.of(t.dtype()), () -> bundle.read(at.get(0))));
        });
        return all;
    }

    @Override
    public void save(Path target, WeightEdit edit) throws IOException {
        Edits edits = new Edits(edit);
        if (folder.isPresent()) {
            edits.check(folder.get());
            SavedModelOrigin.write(folder.get(), target, edits);
            return;
        }
        BundleWriter.replace(bundle, prefix(target), edits);
    }

    /** The prefix of the checkpoint whose index is to be there. */
    static Path prefix(Path target) {
        String name = target.getFileName().toString();
        if (!name.endsWith(".index")) {
            throw new IllegalArgumentException(
                    "weights: expected a name that ends in .index, as a checkpoint's does, but was '" + name + "'");
        }
        return target.resolveSibling(name.substring(0, name.length() - ".index".length()));
    }

    @Override
    public void close() {
        // tensors are read when they are asked for; nothing stays open
    }

    /** What becomes of the keys. */
    private final class Edits implements BundleEdit {
        private final WeightEdit edit;
        private final Map<String, StoredWeight> weights = new LinkedHashMap<>();
        private final Map<String, String> renamed = new LinkedHashMap<>();
        private final Set<String> dropped;

        Edits(WeightEdit edit) {
            this.edit = edit;
            for (StoredWeight w : weights()) {
                for (String key : keys.get(w.name())) {
                    weights.put(key, w);
                    edit.name(w).ifPresent(n -> renamed.put(key, key.endsWith(SUFFIX) ? n + SUFFIX : n));
                }
            }
            dropped = edit.prunes()
                    ? objects.map(CheckpointObjects::training).orElseGet(() -> Slots1.of(bundle))
                    : Set.of();
        }

        /** Refuses what the functions of a SavedModel would not find again. */
        void check(Path where) throws IOException {
            List<String> problems = new ArrayList<>();
            if (!renamed.isEmpty()) {
                problems.add("other names (its graph holds them)");
            }
            if (!dropped.isEmpty() && objects.isEmpty()) {
                problems.add("to leave out variables, which its graph restores: " + dropped);
            }
            for (StoredWeight w : weights()) {
                Optional<Tensor> value = edit.value(w);
                if (value.isPresent()
                        && !w.dtype().equals(Optional.of(value.get().dtype()))) {
                    problems.add("another type of " + w.name() + ", which its functions take as " + w.type());
                }
            }
            if (!problems.isEmpty()) {
                throw new UnsupportedModelException(
                        "weights: expected new values of a SavedModel's variables but was more: "
                                + String.join("; ", problems) + ", at " + where,
                        problems);
            }
        }

        @Override
        public String key(String key) {
            return renamed.getOrDefault(key, key);
        }

        @Override
        public Optional<Tensor> value(String key) throws IOException {
            if (key.equals(ObjectGraph.KEY)) {
                return renamed.isEmpty() && dropped.isEmpty()
                        ? Optional.empty()
                        : Optional.of(objects.orElseThrow().edited(this::key, edit.prunes()));
            }
            return edit.value(weights.get(key));
        }

        @Override
        public boolean drops(String key) {
            return dropped.contains(key);
        }
    }
}
