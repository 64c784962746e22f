package dev.posthorn.tools.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.posthorn.model.Model;
import dev.posthorn.tools.InputException;
import dev.posthorn.tools.Posthorn;
import dev.posthorn.tools.Text;
import dev.posthorn.tools.drift.ClassDrift;
import dev.posthorn.tools.drift.Drift;
import dev.posthorn.tools.drift.Limits;
import dev.posthorn.tools.drift.OutputDrift;
import dev.posthorn.tools.page.DriftPage;
import dev.posthorn.tools.report.Numbers;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code posthorn verify --baseline}. */
record DriftCheck(DriftOptions options, Path model, String backend, Bound bound, ReportFiles files, boolean json) {
    /** Prints what is found, writes the reports asked for; the exit code. */
    int run(PrintWriter out) throws IOException {
        if (options.rows == null) {
            throw new InputException("verify: expected rows but was none, at --data");
        }
        if (options.worst < 0) {
            throw new InputException("verify: expected 0 or more but was " + options.worst + ", at --worst");
        }
        try (Model before = bound.load(options.baseline, backend);
                Model after = bound.load(model, backend)) {
            Drift drift = Drift.of(
                    before, after, options.rows.stream(before), options.rows.batchSize(), options.task, options.worst);
            List<Limits.Checked> limits = options.limits().check(drift);
            boolean passed = limits.stream().allMatch(Limits.Checked::passed);
            if (json) {
                out.println(new ObjectMapper()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .writeValueAsString(json(drift, limits, passed)));
            } else {
                print(out, drift, limits);
            }
            String subject = options.baseline.getFileName() + " → " + model.getFileName();
            files.write(() -> DriftPage.of(subject, drift, limits));
            return passed ? Posthorn.RIGHT : Posthorn.FAILED;
        }
    }

    private static void print(PrintWriter out, Drift drift, List<Limits.Checked> limits) {
        for (OutputDrift o : drift.outputs()) {
            out.println("output " + o.name() + ", " + Text.count(drift.rows()) + " rows, old and new:");
            List<List<String>> lines = new ArrayList<>();
            DriftPage.values(o).forEach((name, v) -> {
                List<String> line = new ArrayList<>(List.of(name.replace('_', ' ')));
                for (double x : v) {
                    line.add(Numbers.value(x));
                }
                lines.add(line);
            });
            out.print(Text.table(lines, "  "));
            if (o instanceof ClassDrift c) {
                c.moves().stream()
                        .filter(m -> m.from() != m.to())
                        .sorted((a, b) -> Long.compare(b.rows(), a.rows()))
                        .limit(10)
                        .forEach(m -> out.println(
                                "  class " + m.from() + " → " + m.to() + ": " + Text.count(m.rows()) + " rows"));
            }
        }
        drift.worst().stream()
                .limit(5)
                .forEach(w -> out.println("row " + w.number() + " " + w.output() + " off by "
                        + Numbers.value(w.difference()) + ": " + w.before() + " → " + w.after()));
        limits.forEach(l -> out.println((l.passed() ? "PASS " : "FAIL ") + l.text()));
    }

    private static Map<String, Object> json(Drift drift, List<Limits.Checked> limits, boolean passed) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("passed", passed);
        all.put("rows", drift.rows());
        List<Object> outputs = new ArrayList<>();
        for (OutputDrift o : drift.outputs()) {
            Map<String, Object> m = new LinkedHashMap<>();
            m.put("output", o.name());
            DriftPage.values(o).forEach((name, v) -> {
                if (v.length == 2) {
                    m.put(name + "_old", finite(v[0]));
                    m.put(name + "_new", finite(v[1]));
                } else {
                    m.put(name, finite(v[0]));
                }
            });
            if (o instanceof ClassDrift c) {
                m.put("classes", c.moves());
            }
            outputs.add(m);
        }
        all.put("outputs", outputs);
        all.put("worst", drift.worst());
        all.put("limits", limits);
        return all;
    }

    private static Object finite(double x) {
        return Double.isFinite(x) ? x : null;
    }
}
