package dev.posthorn.tools.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.posthorn.codec.Family;
import dev.posthorn.train.constraint.Constraints;
import dev.posthorn.train.initializer.Initializers;
import dev.posthorn.train.loss.Losses;
import dev.posthorn.train.metric.Metrics;
import dev.posthorn.train.optimizer.Optimizers;
import dev.posthorn.train.regularizer.Regularizers;
import dev.posthorn.train.schedule.Schedules;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The part of {@code docs/coverage.md} on what trains. */
public final class TrainingCoverage {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Path TESTDATA = Path.of("..", "testdata");

    /** What Keras calls each family's module, in the order of the page. */
    private static final Map<String, Family<?>> FAMILIES = new LinkedHashMap<>();

    /** Public classes that no family has. */
    private static final Map<String, String> REASONS = Map.of(
            "Constraint", "abstract",
            "Initializer", "abstract",
            "LearningRateSchedule", "abstract",
            "Loss", "abstract",
            "Metric", "abstract",
            "Optimizer", "abstract",
            "OptimizerMap", "read as a part of MultiOptimizer",
            "Regularizer", "abstract");

    static {
        FAMILIES.put("optimizers", Optimizers.ALL);
        FAMILIES.put("schedules", Schedules.ALL);
        FAMILIES.put("losses", Losses.ALL);
        FAMILIES.put("metrics", Metrics.ALL);
        FAMILIES.put("regularizers", Regularizers.ALL);
        FAMILIES.put("constraints", Constraints.ALL);
        FAMILIES.put("initializers", Initializers.ALL);
    }

    private TrainingCoverage() {}

    /** Public classes that are neither registered nor have a reason; registered ones that Keras does not have, or no case. */
    public static List<String> problems(JsonNode api) throws IOException {
        List<String> problems = new ArrayList<>();
        Map<String, Integer> cases = cases();
        FAMILIES.forEach((module, family) -> {
            List<String> known = names(api, module);
            for (String name : known) {
                boolean registered =
                        family.all().stream().anyMatch(c -> c.name().equals(name));
                if (!registered && !REASONS.containsKey(name)) {
                    problems.add(module + "." + name + ": neither registered nor a reason");
                }
            }
            family.all().forEach(c -> {
                if (!known.contains(c.name()) && !c.name().equals("LossFunctionWrapper")) {
                    problems.add(module + "." + c.name() + ": registered, but not in Keras");
                }
                if (!cases.containsKey(module + "." + c.name()) && !c.name().equals("LossFunctionWrapper")) {
                    problems.add(module + "." + c.name() + ": without a case");
                }
            });
        });
        return problems;
    }

    private static List<String> names(JsonNode api, String module) {
        List<String> names = new ArrayList<>();
        api.path(module).forEach(n -> names.add(n.asText()));
        return names;
    }

    /** The page's section. */
    public static String section(JsonNode api) throws IOException {
        Map<String, Integer> cases = cases();
        StringBuilder s = new StringBuilder("\n## Training\n\n");
        s.append(
                        "Classes, with the number of cases in which each computes what real Keras computed; optimizers over ten steps,")
                .append(
                        " losses with\ntheir gradients.\n\n| of `keras.` | supported | not supported |\n|---|---|---|\n");
        FAMILIES.forEach((module, family) -> {
            String yes = family.all().stream()
                    .map(c -> c.name())
                    .filter(n -> names(api, module).contains(n))
                    .sorted()
                    .map(n -> n + " " + cases.getOrDefault(module + "." + n, 0))
                    .collect(Collectors.joining(", "));
            String no = names(api, module).stream()
                    .filter(n -> family.all().stream().noneMatch(c -> c.name().equals(n)))
                    .map(n -> n + ": " + REASONS.getOrDefault(n, "not yet"))
                    .collect(Collectors.joining("; "));
            s.append("| ")
                    .append(module)
                    .append(" | ")
                    .append(yes)
                    .append(" | ")
                    .append(no)
                    .append(" |\n");
        });
        return s.toString();
    }

    /** By module and class, the number of cases. */
    private static Map<String, Integer> cases() throws IOException {
        Map<String, Integer> counts = new TreeMap<>();
        Map<String, String> modules = Map.of(
                "loss", "losses",
                "metric", "metrics",
                "schedule", "schedules",
                "regularizer", "regularizers",
                "constraint", "constraints",
                "initializer", "initializers");
        Path archive = TESTDATA.resolve("cases").resolve("training.zip");
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            for (ZipEntry entry : zip.stream().toList()) {
                String[] path = entry.getName().split("/");
                if (path.length == 4 && path[3].equals("config.json") && modules.containsKey(path[1])) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        JsonNode config = MAPPER.readTree(in);
                        JsonNode one = config.has("class_name")
                                ? config
                                : config.elements().next();
                        String key = modules.get(path[1]) + "."
                                + one.path("class_name").asText();
                        counts.merge(key, 1, Integer::sum);
                    }
                }
            }
        }
        Path optimizers = TESTDATA.resolve("optimizers").resolve("cases.json");
        for (JsonNode c : MAPPER.readTree(optimizers.toFile()).path("cases")) {
            counts.merge("optimizers." + c.path("config").path("class_name").asText(), 1, Integer::sum);
        }
        return counts;
    }
}
