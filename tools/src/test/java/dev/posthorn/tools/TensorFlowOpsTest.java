package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.posthorn.tensorflow.GraphCut;
import dev.posthorn.tensorflow.alias.TfOps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/tensorflow-ops.md} is what the registry of TensorFlow's ops and the committed cases say;
 * {@code -Dposthorn.write=true} writes it anew.
 */
class TensorFlowOpsTest {
    private static final Path PAGE = Path.of("..", "docs", "tensorflow-ops.md");
    private static final Path CASES = Path.of("..", "testdata", "cases");
    private static final Path OPS = Path.of("..", "testdata", "tensorflow_ops.txt");
    private static final Path LEFT = Path.of("..", "testdata", "tensorflow_ops_left.txt");
    private static final List<String> SOURCES = List.of("FIFOQueueV2", "IteratorV2");
    private static final Map<Character, String> PEERS =
            new TreeMap<>(Map.of('D', "DL4J", 'J', "TensorFlow.js", 'O', "tf2onnx", 'T', "tract"));

    /** An op of TensorFlow, and which other runtimes import it. */
    private record Op(String name, boolean hasGradient, String peers) {}

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
                "docs/tensorflow-ops.md is not current; run this with -Dposthorn.write=true");
    }

    private static List<Op> ops() throws IOException {
        return Files.readAllLines(OPS).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split(" "))
                .map(w -> new Op(w[0], w[1].equals("G"), w.length > 2 ? w[2] : ""))
                .toList();
    }

    private static String page() throws IOException {
        List<Op> ops = ops();
        List<Op> read =
                ops.stream().filter(o -> isRead(o.name) && !isCut(o.name)).toList();
        StringBuilder s = new StringBuilder("# Operations of TensorFlow\n\n");
        s.append("Generated from the registry and the committed cases by `TensorFlowOpsTest`.\n\n");
        s.append("Of the ").append(ops.size()).append(" operations of `tf.raw_ops` in TensorFlow 2.21, ");
        s.append(read.size()).append(" are read from graphs; control flow of TensorFlow 1 (");
        s.append(list(List.of("Switch", "Merge", "Enter", "Exit", "NextIteration", "LoopCond")));
        s.append(")\nis turned into functions besides. What ");
        s.append(list(ops.stream()
                .map(Op::name)
                .filter(o -> isCut(o) && !SOURCES.contains(o))
                .toList()));
        s.append("\ntake from an iterator or a queue becomes an input of the graph, and ");
        s.append(list(SOURCES)).append(" are left out with it.\nWhat other runtimes import:\n\n");
        s.append("| | imports | of which are read |\n|---|---|---|\n");
        PEERS.forEach((letter, name) -> row(s, name, ops, letter.toString()));
        row(s, "any of them", ops, "");
        s.append("\nImported by one of them and not read: ");
        List<String> missing = ops.stream()
                .filter(o -> !o.peers.isEmpty() && !isRead(o.name))
                .map(Op::name)
                .toList();
        s.append(missing.isEmpty() ? "none" : list(missing));
        s.append(".\n\n## Read\n\nA case is a model with outputs that real TensorFlow computed in which the operation "
                + "is run, in the archives of\n`testdata/cases`; the gradient is TensorFlow's own, by which the cases of "
                + "that operation are compared too.\n\n");
        s.append("| operation | gradient | cases |\n|---|---|---|\n");
        Map<String, Integer> cases = cases();
        for (Op o : read) {
            s.append("| ").append(o.name).append(" | ").append(o.hasGradient ? "yes" : "");
            s.append(" | ").append(cases.getOrDefault(o.name, 0)).append(" |\n");
        }
        TreeSet<String> others = new TreeSet<>(TfOps.ALL.keySet());
        ops.forEach(o -> others.remove(o.name));
        s.append(left(ops.stream().map(Op::name).filter(o -> !isRead(o)).toList()));
        s.append("\nOf older versions: ").append(list(others)).append(".\n");
        return s.toString();
    }

    /** What is not read, by its reason. */
    private static String left(List<String> names) throws IOException {
        Map<String, List<String>> byReason = new LinkedHashMap<>();
        for (String line : Files.readAllLines(LEFT)) {
            if (!line.startsWith("#")) {
                byReason.put(line, new ArrayList<>());
            }
        }
        byReason.put("\tnot done", new ArrayList<>());
        for (String name : names) {
            String reason = byReason.keySet().stream()
                    .filter(line -> name.matches(line.substring(0, line.indexOf('\t'))))
                    .findFirst()
                    .orElse("\tnot done");
            byReason.get(reason).add(name);
        }
        StringBuilder s = new StringBuilder("\n## Not read\n\n| reason | operations | |\n|---|---|---|\n");
        byReason.forEach((line, all) -> {
            s.append("| ").append(line.substring(line.indexOf('\t') + 1));
            s.append(" | ").append(all.size()).append(" | ").append(list(all)).append(" |\n");
        });
        return s.toString();
    }

    /** Old control flow is lowered before ops are read; a graph is cut where data comes in. */
    private static boolean isRead(String op) {
        return TfOps.ALL.containsKey(op)
                || isCut(op)
                || op.matches("(Ref)?(Enter|Exit|Switch|Merge|NextIteration)|LoopCond");
    }

    private static boolean isCut(String op) {
        return SOURCES.contains(op) || GraphCut.feeds(op) && !TfOps.ALL.containsKey(op);
    }

    private static void row(StringBuilder s, String name, List<Op> ops, String letter) {
        List<Op> theirs = ops.stream()
                .filter(o -> !o.peers.isEmpty() && o.peers.contains(letter))
                .toList();
        long read = theirs.stream().filter(o -> isRead(o.name)).count();
        s.append("| ").append(name).append(" | ").append(theirs.size());
        s.append(" | ").append(read).append(" |\n");
    }

    private static String list(Collection<String> names) {
        return names.stream().map(n -> "`" + n + "`").collect(Collectors.joining(", "));
    }

    /** For each op, the number of cases whose graphs hold it. */
    private static Map<String, Integer> cases() throws IOException {
        Map<String, Integer> counts = new TreeMap<>();
        try (Stream<Path> archives = Files.list(CASES)) {
            for (Path archive :
                    archives.filter(p -> p.toString().endsWith(".zip")).sorted().toList()) {
                try (ZipFile zip = new ZipFile(archive.toFile())) {
                    List<? extends ZipEntry> about = zip.stream()
                            .filter(e -> e.getName().endsWith("/case.json"))
                            .toList();
                    for (ZipEntry e : about) {
                        JsonNode ops = new ObjectMapper()
                                .readTree(zip.getInputStream(e))
                                .path("ops");
                        ops.fieldNames().forEachRemaining(op -> counts.merge(op, 1, Integer::sum));
                    }
                }
            }
        }
        return counts;
    }
}
