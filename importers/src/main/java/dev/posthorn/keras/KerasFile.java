package dev.posthorn.keras;

import dev.posthorn.codec.Dialect;
import dev.posthorn.ir.TensorType;
import dev.posthorn.keras.layout.PathLayout;
import dev.posthorn.train.StoredTraining;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An opened Keras model.
 *
 * @param where the file, for messages
 * @param config the model's configuration object
 * @param producer what wrote the file, by name
 * @param compile the compile configuration; empty where the file has none
 * @param weights the weights, where the file holds them
 * @param assets the files beside the weights
 */
record KerasFile(
        String where,
        Map<String, Object> config,
        Map<String, String> producer,
        Map<String, Object> compile,
        Optional<KerasWeights> weights,
        Assets assets,
        AutoCloseable resource)
        implements AutoCloseable {
    /** The files that layers keep beside the weights, by their path below {@code assets}. */
    interface Assets {
        Optional<byte[]> read(String path) throws IOException;

        /** The paths of all that there are. */
        default Set<String> names() throws IOException {
            return Set.of();
        }

        /** The paths of all other files of the archive that no part of the format accounts for. */
        default Set<String> others() throws IOException {
            return Set.of();
        }

        /** One of these. */
        default byte[] other(String path) throws IOException {
            throw new IOException("expected a file of the archive but was none, at " + path);
        }

        /** What {@code metadata.json} says beside who wrote the file, and when. */
        default Map<String, Object> metadata() {
            return Map.of();
        }
    }

    /** A file without assets. */
    KerasFile(
            String where,
            Map<String, Object> config,
            Map<String, String> producer,
            Map<String, Object> compile,
            Optional<KerasWeights> weights,
            AutoCloseable resource) {
        this(where, config, producer, compile, weights, path -> Optional.empty(), resource);
    }

    /** The assets that the layers of a model read, by the layer's path and the asset's name. */
    Map<String, byte[]> assets(LayerNode root) throws IOException {
        Map<String, byte[]> found = new LinkedHashMap<>();
        for (PathLayout.Asset asset : PathLayout.assets(root)) {
            Optional<byte[]> bytes = assets.read(asset.files().get(0));
            bytes.ifPresent(b -> found.put(asset.key(), b));
        }
        return found;
    }

    /** The dialect of the Keras that wrote the file; a file that does not say is judged by its configuration. */
    Dialect dialect() {
        String version = producer.getOrDefault("Keras", "");
        if (version.startsWith("1.") || version.startsWith("0.")) {
            return Dialect.KERAS1;
        }
        if (version.startsWith("2.")) {
            return Dialect.KERAS2;
        }
        if (!version.isEmpty() || config.containsKey("module")) {
            return Dialect.KERAS3;
        }
        return Keras1.wrote(config) ? Dialect.KERAS1 : Dialect.KERAS2;
    }

    /** What the file keeps of training; {@code reopen} opens it again when the optimizer's variables are asked for. */
    StoredTraining training(Reopen reopen) {
        List<TensorType> types = StoredOptimizer.find(this).stream()
                .map(d -> TensorType.of(
                        d.dtype(),
                        Arrays.stream(d.shape()).mapToInt(Math::toIntExact).toArray()))
                .toList();
        return new StoredTraining(compile, dialect(), types, () -> {
            try (KerasFile again = reopen.open()) {
                return StoredOptimizer.read(again, types);
            }
        });
    }

    /** How a program was read from this file. */
    Origin origin(KerasProgram program, Reopen reopen) {
        try {
            Remainder rest = new Remainder(this, program);
            return new Origin(dialect(), config, producer, reopen, rest.names(), rest.implied(), rest.called());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens a file again. */
    interface Reopen {
        KerasFile open() throws IOException;
    }

    @Override
    public void close() throws IOException {
        try {
            resource.close();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
