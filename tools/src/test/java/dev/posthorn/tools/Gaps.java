package dev.posthorn.tools;

import dev.posthorn.golden.Verdict;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A list of model files that do not give what is expected, {@code path: reason} each; paths may be globs. One whose reason begins
 * with {@code on some processors} may pass.
 */
record Gaps(List<Gap> all) {
    private record Gap(String line, PathMatcher paths, boolean always) {
        boolean matches(String path) {
            return paths.matches(Path.of(path));
        }
    }

    static Gaps read(Path file) throws IOException {
        List<Gap> gaps = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] parts = line.split(": ", 2);
                PathMatcher paths = FileSystems.getDefault().getPathMatcher("glob:" + parts[0]);
                gaps.add(new Gap(line, paths, !parts[1].startsWith("on some processors")));
            }
        }
        return new Gaps(List.copyOf(gaps));
    }

    boolean holds(String path) {
        return all.stream().anyMatch(g -> g.matches(path));
    }

    /** What fails and is not listed, what is listed and passes; of {@code whole} suites also what is listed and not there. */
    List<String> differences(Map<String, Verdict> verdicts, boolean whole) {
        List<String> wrong = new ArrayList<>();
        for (Gap g : all) {
            if (whole && verdicts.keySet().stream().noneMatch(g::matches)) {
                wrong.add("listed, but there is no such file: " + g.line);
            }
        }
        verdicts.forEach((path, v) -> {
            if (v.passed() && all.stream().anyMatch(g -> g.always && g.matches(path))) {
                wrong.add("listed, but passes: " + path);
            } else if (!v.passed() && !holds(path)) {
                wrong.add("fails: " + path + ": " + v.problem());
            }
        });
        return wrong;
    }
}
