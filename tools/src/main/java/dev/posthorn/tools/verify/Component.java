package dev.posthorn.tools.verify;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.posthorn.golden.Case;
import dev.posthorn.golden.Verdict;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.numpy.Npz;
import dev.posthorn.tools.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A case of a loss, metric, schedule, constraint, regularizer or initializer on its own: {@code config.json} says which,
 * {@code expected.npz} what it gives.
 */
public final class Component {
    private static final String CONFIG = "config.json";
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    /** Arrays that are no results. */
    private static final Pattern INPUT = Pattern.compile("(u\\d+\\.)?(y_true|y_pred|values|sample_weight|step|in)");

    private Component() {}

    /** Repeats what a configuration's object gave, and compares. */
    interface Replay {
        void run(Map<String, Object> config, Recording recording);
    }

    /** Whether the folder is of such a case. */
    public static boolean isOne(Path folder) throws IOException {
        return Files.exists(folder.resolve(CONFIG)) && ComponentReplays.BY_KIND.containsKey(kind(folder));
    }

    private static String kind(Path folder) throws IOException {
        return json(folder).path("kind").asText();
    }

    private static JsonNode json(Path folder) throws IOException {
        return MAPPER.readTree(folder.resolve(Case.FILE).toFile());
    }

    /** The verdict. Never throws for what the case is. */
    public static Verdict verify(Path folder, Tolerance tolerance, String backend) {
        try {
            Map<String, Object> config =
                    MAPPER.readValue(folder.resolve(CONFIG).toFile(), new TypeReference<Map<String, Object>>() {});
            String id = json(folder).path("id").asText();
            Recipe.of(json(folder)).restore(config);
            Recording recording = new Recording(Npz.read(folder.resolve("expected.npz")), tolerance, backend);
            ComponentReplays.BY_KIND.get(kind(folder)).run(config, recording);
            recording.complete(key -> INPUT.matcher(key).matches());
            return recording.verdict(id, folder);
        } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError | AssertionError e) {
            String problem = String.join(
                    "; ", Failure.lines(e).stream().map(String::strip).toList());
            return new Verdict(folder.getFileName().toString(), folder, problem, Double.NaN, Double.NaN, e);
        }
    }
}
