package dev.posthorn.tools.page;

import dev.posthorn.golden.Check;
import dev.posthorn.golden.TrainingTrace;
import dev.posthorn.tools.report.Numbers;
import dev.posthorn.tools.report.Report;
import dev.posthorn.tools.report.Report.Cell;
import dev.posthorn.tools.report.Report.Column;
import dev.posthorn.tools.report.Report.Kind;
import dev.posthorn.tools.report.Report.Outcome;
import java.util.ArrayList;
import java.util.List;

/** A recorded training on a page: the curves of both sides, and what every step gave. */
final class TrainingPart {
    private TrainingPart() {}

    static List<Report.Section> of(TrainingTrace t) {
        List<Report.Section> sections = new ArrayList<>();
        for (TrainingTrace.Curve c : t.curves()) {
            sections.add(new Report.Curves(
                    "Training: " + c.name(),
                    "step",
                    List.of(new Report.Series("Python", c.expected()), new Report.Series("Java", c.was()))));
        }
        sections.add(table(t));
        return sections;
    }

    /** Everything that is compared, named by its step. */
    static List<Check> steps(TrainingTrace t) {
        return t.steps().stream()
                .flatMap(s -> s.checks().stream().map(c -> c.named("step " + s.number() + " " + c.name())))
                .toList();
    }

    private static Report.Table table(TrainingTrace t) {
        List<Report.Row> rows = new ArrayList<>();
        for (Check c : steps(t)) {
            double off = c.comparison().maxAbs();
            rows.add(new Report.Row(
                    "training" + rows.size(),
                    "",
                    c.note().isEmpty() ? Outcome.of(c.passed()) : Outcome.NEUTRAL,
                    List.of(
                            Cell.of(c.name()),
                            Cell.of(off, Numbers.error(off)),
                            Cell.of(c.passed() ? c.note() : c.comparison().toString())),
                    List.of()));
        }
        return new Report.Table(
                "Training",
                "trace",
                List.of(
                        new Column("metric of a step, weight after it", Kind.NAME, false),
                        new Column("max |difference|", Kind.NUMBER, false),
                        new Column("problem", Kind.TEXT, false)),
                rows);
    }
}
