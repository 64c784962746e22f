package dev.posthorn.tools.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.posthorn.model.Inspection;
import dev.posthorn.model.Model;
import dev.posthorn.model.Port;
import dev.posthorn.tools.Posthorn;
import dev.posthorn.tools.Text;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code posthorn inspect}: what a file is, and what of it is supported. */
@Command(
        name = "inspect",
        header = "Says what a model file is, and which of it is supported.",
        description = {
            "Reads the file without loading it: its format, what wrote it, its inputs, outputs and layers.",
            "Exit code 0 where the file could be read, also if it holds unsupported things; 2 otherwise."
        })
public final class Inspect implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "A model file or a SavedModel directory.")
    private Path model;

    @Option(names = "--layers", description = "List every layer, not only their types.")
    private boolean layers;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Mixin
    private Bound bound;

    @Override
    public Integer call() throws IOException {
        Inspection found = Model.inspect(model, bound.bindings());
        bound.check(model);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .writeValueAsString(json(found)));
        } else {
            print(found, out);
        }
        return Posthorn.RIGHT;
    }

    private void print(Inspection found, PrintWriter out) {
        long unsupported = found.contents().stream().filter(i -> !i.supported()).count();
        List<List<String>> facts = new ArrayList<>();
        facts.add(List.of("File", model.toString()));
        facts.add(List.of("Format", found.format()));
        facts.add(List.of(
                "Written by",
                found.producer().entrySet().stream()
                        .map(e -> e.getKey() + " " + e.getValue())
                        .collect(Collectors.joining(", "))));
        facts.add(List.of("Kind", found.kind()));
        ports("Inputs", found.inputs(), facts);
        ports("Outputs", found.outputs(), facts);
        facts.add(List.of("Parameters", Text.count(found.parameters()) + " (" + Text.bytes(found.bytes()) + ")"));
        facts.add(List.of(
                "Contents",
                Text.count(found.contents().size())
                        + (unsupported == 0
                                ? ", all supported"
                                : ", of which " + Text.count(unsupported) + " not supported")));
        found.notes().forEach(note -> facts.add(List.of("Note", note)));
        out.print(Text.table(facts.stream().filter(f -> !f.get(1).isEmpty()).toList(), ""));
        if (!found.contents().isEmpty()) {
            out.println();
            out.print(Text.table(layers ? all(found) : types(found), "  "));
        }
        if (unsupported > 0) {
            out.println("\nNot supported:");
            found.contents().stream()
                    .filter(i -> !i.supported())
                    .forEach(i -> out.println("  " + i.path() + " (" + i.type() + "): " + i.problem()));
        }
    }

    private static void ports(String title, List<Port> ports, List<List<String>> facts) {
        for (Port p : ports) {
            facts.add(List.of(p == ports.get(0) ? title : "", p.name() + "  " + p.type()));
        }
    }

    private static List<List<String>> types(Inspection found) {
        Map<String, Integer> counts = new TreeMap<>();
        found.contents().forEach(i -> counts.merge(i.type(), 1, Integer::sum));
        List<List<String>> rows = new ArrayList<>();
        counts.forEach((type, n) -> rows.add(List.of(Text.count(n) + "×", type)));
        return rows;
    }

    private static List<List<String>> all(Inspection found) {
        return found.contents().stream()
                .map(i -> List.of(i.path(), i.type(), i.supported() ? "" : "not supported"))
                .toList();
    }

    private Map<String, Object> json(Inspection found) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("file", model.toString());
        all.put("format", found.format());
        all.put("producer", found.producer());
        all.put("kind", found.kind());
        all.put("supported", found.supported());
        all.put("parameters", found.parameters());
        all.put("bytes", found.bytes());
        all.put("inputs", found.inputs().stream().map(Inspect::json).toList());
        all.put("outputs", found.outputs().stream().map(Inspect::json).toList());
        all.put("contents", found.contents());
        all.put("notes", found.notes());
        return all;
    }

    private static Map<String, Object> json(Port p) {
        Map<String, Object> port = new LinkedHashMap<>();
        port.put("name", p.name());
        port.put("dtype", p.type().dtype().keras());
        List<Integer> shape = null;
        if (p.type().shape().isRanked()) {
            shape = new ArrayList<>();
            for (int d : p.type().shape().dims()) {
                shape.add(d < 0 ? null : d);
            }
        }
        port.put("shape", shape);
        return port;
    }
}
