package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.posthorn.golden.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The cases on TensorFlow's own operations, within the accuracy class that holds for {@code java}. What fails there, too, is in
 * {@code known-gaps.txt}; what fails on TensorFlow alone is a line of {@code tensorflow-gaps.txt}.
 *
 * <p>Run by {@code .ci/tensorflow}, which fetches TensorFlow's library: {@code sample}, some cases of every kind, or {@code all}.
 */
class TensorFlowConformanceTest {
    /** Of so many cases one is in the sample, besides the first of every folder. */
    private static final Map<String, Integer> SUITES =
            new TreeMap<>(Map.of("layers", 12, "models", 6, "savedmodel", 4, "training", 16));

    @Test
    void casesGiveTheSameOnTensorFlow() throws IOException {
        String extent = System.getProperty("posthorn.tensorflow", "");
        assumeTrue(!extent.isEmpty(), "skipped: .ci/tensorflow runs it, with TensorFlow's library");
        boolean whole = extent.equals("all");
        Map<String, Verdict> verdicts = new TreeMap<>();
        for (Map.Entry<String, Integer> suite : SUITES.entrySet()) {
            Path archive = Suites.CASES.resolve(suite.getKey() + ".zip");
            Set<Path> sample = sample(Suites.cases(archive), suite.getValue());
            verdicts.putAll(Suites.verify(archive, "tensorflow", f -> whole || sample.contains(f), true));
        }
        assertTrue(verdicts.size() > (whole ? 5000 : 300), () -> "cases: expected more but was " + verdicts.size());
        Gaps known = Gaps.read(Suites.CASES.resolve("known-gaps.txt"));
        verdicts.entrySet().removeIf(e -> known.holds(e.getKey()));
        List<String> wrong =
                Gaps.read(Suites.CASES.resolve("tensorflow-gaps.txt")).differences(verdicts, whole);
        System.out.println("backend tensorflow: " + verdicts.size() + " checks");
        assertTrue(wrong.isEmpty(), () -> wrong.size() + " differences\n" + String.join("\n", wrong));
    }

    private static Set<Path> sample(List<Path> cases, int each) {
        Set<Path> sample = new HashSet<>();
        Set<Path> folders = new HashSet<>();
        for (int i = 0; i < cases.size(); i++) {
            if (folders.add(cases.get(i).getParent()) || i % each == 0) {
                sample.add(cases.get(i));
            }
        }
        return sample;
    }
}
