package dev.posthorn.tools.page;

import dev.posthorn.golden.Check;
import dev.posthorn.golden.Diagnosis;
import dev.posthorn.golden.GoldenReport;
import dev.posthorn.golden.LayerTrace;
import dev.posthorn.golden.Spread;
import dev.posthorn.model.Model;
import dev.posthorn.model.Signature;
import dev.posthorn.tools.diagram.Diagram;
import dev.posthorn.tools.diagram.Diagram.Tone;
import dev.posthorn.tools.diagram.ModelDiagram;
import dev.posthorn.tools.report.Numbers;
import dev.posthorn.tools.report.Report;
import dev.posthorn.tools.report.Report.Cell;
import dev.posthorn.tools.report.Report.Column;
import dev.posthorn.tools.report.Report.Kind;
import dev.posthorn.tools.report.Report.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Golden values against a model: the diagnosis, the graph coloured by error, the layers, histograms, curves of the training. */
public final class GoldenPage {
    private final String subject;
    private final Model model;
    private final GoldenReport golden;

    private GoldenPage(String subject, Model model, GoldenReport golden) {
        this.subject = subject;
        this.model = model;
        this.golden = golden;
    }

    /** @param subject what is checked, for the title */
    public static Report of(String subject, Model model, GoldenReport golden) {
        return new GoldenPage(subject, model, golden).report();
    }

    private Report report() {
        List<Report.Section> sections = new ArrayList<>();
        golden.diagnosis().ifPresent(d -> sections.add(diagnosis(d)));
        golden.trace().ifPresent(t -> {
            sections.add(picture(t));
            sections.add(layers(t));
            sections.add(decades("Layers by their largest error", t));
        });
        sections.add(outputs());
        golden.training().ifPresent(t -> {
            sections.addAll(TrainingPart.of(t));
        });
        boolean passed = golden.passed();
        return new Report(
                "verify",
                subject,
                Outcome.of(passed),
                passed ? "Java computes what Python did" : verdict(),
                facts(),
                sections,
                checks());
    }

    private String verdict() {
        return golden.diagnosis()
                .map(d -> "differs from Python, first in " + d.where())
                .orElse("differs from Python");
    }

    private List<Report.Fact> facts() {
        List<Report.Fact> facts = new ArrayList<>();
        golden.trace().ifPresent(t -> {
            long compared = t.rows().stream().filter(r -> r.error().isPresent()).count();
            long off = t.rows().stream().filter(r -> !r.passed()).count();
            facts.add(new Report.Fact(
                    "layers compared", compared + " of " + t.rows().size()));
            facts.add(new Report.Fact("layers off", String.valueOf(off)));
            t.rows().stream()
                    .mapToDouble(LayerTrace.Row::allowed)
                    .max()
                    .ifPresent(most -> facts.add(new Report.Fact(
                            "tolerance of a layer", "at most " + Numbers.error(most) + " of its scale")));
        });
        facts.add(new Report.Fact(
                "checks passed",
                checks().stream().filter(c -> c.failure().isEmpty()).count() + " of " + checks().size()));
        return facts;
    }

    private static Report.Note diagnosis(Diagnosis d) {
        List<String> said = d.lines();
        List<String> lines = new ArrayList<>();
        String first = d.row().isPresent()
                ? "The first layer to differ is " + d.row().get().layer().key() + " ("
                        + d.row().get().layer().className() + ")"
                : "The first to differ: " + d.where();
        lines.add(first + ". L" + said.get(1).substring(1) + ".");
        lines.addAll(said.subList(2, said.size()));
        d.row()
                .ifPresent(r -> lines.add("It is off by " + text(r.error()) + " of its scale, what it gets by "
                        + Numbers.error(r.before()) + ", by itself by " + text(r.apart()) + "."));
        return new Report.Note("Diagnosis", Outcome.FAILED, lines);
    }

    private static String text(OptionalDouble error) {
        return error.isPresent() ? Numbers.error(error.getAsDouble()) : "–";
    }

    private Tone tone(LayerTrace.Row r) {
        if (r.error().isEmpty()) {
            return Tone.UNKNOWN;
        } else if (r.passed()) {
            return r.error().getAsDouble() <= r.allowed() / 100 ? Tone.GOOD : Tone.NEAR;
        }
        boolean first =
                golden.diagnosis().filter(d -> d.row().equals(Optional.of(r))).isPresent();
        return r.apart().orElse(0) > r.allowed() || first ? Tone.WRONG : Tone.OFF;
    }

    private Report.Picture picture(LayerTrace t) {
        Map<String, ModelDiagram.Mark> marks = new HashMap<>();
        for (int i = 0; i < t.rows().size(); i++) {
            LayerTrace.Row r = t.rows().get(i);
            ModelDiagram.Mark mark = new ModelDiagram.Mark(text(r.error()), tone(r), id(i));
            marks.merge(r.layer().path(), mark, (a, b) -> a.tone().compareTo(b.tone()) >= 0 ? a : b);
        }
        Diagram diagram =
                ModelDiagram.of(model, Signature.DEFAULT, path -> Optional.of(marks.getOrDefault(path, NOT_COMPARED)));
        return new Report.Picture(
                "Graph",
                diagram,
                List.of(
                        new Report.Legend(Tone.GOOD, "equal"),
                        new Report.Legend(Tone.NEAR, "within the tolerance"),
                        new Report.Legend(Tone.OFF, "off, as what it gets"),
                        new Report.Legend(Tone.WRONG, "off by itself"),
                        new Report.Legend(Tone.UNKNOWN, "not compared")));
    }

    private static final ModelDiagram.Mark NOT_COMPARED = new ModelDiagram.Mark("", Tone.UNKNOWN, "");

    private static String id(int row) {
        return "layer" + row;
    }

    private static Report.Table layers(LayerTrace t) {
        List<Report.Row> rows = new ArrayList<>();
        for (int i = 0; i < t.rows().size(); i++) {
            LayerTrace.Row r = t.rows().get(i);
            Outcome outcome = r.error().isEmpty() ? Outcome.NEUTRAL : Outcome.of(r.passed());
            rows.add(new Report.Row(
                    id(i),
                    r.layer().path(),
                    outcome,
                    List.of(
                            Cell.of(i + 1, String.valueOf(i + 1)),
                            Cell.of(r.layer().key(), r.layer().className()),
                            number(r.error()),
                            r.spread()
                                    .map(s -> Cell.of(s.mean(), Numbers.error(s.mean())))
                                    .orElse(Cell.of("–")),
                            Cell.of(r.before(), Numbers.error(r.before())),
                            number(r.apart())),
                    r.spread().map(GoldenPage::details).orElse(List.of())));
        }
        return new Report.Table(
                "Layers",
                "layer",
                List.of(
                        new Column("#", Kind.NUMBER, true),
                        new Column("layer", Kind.NAME, false),
                        new Column("max error", Kind.NUMBER, false),
                        new Column("mean error", Kind.NUMBER, false),
                        new Column("what it gets", Kind.NUMBER, true),
                        new Column("by itself", Kind.NUMBER, true)),
                rows);
    }

    private static Cell number(OptionalDouble x) {
        return x.isPresent() ? Cell.of(x.getAsDouble(), Numbers.error(x.getAsDouble())) : Cell.of("–");
    }

    private static List<Report.Section> details(Spread s) {
        List<String> bins = IntStream.range(0, s.expected().size())
                .mapToObj(i -> Numbers.value(s.low()
                        + (s.high() - s.low())
                                * (i < s.expected().size() - 1 ? i : i + 1)
                                / s.expected().size()))
                .toList();
        return List.of(
                new Report.Bars(
                        "elements by their error, of the scale", labels(), List.of(new Report.Series("", s.decades()))),
                new Report.Bars(
                        "values",
                        bins,
                        List.of(new Report.Series("Python", s.expected()), new Report.Series("Java", s.was()))),
                new Report.Note("", Outcome.NEUTRAL, List.of(s.count() + " elements compared")));
    }

    private static List<String> labels() {
        List<String> labels = new ArrayList<>(List.of("0", "<"));
        for (int power = Spread.LEAST; power <= 0; power++) {
            labels.add("1e" + power);
        }
        return labels;
    }

    private static Report.Bars decades(String title, LayerTrace t) {
        int[] counts = new int[labels().size()];
        t.rows().forEach(r -> r.error().ifPresent(e -> counts[Spread.decade(e)]++));
        return new Report.Bars(
                title,
                labels(),
                List.of(new Report.Series("", IntStream.of(counts).boxed().toList())));
    }

    private List<Check> recorded() {
        List<Check> all = new ArrayList<>(golden.outputs());
        all.addAll(golden.gradients());
        return all;
    }

    private Report.Table outputs() {
        List<Report.Row> rows = new ArrayList<>();
        for (Check c : recorded()) {
            rows.add(new Report.Row(
                    "check" + rows.size(),
                    "",
                    Outcome.of(c.passed()),
                    List.of(
                            Cell.of(c.name()),
                            Cell.of(
                                    c.comparison().maxAbs(),
                                    Numbers.error(c.comparison().maxAbs())),
                            Cell.of(
                                    c.comparison().maxRel(),
                                    Numbers.error(c.comparison().maxRel())),
                            Cell.of(c.passed() ? "" : c.comparison().toString())),
                    List.of()));
        }
        return new Report.Table(
                "Recorded calls",
                "check",
                List.of(
                        new Column("check", Kind.NAME, false),
                        new Column("max |difference|", Kind.NUMBER, false),
                        new Column("relative", Kind.NUMBER, true),
                        new Column("problem", Kind.TEXT, false)),
                rows);
    }

    private List<Report.Check> checks() {
        List<Report.Check> checks = new ArrayList<>();
        recorded()
                .forEach(c -> checks.add(new Report.Check(
                        subject + ".calls",
                        c.name(),
                        c.passed()
                                ? Optional.empty()
                                : Optional.of(c.comparison().toString()))));
        golden.trace()
                .ifPresent(t -> t.rows().stream()
                        .filter(r -> r.error().isPresent())
                        .forEach(r -> checks.add(new Report.Check(
                                subject + ".layers",
                                r.layer().key() + " (" + r.layer().className() + ")",
                                r.passed() ? Optional.empty() : Optional.of(problem(r))))));
        golden.training()
                .ifPresent(t -> TrainingPart.steps(t)
                        .forEach(r -> checks.add(new Report.Check(
                                subject + ".training",
                                r.name(),
                                r.comparison().passed()
                                        ? Optional.empty()
                                        : Optional.of(r.comparison().toString())))));
        return checks;
    }

    private String problem(LayerTrace.Row r) {
        String cause = golden.diagnosis()
                .filter(d -> d.row().equals(Optional.of(r)) && !d.causes().isEmpty())
                .map(d -> "; likely cause: " + d.causes().get(0))
                .orElse("");
        return "off by " + text(r.error()) + " of its scale, what it gets by " + Numbers.error(r.before())
                + ", by itself " + text(r.apart()) + cause;
    }
}
