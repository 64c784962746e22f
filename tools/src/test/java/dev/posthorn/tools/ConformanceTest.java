package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.golden.Verdict;
import dev.posthorn.model.UnsupportedModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every model file of every committed case gives what real Keras gave. What does not yet is a line {@code path: reason} in
 * {@code known-gaps.txt}; the path may be a glob. A gap that is closed must be taken from the list.
 *
 * <p>{@code mvn test -pl tools -am -Dtest=ConformanceTest -Dtest.jvm.args=-Dposthorn.gaps=write} writes the list anew.
 */
class ConformanceTest {
    private static final Path CASES = Suites.CASES;
    private static final Path GAPS = CASES.resolve("known-gaps.txt");

    @Test
    void everyModelFileGivesWhatKerasGave() throws IOException {
        Map<String, Verdict> verdicts = new TreeMap<>();
        try (Stream<Path> archives = Files.list(CASES)) {
            for (Path archive :
                    archives.filter(p -> p.toString().endsWith(".zip")).sorted().toList()) {
                verdicts.putAll(Suites.verify(archive, "java", f -> true, false));
            }
        }
        assertTrue(
                verdicts.size() > 1000, () -> "cases: expected more than 1000 model files but was " + verdicts.size());
        if ("write".equals(System.getProperty("posthorn.gaps"))) {
            write(verdicts);
        }
        List<String> wrong = Gaps.read(GAPS).differences(verdicts, true);
        assertTrue(wrong.isEmpty(), () -> wrong.size() + " differences from " + GAPS + "\n" + String.join("\n", wrong));
    }

    /** One line for each file that fails; files that no reader takes yet are one glob. */
    private static void write(Map<String, Verdict> verdicts) throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "# Model files of the cases that do not give yet what Keras gave, each with its reason; globs are allowed.",
                "# A file that fails and is not listed fails the build, and so does a listed one that passes."));
        boolean noSavedModels = verdicts.entrySet().stream()
                .noneMatch(
                        e -> e.getKey().endsWith("/saved_model") && e.getValue().passed());
        if (noSavedModels) {
            lines.add("**/saved_model: the SavedModel reader is not there yet");
        }
        verdicts.forEach((path, v) -> {
            if (!v.passed() && !(noSavedModels && path.endsWith("/saved_model"))) {
                lines.add(path.replaceAll("([*?\\[\\]{}\\\\])", "\\\\$1") + ": " + reason(v));
            }
        });
        Files.write(GAPS, lines);
    }

    private static String reason(Verdict v) {
        String all = v.error() instanceof UnsupportedModelException u ? String.join("; ", u.reasons()) : v.problem();
        String reason = all.replaceAll("(, at )?(\\S*/)?" + Suites.UNPACKED.getFileName() + "/\\S+", "");
        return reason.length() > 160 ? reason.substring(0, 160) + "…" : reason;
    }
}
