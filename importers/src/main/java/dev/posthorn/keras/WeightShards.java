package dev.posthorn.keras;

import dev.posthorn.file.AtomicFile;
import dev.posthorn.hdf5.Hdf5Dataset;
import dev.posthorn.hdf5.Hdf5Draft;
import dev.posthorn.hdf5.Hdf5File;
import dev.posthorn.weights.StoredWeight;
import dev.posthorn.weights.WeightContainer;
import dev.posthorn.weights.WeightEdit;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Weights in several files, which {@code name.weights.json} lists. They are written under numbers that are not taken, and
 * the list last: at any moment it names either the old files or the new ones.
 */
public final class WeightShards implements WeightContainer {
    private static final String INDEX = ".weights.json";

    private final Path index;
    private final Map<String, Object> config;
    private final Map<String, Hdf5File> shards = new LinkedHashMap<>();

    private WeightShards(Path index, Map<String, Object> config) {
        this.index = index;
        this.config = config;
    }

    /** Whether a file lists others. */
    public static boolean is(Path path) {
        return path.toString().endsWith(INDEX);
    }

    public static WeightShards open(Path path) throws IOException {
        WeightShards all = new WeightShards(path, Json.object(KerasJsonFormat.text(path), path.toString()));
        try {
            for (String name : KerasWeightsFiles.shards(all.config, path)) {
                all.shards.put(name, Hdf5File.open(path.resolveSibling(name)));
            }
            return all;
        } catch (RuntimeException e) {
            all.close();
            throw e;
        }
    }

    @Override
    public List<StoredWeight> weights() {
        return shards.values().stream()
                .flatMap(f -> WeightsCopy.datasets(f.root()).stream())
                .map(WeightsFile::weight)
                .toList();
    }

    @Override
    public void save(Path target, WeightEdit edit) throws IOException {
        if (!is(target)) {
            throw new IllegalArgumentException(
                    "weights: expected a name that ends in " + INDEX + " but was '" + target.getFileName() + "'");
        }
        places(edit);
        String name = target.getFileName().toString();
        String stem = name.substring(0, name.length() - INDEX.length());
        Map<String, String> names = new LinkedHashMap<>();
        int number = 0;
        for (String old : shards.keySet()) {
            while (Files.exists(target.resolveSibling(shard(stem, number)))) {
                number++;
            }
            names.put(old, shard(stem, number++));
        }
        boolean replaces = Files.exists(target) && Files.isSameFile(index, target);
        List<Path> unlisted = new ArrayList<>();
        try {
            for (Map.Entry<String, Hdf5File> e : shards.entrySet()) {
                Hdf5Draft draft = new Hdf5Draft();
                new WeightsCopy(draft.root(), edit).copy(e.getValue().root());
                Path shard = target.resolveSibling(names.get(e.getKey()));
                write(shard, draft::write);
                unlisted.add(shard);
            }
            byte[] json = Json.whole(listed(names, edit)).getBytes(StandardCharsets.UTF_8);
            write(target, out -> out.write(json));
            unlisted.clear();
        } finally {
            for (Path shard : unlisted) {
                Files.deleteIfExists(shard);
            }
        }
        if (replaces) {
            close();
            for (String old : names.keySet()) {
                Files.deleteIfExists(index.resolveSibling(old));
            }
        }
    }

    private static String shard(String stem, int number) {
        return String.format("%s_%05d.weights.h5", stem, number);
    }

    private static void write(Path file, Writing writing) throws IOException {
        try (AtomicFile out = AtomicFile.create(file)) {
            OutputStream stream = out.stream();
            writing.write(stream);
            stream.flush();
            out.commit();
        }
    }

    private interface Writing {
        void write(OutputStream to) throws IOException;
    }

    /** The list says in which file a group of weights is: a weight stays in its group. */
    private void places(WeightEdit edit) {
        for (StoredWeight w : weights()) {
            Optional<String> name = edit.name(w);
            if (name.isPresent() && !group(name.get()).equals(group(w.name()))) {
                throw new IllegalArgumentException("weights: expected a new name below '" + group(w.name())
                        + "', where the list of files has it, but was '" + name.get() + "'");
            }
        }
    }

    private static String group(String name) {
        return name.substring(0, name.lastIndexOf('/') + 1);
    }

    /** The list of the new files. */
    private Map<String, Object> listed(Map<String, String> names, WeightEdit edit) throws IOException {
        Map<String, Object> map = new LinkedHashMap<>();
        ((Map<?, ?>) config.get("weight_map")).forEach((group, files) -> {
            if (!edit.prunes() || !group.toString().startsWith("/optimizer/")) {
                List<Object> now = new ArrayList<>();
                (files instanceof List<?> l ? l : List.of(files)).forEach(f -> now.add(names.get(f.toString())));
                map.put(group.toString(), files instanceof List<?> ? now : now.get(0));
            }
        });
        Map<String, Object> metadata = new LinkedHashMap<>();
        if (config.get("metadata") instanceof Map<?, ?> m) {
            m.forEach((key, value) -> metadata.put(key.toString(), value));
        }
        metadata.put("total_size", bytes(edit));
        Map<String, Object> out = new LinkedHashMap<>(config);
        out.put("metadata", metadata);
        out.put("weight_map", map);
        return out;
    }

    private long bytes(WeightEdit edit) throws IOException {
        long bytes = 0;
        for (Hdf5File f : shards.values()) {
            for (Hdf5Dataset d : f.root().allDatasets()) {
                if (!edit.prunes() || !KerasWeights.isOptimizers(d)) {
                    bytes += edit.value(WeightsFile.weight(d))
                            .map(t -> t.size() * (long) t.dtype().bytes())
                            .orElse(d.bytesInFile());
                }
            }
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        for (Hdf5File f : shards.values()) {
            f.close();
        }
    }
}
