package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.keras.KerasLayers;
import dev.posthorn.model.UnsupportedModelException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

/**
 * No argument of a layer of Keras is ignored: each that a constructor takes, as {@code arguments.py} lists them, stands in the
 * configuration of a case and is read by the layer's codec, or is named here with the reason.
 */
class OptionsTest {
    private static final Path TESTDATA = Path.of("..", "testdata");

    /** What belongs to the place of a layer in the model. */
    private static final Set<String> PLACE = Set.of("name", "dtype", "trainable");

    /** Arguments that no configuration holds, and those that need not be read. */
    private static final Map<String, String> REASONS = Map.ofEntries(
            Map.entry("Bidirectional.weights", "first values, which no configuration holds"),
            Map.entry("CategoryEncoding.sparse", "no configuration holds it; a sparse result is of the same values"),
            Map.entry("EinsumDense.gptq_unpacked_column_size", "follows from the kernel; carried"),
            Map.entry("Embedding.weights", "first values, which no configuration holds"),
            Map.entry("Equalization.bins", "read; but Keras cannot make a model with this layer"),
            Map.entry("Equalization.data_format", "read; but Keras cannot make a model with this layer"),
            Map.entry("Equalization.value_range", "read; but Keras cannot make a model with this layer"),
            Map.entry("InputLayer.batch_size", "configurations hold batch_shape"),
            Map.entry("InputLayer.input_tensor", "no configuration holds it"),
            Map.entry("InputLayer.shape", "configurations hold batch_shape"),
            Map.entry("MaxNumBoundingBoxes.fill_value", "no configuration holds it"),
            Map.entry("RandomGrayscale.seed", "no configuration holds it"),
            Map.entry("SimpleRNN.seed", "no configuration of this layer holds it"),
            Map.entry("flash_attention", "how it is computed, which no configuration holds"),
            Map.entry("use_cudnn", "how it is computed, which no configuration holds"));

    @Test
    void everyArgumentIsReadOrHasAReason() throws IOException {
        Map<String, Set<String>> read = new TreeMap<>();
        Map<String, Set<String>> unread = new TreeMap<>();
        for (String suite : List.of("layers", "models", "graphs", "training")) {
            configurations(TESTDATA.resolve("cases").resolve(suite + ".zip"), read, unread);
        }
        Map<String, Map<String, Object>> arguments = new ObjectMapper()
                .readValue(TESTDATA.resolve("keras_arguments.json").toFile(), new TypeReference<>() {});
        List<String> wrong = new ArrayList<>();
        unread.forEach((name, keys) -> keys.stream()
                .filter(key -> !REASONS.containsKey(name + "." + key) && !REASONS.containsKey(key))
                .forEach(key -> wrong.add(name + "." + key + " stands in files and is not read")));
        arguments.forEach((name, taken) -> taken.keySet().stream()
                .filter(key -> KerasLayers.codec(name).isPresent() && !PLACE.contains(key))
                .filter(key -> !read.getOrDefault(name, Set.of()).contains(key))
                .filter(key -> !REASONS.containsKey(name + "." + key) && !REASONS.containsKey(key))
                .forEach(key -> wrong.add(name + "." + key + " is not read in any case")));
        assertEquals(List.of(), wrong);
        assertTrue(arguments.size() > 140, () -> "expected every class of keras.layers but was " + arguments.keySet());
    }

    private static void configurations(Path archive, Map<String, Set<String>> read, Map<String, Set<String>> unread)
            throws IOException {
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry e = entries.nextElement();
                if (e.getName().endsWith(".keras")) {
                    visit(configuration(zip.getInputStream(e).readAllBytes()), read, unread);
                }
            }
        }
    }

    private static Object configuration(byte[] archive) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                if (e.getName().equals("config.json")) {
                    return new ObjectMapper().readValue(zip.readAllBytes(), Object.class);
                }
            }
        }
        return List.of();
    }

    /** Every layer in a configuration, those inside of others too. */
    private static void visit(Object json, Map<String, Set<String>> read, Map<String, Set<String>> unread) {
        if (json instanceof Collection<?> all) {
            all.forEach(o -> visit(o, read, unread));
        }
        if (!(json instanceof Map<?, ?> m)) {
            return;
        }
        if ("keras.layers".equals(m.get("module")) && m.get("config") instanceof Map<?, ?> config) {
            String name = String.valueOf(m.get("class_name"));
            KerasLayers.codec(name)
                    .ifPresent(codec -> decode(codec, config).ifPresent(unknown -> {
                        Set<String> rest = new TreeSet<>(unknown);
                        rest.removeAll(PLACE);
                        unread.computeIfAbsent(name, n -> new TreeSet<>()).addAll(rest);
                        config.keySet().stream()
                                .map(String::valueOf)
                                .filter(key -> !unknown.contains(key))
                                .forEach(key -> read.computeIfAbsent(name, n -> new TreeSet<>())
                                        .add(key));
                    }));
        }
        m.values().forEach(o -> visit(o, read, unread));
    }

    /** The keys of a configuration that its codec does not read; empty where its values are refused. */
    @SuppressWarnings("unchecked") // JSON objects have strings for keys
    private static Optional<Set<String>> decode(Codec<?> codec, Map<?, ?> config) {
        try {
            return Optional.of(codec.decode((Map<String, Object>) config, Dialect.KERAS3, codec.name())
                    .unknown()
                    .keySet());
        } catch (UnsupportedModelException e) {
            return Optional.empty();
        }
    }
}
