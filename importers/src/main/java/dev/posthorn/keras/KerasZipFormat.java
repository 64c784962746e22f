package dev.posthorn.keras;

import dev.posthorn.codec.Dialect;
import dev.posthorn.file.StoredZip;
import dev.posthorn.hdf5.Hdf5File;
import dev.posthorn.keras.layout.PathLayout;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Program;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.model.Variables;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Keras 3's {@code .keras}: a zip of {@code config.json}, {@code metadata.json} and {@code model.weights.h5}. */
public final class KerasZipFormat extends KerasFormat {
    static final int LONGEST_JSON = 256 << 20;
    static final Set<String> PARTS = Set.of("config.json", "metadata.json", "model.weights.h5");

    @Override
    public String name() {
        return "Keras .keras";
    }

    @Override
    public boolean accepts(Path path) throws IOException {
        if (!Files.isRegularFile(path) || Hdf5File.is(path)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] magic = in.readNBytes(2);
            boolean zip = magic.length == 2 && magic[0] == 'P' && magic[1] == 'K';
            return zip || path.toString().toLowerCase(Locale.ROOT).endsWith(".keras");
        }
    }

    @Override
    public boolean writes(Path path, SaveOptions options) {
        return path.toString().toLowerCase(Locale.ROOT).endsWith(".keras");
    }

    @Override
    public void save(Program program, Variables.Snapshot values, Path path, SaveOptions options) throws IOException {
        options.check(name(), Set.of(SaveOptions.Option.DIALECT));
        if (options.dialect().orElse(Dialect.KERAS3) != Dialect.KERAS3) {
            throw new IllegalArgumentException("save: expected a model of Keras 3, as .keras holds it, but was "
                    + options.dialect().get() + ", at " + path);
        }
        try (Saving saving = Saving.of(program, values, options)) {
            Saving.Archive archive = saving.archive();
            saving.list();
            try (StoredZip zip = new StoredZip(path)) {
                zip.add("metadata.json", Json.whole(archive.metadata()).getBytes(StandardCharsets.UTF_8));
                zip.add("config.json", Json.whole(archive.config()).getBytes(StandardCharsets.UTF_8));
                zip.add("model.weights.h5", archive.weights()::write);
                for (Map.Entry<String, byte[]> file : saving.files().entrySet()) {
                    zip.add(file.getKey(), file.getValue());
                }
                zip.finish();
            }
        }
    }

    @Override
    KerasFile open(Path path) throws IOException {
        try (Closing closing = new Closing()) {
            ZipFile zip = closing.add(zip(path));
            FileChannel channel = closing.add(FileChannel.open(path, StandardOpenOption.READ));
            Map<String, Object> config = Json.object(text(zip, "config.json", path), path + "!/config.json");
            Map<String, String> producer = new LinkedHashMap<>();
            Map<String, Object> metadata = zip.getEntry("metadata.json") == null
                    ? Map.of()
                    : Json.object(text(zip, "metadata.json", path), path + "!/metadata.json");
            producer.putAll(producer(metadata));
            ZipEntry entry = zip.getEntry("model.weights.h5");
            if (entry == null) {
                throw new ModelFormatException(
                        "model: expected 'model.weights.h5' in the archive but was absent, at " + path);
            }
            Hdf5File file = closing.add(weights(zip, entry, channel, path));
            KerasWeights weights = new KerasWeights(path.toString(), List.of(file.root()), new PathLayout());
            return new KerasFile(
                    path.toString(),
                    config,
                    producer,
                    compile(config),
                    Optional.of(weights),
                    assets(zip, metadata, path),
                    closing.release());
        }
    }

    static ZipFile zip(Path path) throws IOException {
        try {
            return new ZipFile(path.toFile());
        } catch (ZipException e) {
            throw new ModelFormatException(
                    "model: expected a .keras archive but was " + problem(path) + " (" + e.getMessage() + "), at "
                            + path,
                    e);
        }
    }

    private static String problem(Path path) throws IOException {
        return Files.size(path) == 0 ? "empty" : "no intact zip";
    }

    /** The compile configuration in {@code config.json}, where the model was compiled. */
    @SuppressWarnings("unchecked") // an object that JSON gave has strings for keys
    static Map<String, Object> compile(Map<String, Object> config) {
        return config.get("compile_config") instanceof Map<?, ?> compile ? (Map<String, Object>) compile : Map.of();
    }

    /** What {@code metadata.json} says of the writer. */
    static Map<String, String> producer(Map<String, Object> metadata) {
        Map<String, String> producer = new LinkedHashMap<>();
        if (metadata.get("keras_version") instanceof String version) {
            producer.put("Keras", version);
        }
        if (metadata.get("date_saved") instanceof String date) {
            producer.put("saved", date);
        }
        return producer;
    }

    private static String text(ZipFile zip, String name, Path path) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new ModelFormatException("model: expected '" + name + "' in the archive but was absent, at " + path);
        }
        return new String(bytes(zip, entry, LONGEST_JSON, path), StandardCharsets.UTF_8);
    }

    /** What {@code metadata.json} says beside that. */
    static Map<String, Object> unknown(Map<String, Object> metadata) {
        Map<String, Object> unknown = new LinkedHashMap<>(metadata);
        unknown.keySet().removeAll(producer(metadata).containsKey("Keras") ? Set.of("keras_version") : Set.of());
        unknown.keySet().removeAll(producer(metadata).containsKey("saved") ? Set.of("date_saved") : Set.of());
        return unknown;
    }

    private static KerasFile.Assets assets(ZipFile zip, Map<String, Object> metadata, Path path) {
        return new KerasFile.Assets() {
            @Override
            public Optional<byte[]> read(String name) throws IOException {
                return asset(zip, name, path);
            }

            @Override
            public Set<String> names() {
                Set<String> names = new TreeSet<>();
                files().filter(n -> n.startsWith("assets/")).forEach(n -> names.add(n.substring("assets/".length())));
                return names;
            }

            @Override
            public Set<String> others() {
                Set<String> names = new TreeSet<>();
                files().filter(n -> !n.startsWith("assets/") && !PARTS.contains(n))
                        .forEach(names::add);
                return names;
            }

            @Override
            public byte[] other(String name) throws IOException {
                return bytes(zip, zip.getEntry(name), LONGEST_JSON, path);
            }

            @Override
            public Map<String, Object> metadata() {
                return unknown(metadata);
            }

            private Stream<String> files() {
                return zip.stream().map(ZipEntry::getName).filter(n -> !n.endsWith("/"));
            }
        };
    }

    private static Optional<byte[]> asset(ZipFile zip, String asset, Path path) throws IOException {
        ZipEntry entry = zip.getEntry("assets/" + asset);
        return entry == null ? Optional.empty() : Optional.of(bytes(zip, entry, LONGEST_JSON, path));
    }

    /** The weights: in place where the archive stores them as they are, else from memory. */
    static Hdf5File weights(ZipFile zip, ZipEntry entry, FileChannel channel, Path path) throws IOException {
        String name = path + "!/" + entry.getName();
        return entry.getMethod() == ZipEntry.STORED
                ? Hdf5File.open(name, channel, StoredEntry.find(channel, entry, name), entry.getSize())
                : Hdf5File.open(name, ByteBuffer.wrap(bytes(zip, entry, Integer.MAX_VALUE - 8, path)));
    }

    /** Reads an entry whole; what unpacks to more than {@code most} bytes is refused. */
    static byte[] bytes(ZipFile zip, ZipEntry entry, int most, Path path) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] all = in.readNBytes(most);
            if (in.read() >= 0) {
                throw new ModelFormatException("model: expected an entry of at most " + most
                        + " bytes but was more, at " + path + "!/" + entry.getName());
            }
            return all;
        } catch (ZipException | EOFException e) {
            throw new ModelFormatException(
                    "model: expected an intact entry but was not (" + e.getMessage() + "), at " + path + "!/"
                            + entry.getName(),
                    e);
        }
    }
}
