package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.posthorn.golden.Case;
import dev.posthorn.golden.ModelFile;
import dev.posthorn.golden.Verdict;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.tools.verify.Cases;
import dev.posthorn.tools.verify.Component;
import dev.posthorn.tools.verify.Verification;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
    private static final Path CASES = Path.of("..", "testdata", "cases");
    private static final Path GAPS = CASES.resolve("known-gaps.txt");
    private static final Path UNPACKED = Path.of("target", "cases");

    @Test
    void everyModelFileGivesWhatKerasGave() throws IOException {
        Map<String, Verdict> verdicts = new TreeMap<>();
        try (Stream<Path> archives = Files.list(CASES)) {
            for (Path archive :
                    archives.filter(p -> p.toString().endsWith(".zip")).sorted().toList()) {
                verdicts.putAll(verify(archive));
            }
        }
        assertTrue(
                verdicts.size() > 1000, () -> "cases: expected more than 1000 model files but was " + verdicts.size());
        if ("write".equals(System.getProperty("posthorn.gaps"))) {
            write(verdicts);
        }
        check(verdicts);
    }

    private static Map<String, Verdict> verify(Path archive) throws IOException {
        Path folder = UNPACKED.resolve(archive.getFileName().toString().replace(".zip", ""));
        if (!Files.exists(folder.resolve("complete"))
                || Files.getLastModifiedTime(folder.resolve("complete")).compareTo(Files.getLastModifiedTime(archive))
                        < 0) {
            Cases.unpack(archive, folder.toAbsolutePath());
            Files.writeString(folder.resolve("complete"), "");
        }
        Map<String, Verdict> verdicts = new LinkedHashMap<>();
        try (Cases cases = new Cases()) {
            for (Path f : cases.find(folder)) {
                Case c = Case.read(f);
                Verification verification = new Verification("java", CustomCases.of(c.id()));
                List<ModelFile> all = Component.isOne(f) ? List.of(new ModelFile(f, "component")) : c.models();
                for (ModelFile file : all) {
                    String path = folder.relativize(file.path()).toString().replace('\\', '/');
                    for (Verdict v : verification.verify(c, file)) {
                        verdicts.put(path + (v.what().equals(Verdict.OUTPUTS) ? "" : " " + v.what()), v);
                    }
                }
            }
        }
        return verdicts;
    }

    private static void check(Map<String, Verdict> verdicts) throws IOException {
        record Gap(String line, PathMatcher paths) {}
        List<Gap> gaps = new ArrayList<>();
        for (String line : Files.readAllLines(GAPS)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String glob = line.substring(0, line.indexOf(": "));
                gaps.add(new Gap(line, FileSystems.getDefault().getPathMatcher("glob:" + glob)));
            }
        }
        List<String> wrong = new ArrayList<>();
        for (Gap g : gaps) {
            if (verdicts.keySet().stream().noneMatch(path -> g.paths.matches(Path.of(path)))) {
                wrong.add("listed, but there is no such file: " + g.line);
            }
        }
        verdicts.forEach((path, v) -> {
            boolean listed = gaps.stream().anyMatch(g -> g.paths.matches(Path.of(path)));
            if (v.passed() && listed) {
                wrong.add("listed, but passes: " + path);
            } else if (!v.passed() && !listed) {
                wrong.add("fails: " + path + ": " + v.problem());
            }
        });
        if (!wrong.isEmpty()) {
            fail(wrong.size() + " differences from " + GAPS + "\n" + String.join("\n", wrong));
        }
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
        String reason = all.replaceAll("(, at )?(\\S*/)?" + UNPACKED.getFileName() + "/\\S+", "");
        return reason.length() > 160 ? reason.substring(0, 160) + "…" : reason;
    }
}
