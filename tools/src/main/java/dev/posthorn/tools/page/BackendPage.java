package dev.posthorn.tools.page;

import dev.posthorn.tools.diff.BackendDiff;
import dev.posthorn.tools.report.Numbers;
import dev.posthorn.tools.report.Report;
import dev.posthorn.tools.report.Report.Cell;
import dev.posthorn.tools.report.Report.Column;
import dev.posthorn.tools.report.Report.Fact;
import dev.posthorn.tools.report.Report.Kind;
import dev.posthorn.tools.report.Report.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One call on two backends, node by node. */
public final class BackendPage {
    private BackendPage() {}

    public static Report of(String subject, BackendDiff diff) {
        List<Report.Section> sections = new ArrayList<>();
        diff.first()
                .ifPresent(r -> sections.add(new Report.Note(
                        "First to differ",
                        Outcome.FAILED,
                        List.of(name(r), r.text(), r.comparison().toString()))));
        sections.add(table("Results", "result", diff.results()));
        sections.add(table("Nodes", "node", diff.nodes()));
        List<Report.Check> checks = new ArrayList<>();
        List<BackendDiff.Row> all = new ArrayList<>(diff.nodes());
        all.addAll(diff.results());
        all.forEach(r -> checks.add(new Report.Check(
                "diff.backends",
                r.text(),
                r.comparison().passed()
                        ? Optional.empty()
                        : Optional.of(r.comparison().toString()))));
        long apart = diff.nodes().stream().filter(r -> !r.comparison().passed()).count();
        return new Report(
                "diff",
                subject,
                Outcome.of(diff.passed()),
                diff.passed() ? "equal within the tolerance" : "different",
                List.of(new Fact(
                        "nodes that differ", apart + " of " + diff.nodes().size())),
                sections,
                checks);
    }

    private static String name(BackendDiff.Row r) {
        return r.name().isEmpty() ? r.text() : r.name();
    }

    private static Report.Table table(String title, String thing, List<BackendDiff.Row> all) {
        List<Report.Row> rows = new ArrayList<>();
        for (BackendDiff.Row r : all) {
            rows.add(new Report.Row(
                    thing + rows.size(),
                    "",
                    Outcome.of(r.comparison().passed()),
                    List.of(
                            Cell.of(rows.size() + 1, String.valueOf(rows.size() + 1)),
                            Cell.of(name(r), r.text()),
                            Cell.of(r.relative(), Numbers.error(r.relative()))),
                    List.of(new Report.Note(
                            "", Outcome.NEUTRAL, List.of(r.comparison().toString())))));
        }
        return new Report.Table(
                title,
                thing,
                List.of(
                        new Column("#", Kind.NUMBER, true),
                        new Column(thing, Kind.NAME, false),
                        new Column("difference, of its scale", Kind.NUMBER, false)),
                rows);
    }
}
