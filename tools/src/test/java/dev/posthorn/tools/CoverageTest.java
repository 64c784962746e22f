package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.posthorn.keras.KerasLayers;
import dev.posthorn.keras.object.Activations;
import dev.posthorn.keras.operation.KerasOperations;
import dev.posthorn.tools.train.TrainingCoverage;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/coverage.md} is what the registries and the committed cases say; {@code -Dposthorn.write=true} writes it
 * anew.
 */
class CoverageTest {
    private static final Path PAGE = Path.of("..", "docs", "coverage.md");
    private static final Path CASES = Path.of("..", "testdata", "cases");
    private static final Path API = Path.of("..", "testdata", "keras_api.json");

    /** Public classes of keras.layers that will not be supported as such. */
    private static final Map<String, String> REASONS = Map.ofEntries(
            Map.entry("FlaxLayer", "wraps a model of another framework"),
            Map.entry("InputSpec", "describes inputs, is no layer"),
            Map.entry("JaxLayer", "wraps a model of another framework"),
            Map.entry("Layer", "abstract"),
            Map.entry("TFSMLayer", "wraps a SavedModel, which needs its reader"),
            Map.entry("TorchModuleWrapper", "wraps a model of another framework"),
            Map.entry("Wrapper", "abstract"));

    /** Public classes that no codec reads by itself. */
    private static final Map<String, String> OTHERWISE =
            Map.of("Lambda", "by a function that is bound to its name; its Python code is never run");

    private static final String PARENT = "a parent class, never a node";

    /** Classes of keras.ops that cannot stand in a model, or are not read there. */
    private static final Map<String, String> NO_OPERATIONS = noOperations();

    private static Map<String, String> noOperations() {
        Map<String, String> all = new TreeMap<>(KerasOperations.REASONS);
        all.put("Abs", "another name of Absolute, which is what files say");
        all.put("Arange", "its length would depend on values: Keras makes no node of it");
        List.of("Function", "Operation", "SegmentReduction").forEach(name -> all.put(name, PARENT));
        return all;
    }

    @Test
    void whatIsSaidNotToBeAnOperationIsNone() {
        assertEquals(
                List.of(),
                NO_OPERATIONS.keySet().stream()
                        .filter(KerasOperations.ALL::containsKey)
                        .toList());
    }

    @Test
    void thePageIsCurrent() throws IOException {
        String current = page();
        if (Boolean.getBoolean("posthorn.write")) {
            Files.writeString(PAGE, current);
            return;
        }
        assertEquals(
                current,
                Files.readString(PAGE),
                "docs/coverage.md is not current; run this with -Dposthorn.write=true");
    }

    @Test
    void everyPublicLayerIsRegisteredOrHasAReason() throws IOException {
        List<String> without = new ArrayList<>();
        for (JsonNode name : api().path("layers")) {
            if (KerasLayers.codec(name.asText()).isEmpty()
                    && !REASONS.containsKey(name.asText())
                    && !OTHERWISE.containsKey(name.asText())
                    && !isModel(name.asText())) {
                without.add(name.asText());
            }
        }
        assertEquals(7, REASONS.size(), "abstract classes and those of other frameworks");
        assertTrue(without.isEmpty(), "expected a layer or a reason for each class but was neither for " + without);
    }

    @Test
    void everyPublicClassOfTrainingIsRegisteredOrHasAReason() throws IOException {
        assertEquals(List.of(), TrainingCoverage.problems(api()));
    }

    private static boolean isModel(String name) {
        return name.equals("Functional") || name.equals("Sequential");
    }

    private static JsonNode api() throws IOException {
        return new ObjectMapper().readTree(API.toFile());
    }

    private static String page() throws IOException {
        Map<String, int[]> cases = cases();
        Set<String> all = new TreeSet<>();
        api().path("layers").forEach(n -> all.add(n.asText()));
        long supported = all.stream().filter(CoverageTest::supported).count();
        StringBuilder s = new StringBuilder("# Coverage\n\n");
        s.append("Generated from the registries and the committed cases by `CoverageTest`.\n\n## Layers\n\n");
        s.append("Of the ")
                .append(all.size())
                .append(" public classes of `keras.layers` in Keras ")
                .append(api().path("keras_version").asText())
                .append(", ")
                .append(supported)
                .append(" are supported. A case is a model")
                .append(
                        " with outputs that real Keras\ncomputed, in all of its Keras formats; a gap is a case of which a file does")
                .append(" not give these outputs yet, listed with its\nreason in `testdata/cases/known-gaps.txt`.\n\n");
        s.append("| class | supported | cases | gaps |\n|---|---|---|---|\n");
        for (String name : all) {
            int[] count = cases.getOrDefault(name, new int[2]);
            String how = OTHERWISE.containsKey(name) ? ": " + OTHERWISE.get(name) : "";
            String status = supported(name) ? "yes" + how : "no: " + REASONS.getOrDefault(name, "not yet");
            s.append("| ")
                    .append(name)
                    .append(" | ")
                    .append(status)
                    .append(" | ")
                    .append(count[0])
                    .append(" | ")
                    .append(count[1] == 0 ? "" : count[1])
                    .append(" |\n");
        }
        Set<String> more = KerasLayers.ALL.stream()
                .map(c -> c.name())
                .filter(n -> !all.contains(n))
                .collect(Collectors.toCollection(TreeSet::new));
        s.append("\nAlso read: ").append(list(more)).append(".\n\n## Operations\n\n");
        s.append(KerasOperations.ALL.size())
                .append(" classes of `keras.ops` may stand in a model as nodes: ")
                .append(list(new TreeSet<>(KerasOperations.ALL.keySet())))
                .append(".\n\n| not supported | reason |\n|---|---|\n");
        NO_OPERATIONS.forEach((name, reason) ->
                s.append("| ").append(name).append(" | ").append(reason).append(" |\n"));
        s.append("\n## Activations\n\n");
        s.append(list(Activations.ALL.keySet())).append(".\n");
        s.append(TrainingCoverage.section(api()));
        return s.toString();
    }

    private static boolean supported(String name) {
        return KerasLayers.codec(name).isPresent() || OTHERWISE.containsKey(name);
    }

    private static String list(Set<String> names) {
        return names.stream().map(n -> "`" + n + "`").collect(Collectors.joining(", "));
    }

    /** For each class, the number of cases that hold it, and of those with a known gap. */
    private static Map<String, int[]> cases() throws IOException {
        List<PathMatcher> matchers = new ArrayList<>();
        for (String line : Files.readAllLines(CASES.resolve("known-gaps.txt"))) {
            int colon = line.indexOf(": ");
            if (!line.startsWith("#") && colon > 0 && !line.contains("saved_model")) {
                matchers.add(FileSystems.getDefault().getPathMatcher("glob:" + line.substring(0, colon)));
            }
        }
        Map<String, int[]> counts = new TreeMap<>();
        for (String suite : List.of("layers", "models", "graphs", "combinations", "odd", "legacy")) {
            try (ZipFile zip = new ZipFile(CASES.resolve(suite + ".zip").toFile())) {
                Map<String, List<String>> files = new LinkedHashMap<>();
                zip.stream().map(ZipEntry::getName).forEach(n -> {
                    int slash = n.lastIndexOf('/');
                    files.computeIfAbsent(n.substring(0, Math.max(slash, 0)), k -> new ArrayList<>())
                            .add(n);
                });
                for (Map.Entry<String, List<String>> folder : files.entrySet()) {
                    ZipEntry json = zip.getEntry(folder.getKey() + "/case.json");
                    if (json != null) {
                        boolean gap = folder.getValue().stream()
                                .anyMatch(f -> matchers.stream().anyMatch(m -> m.matches(Path.of(f))));
                        for (JsonNode layer : new ObjectMapper()
                                .readTree(zip.getInputStream(json))
                                .path("layers")) {
                            int[] c = counts.computeIfAbsent(layer.asText(), k -> new int[2]);
                            c[0]++;
                            c[1] += gap ? 1 : 0;
                        }
                    }
                }
            }
        }
        return counts;
    }
}
