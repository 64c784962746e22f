package dev.posthorn.tools.page;

import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.Model;
import dev.posthorn.tools.diagram.Diagram.Tone;
import dev.posthorn.tools.diagram.ModelDiagram;
import dev.posthorn.tools.diff.ArchitectureDiff;
import dev.posthorn.tools.diff.ModelDiff;
import dev.posthorn.tools.diff.WeightsDiff;
import dev.posthorn.tools.report.Numbers;
import dev.posthorn.tools.report.Report;
import dev.posthorn.tools.report.Report.Cell;
import dev.posthorn.tools.report.Report.Column;
import dev.posthorn.tools.report.Report.Fact;
import dev.posthorn.tools.report.Report.Kind;
import dev.posthorn.tools.report.Report.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Two models: the graph of the second, coloured by what differs, and what differs as tables. */
public final class DiffPage {
    private DiffPage() {}

    /** @param subject which models */
    public static Report of(String subject, Model after, String signature, ModelDiff diff) {
        List<Report.Section> sections = new ArrayList<>();
        sections.add(outputs(diff));
        diff.architecture().ifPresent(a -> {
            sections.add(picture(after, signature, a, diff.weights()));
            sections.add(layers(a));
        });
        diff.weights().ifPresent(w -> sections.add(weights(w)));
        List<Report.Check> checks = new ArrayList<>();
        diff.outputs()
                .forEach(o -> checks.add(new Report.Check(
                        "diff.outputs",
                        output(o),
                        o.passed() ? Optional.empty() : Optional.of(problem(o.comparison())))));
        diff.architecture()
                .ifPresent(a -> a.layers()
                        .forEach(l -> checks.add(new Report.Check(
                                "diff.layers", l.path(), l.passed() ? Optional.empty() : Optional.of(said(l))))));
        diff.weights()
                .ifPresent(w -> w.rows()
                        .forEach(r -> checks.add(new Report.Check(
                                "diff.weights",
                                r.name(),
                                r.passed() ? Optional.empty() : Optional.of(problem(r.comparison()))))));
        return new Report(
                "diff",
                subject,
                Outcome.of(diff.passed()),
                diff.passed() ? "equal within the tolerance" : "different",
                facts(diff),
                sections,
                checks);
    }

    private static List<Fact> facts(ModelDiff d) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact(
                "layers that differ",
                d.architecture()
                        .map(a -> a.layers().stream().filter(l -> !l.passed()).count() + " of "
                                + a.layers().size())
                        .orElse("not compared: not both have layers")));
        facts.add(new Fact(
                "weights that differ",
                d.weights()
                        .map(w -> w.different().size() + " of " + w.rows().size())
                        .orElse("not compared: not both have variables")));
        facts.add(new Fact(
                "outputs that differ",
                d.outputs().stream().filter(o -> !o.passed()).count() + " of "
                        + d.outputs().size()));
        return facts;
    }

    private static String output(ModelDiff.Output o) {
        return o.before().equals(o.after()) ? o.before() : or(o.before()) + " → " + or(o.after());
    }

    private static String or(String name) {
        return name.isEmpty() ? "none" : name;
    }

    private static String problem(Optional<Comparison> c) {
        return c.map(Comparison::toString).orElse("in one model alone");
    }

    /** What is different about a layer. */
    public static String said(ArchitectureDiff.Layer l) {
        if (l.before().isEmpty()) {
            return "added";
        } else if (l.after().isEmpty()) {
            return "removed";
        }
        String name = l.before().equals(l.after()) ? "" : "was named " + l.before();
        List<String> all = new ArrayList<>(name.isEmpty() ? List.of() : List.of(name));
        l.changes().forEach(k -> all.add(k.name() + ": " + or(k.before()) + " → " + or(k.after())));
        return String.join("; ", all);
    }

    private static Report.Table outputs(ModelDiff d) {
        List<Report.Row> rows = new ArrayList<>();
        d.outputs().forEach(o -> {
            double off = o.comparison().map(Comparison::maxAbs).orElse(Double.NaN);
            rows.add(new Report.Row(
                    "output" + rows.size(),
                    "",
                    Outcome.of(o.passed()),
                    List.of(
                            Cell.of(output(o)),
                            Cell.of(off, Numbers.error(off)),
                            Cell.of(o.scale(), Numbers.value(o.scale())),
                            Cell.of(o.passed() ? "" : problem(o.comparison()))),
                    List.of()));
        });
        return new Report.Table(
                "Outputs",
                "output",
                List.of(
                        new Column("output", Kind.NAME, false),
                        new Column("max |difference|", Kind.NUMBER, false),
                        new Column("scale", Kind.NUMBER, true),
                        new Column("problem", Kind.TEXT, false)),
                rows);
    }

    private static Report.Picture picture(Model after, String signature, ArchitectureDiff a, Optional<WeightsDiff> w) {
        Map<String, ModelDiagram.Mark> marks = new HashMap<>();
        Map<String, Boolean> moved = new HashMap<>();
        w.ifPresent(all -> all.rows().forEach(r -> {
            String key = r.after();
            moved.merge(key.substring(0, Math.max(0, key.lastIndexOf('/'))), !r.passed(), Boolean::logicalOr);
        }));
        for (int i = 0; i < a.layers().size(); i++) {
            ArchitectureDiff.Layer l = a.layers().get(i);
            boolean trained = moved.getOrDefault(l.after(), false);
            String note =
                    l.before().isEmpty() ? "added" : !l.changes().isEmpty() ? "changed" : trained ? "weights" : "";
            Tone tone = !l.passed() ? Tone.WRONG : trained ? Tone.OFF : Tone.GOOD;
            marks.put(l.after(), new ModelDiagram.Mark(note, tone, "layer" + i));
        }
        return new Report.Picture(
                "Graph of the second model",
                ModelDiagram.of(after, signature, path -> Optional.ofNullable(marks.get(path))),
                List.of(
                        new Report.Legend(Tone.GOOD, "equal"),
                        new Report.Legend(Tone.OFF, "other weights"),
                        new Report.Legend(Tone.WRONG, "added or configured otherwise")));
    }

    private static Report.Table layers(ArchitectureDiff a) {
        List<Report.Row> rows = new ArrayList<>();
        for (ArchitectureDiff.Layer l : a.layers()) {
            List<String> lines = l.changes().stream()
                    .map(k -> k.name() + ": " + or(k.before()) + " → " + or(k.after()))
                    .toList();
            rows.add(new Report.Row(
                    "layer" + rows.size(),
                    l.after(),
                    Outcome.of(l.passed()),
                    List.of(Cell.of(l.path(), l.type()), Cell.of(said(l))),
                    lines.isEmpty() ? List.of() : List.of(new Report.Note("", Outcome.FAILED, lines))));
        }
        return new Report.Table(
                "Layers",
                "layer",
                List.of(new Column("layer", Kind.NAME, false), new Column("what differs", Kind.TEXT, false)),
                rows);
    }

    private static Report.Table weights(WeightsDiff w) {
        List<Report.Row> rows = new ArrayList<>();
        for (WeightsDiff.Row r : w.rows()) {
            double off = r.comparison().map(Comparison::maxAbs).orElse(Double.NaN);
            String type =
                    r.typeBefore().or(r::typeAfter).map(TensorType::toString).orElse("");
            boolean moved =
                    !r.before().isEmpty() && !r.after().isEmpty() && !r.before().equals(r.after());
            rows.add(new Report.Row(
                    "weight" + rows.size(),
                    "",
                    Outcome.of(r.passed()),
                    List.of(
                            Cell.of(r.name(), type + (moved ? " → " + r.after() : "")),
                            number(r.normBefore()),
                            number(r.normAfter()),
                            number(r.distance()),
                            Cell.of(off, Double.isNaN(off) ? "–" : Numbers.error(off))),
                    List.of(new Report.Note("", Outcome.NEUTRAL, List.of(problem(r.comparison()))))));
        }
        return new Report.Table(
                "Weights",
                "weight",
                List.of(
                        new Column("weight", Kind.NAME, false),
                        new Column("‖A‖", Kind.NUMBER, true),
                        new Column("‖B‖", Kind.NUMBER, true),
                        new Column("‖B − A‖", Kind.NUMBER, false),
                        new Column("max |B − A|", Kind.NUMBER, false)),
                rows);
    }

    private static Cell number(double x) {
        return Double.isNaN(x) ? Cell.of("–") : Cell.of(x, Numbers.value(x));
    }
}
