package dev.posthorn.tools.page;

import dev.posthorn.tools.Text;
import dev.posthorn.tools.drift.ClassDrift;
import dev.posthorn.tools.drift.Drift;
import dev.posthorn.tools.drift.Limits;
import dev.posthorn.tools.drift.OutputDrift;
import dev.posthorn.tools.drift.ValueDrift;
import dev.posthorn.tools.report.Numbers;
import dev.posthorn.tools.report.Report;
import dev.posthorn.tools.report.Report.Cell;
import dev.posthorn.tools.report.Report.Column;
import dev.posthorn.tools.report.Report.Fact;
import dev.posthorn.tools.report.Report.Kind;
import dev.posthorn.tools.report.Report.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An old and a new model on the same rows: agreement, changes of classes, errors, the rows that differ most, limits. */
public final class DriftPage {
    private DriftPage() {}

    /** @param subject which models */
    public static Report of(String subject, Drift drift, List<Limits.Checked> limits) {
        List<Report.Section> sections = new ArrayList<>();
        if (!limits.isEmpty()) {
            sections.add(limits(limits));
        }
        drift.outputs().forEach(o -> {
            sections.add(measures(o));
            if (o instanceof ClassDrift c) {
                sections.add(moves(c));
            }
        });
        sections.add(worst(drift));
        long broken = limits.stream().filter(l -> !l.passed()).count();
        return new Report(
                "drift",
                subject,
                limits.isEmpty() ? Outcome.NEUTRAL : Outcome.of(broken == 0),
                limits.isEmpty()
                        ? "no limit was given"
                        : broken == 0
                                ? "within " + limits.size() + " " + (limits.size() == 1 ? "limit" : "limits")
                                : broken + " of " + limits.size() + " limits exceeded",
                facts(drift),
                sections,
                limits.stream()
                        .map(l -> new Report.Check(
                                "drift." + l.output(),
                                l.option(),
                                l.passed() ? Optional.empty() : Optional.of(l.text())))
                        .toList());
    }

    private static List<Fact> facts(Drift d) {
        List<Fact> facts = new ArrayList<>(List.of(new Fact("rows", Text.count(d.rows()))));
        for (OutputDrift o : d.outputs()) {
            if (o instanceof ClassDrift c) {
                facts.add(new Fact("agreement of " + o.name(), Numbers.percent(c.agreement())));
            } else {
                facts.add(new Fact("mean difference of " + o.name(), Numbers.value(o.meanDifference())));
            }
        }
        return facts;
    }

    private static Report.Table limits(List<Limits.Checked> limits) {
        List<Report.Row> rows = new ArrayList<>();
        limits.forEach(l -> rows.add(new Report.Row(
                "limit" + rows.size(),
                "",
                Outcome.of(l.passed()),
                List.of(
                        Cell.of(l.option(), l.output()),
                        Cell.of(l.limit(), Numbers.value(l.limit())),
                        Cell.of(l.was(), Numbers.value(l.was()))),
                List.of())));
        return new Report.Table(
                "Limits",
                "limit",
                List.of(
                        new Column("limit", Kind.NAME, false),
                        new Column("allowed", Kind.NUMBER, false),
                        new Column("was", Kind.NUMBER, false)),
                rows);
    }

    /** What is measured of an output: name, what it is, value of the old model, of the new one; both alike where it is of both. */
    public static Map<String, double[]> values(OutputDrift o) {
        Map<String, double[]> all = new LinkedHashMap<>();
        if (o instanceof ClassDrift c) {
            all.put("agreement", new double[] {c.agreement()});
            if (c.isJudged()) {
                all.put("accuracy", new double[] {c.accuracyBefore(), c.accuracyAfter()});
                all.put("rows_lost", new double[] {c.lost()});
                all.put("rows_gained", new double[] {c.gained()});
            }
        } else if (o instanceof ValueDrift v) {
            all.put("mean", new double[] {v.meanBefore(), v.meanAfter()});
            all.put("rms_difference", new double[] {v.rmsDifference()});
            all.put("correlation", new double[] {v.correlation()});
            if (v.isJudged()) {
                all.put("mean_absolute_error", new double[] {v.errorBefore(), v.errorAfter()});
                all.put("root_mean_square_error", new double[] {v.rmseBefore(), v.rmseAfter()});
            }
        }
        all.put("mean_difference", new double[] {o.meanDifference()});
        all.put("largest_difference", new double[] {o.maxDifference()});
        return all;
    }

    private static Report.Table measures(OutputDrift o) {
        List<Report.Row> rows = new ArrayList<>();
        values(o)
                .forEach((name, v) -> rows.add(new Report.Row(
                        "measure-" + o.name() + rows.size(),
                        "",
                        Outcome.NEUTRAL,
                        List.of(
                                Cell.of(name.replace('_', ' ')),
                                v.length < 2 ? Cell.of("") : Cell.of(v[0], Numbers.value(v[0])),
                                Cell.of(v[v.length - 1], Numbers.value(v[v.length - 1]))),
                        List.of())));
        return new Report.Table(
                "Output " + o.name(),
                "measure",
                List.of(
                        new Column("measure", Kind.NAME, false),
                        new Column("old", Kind.NUMBER, false),
                        new Column("new, or of both", Kind.NUMBER, false)),
                rows);
    }

    private static Report.Table moves(ClassDrift c) {
        List<Report.Row> rows = new ArrayList<>();
        c.moves().stream()
                .sorted(Comparator.<ClassDrift.Move>comparingInt(m -> m.from() == m.to() ? 1 : 0)
                        .thenComparing(
                                Comparator.comparingLong(ClassDrift.Move::rows).reversed()))
                .forEach(m -> rows.add(new Report.Row(
                        "move-" + c.name() + rows.size(),
                        "",
                        m.from() == m.to() ? Outcome.NEUTRAL : Outcome.FAILED,
                        List.of(
                                Cell.of(m.from() == m.to() ? "stays " + m.from() : m.from() + " → " + m.to()),
                                Cell.of(m.rows(), Text.count(m.rows())),
                                Cell.of(m.rows(), Numbers.percent((double) m.rows() / c.rows()))),
                        List.of())));
        return new Report.Table(
                "Classes of " + c.name() + ", old → new",
                "pair",
                List.of(
                        new Column("class", Kind.NAME, false),
                        new Column("rows", Kind.NUMBER, false),
                        new Column("of all", Kind.NUMBER, false)),
                rows);
    }

    private static Report.Table worst(Drift d) {
        List<Report.Row> rows = new ArrayList<>();
        d.worst()
                .forEach(w -> rows.add(new Report.Row(
                        "worst" + rows.size(),
                        "",
                        Outcome.NEUTRAL,
                        List.of(
                                Cell.of("row " + w.number(), d.outputs().size() == 1 ? "" : w.output()),
                                Cell.of(w.difference(), Numbers.value(w.difference())),
                                Cell.of(w.before()),
                                Cell.of(w.after())),
                        List.of())));
        return new Report.Table(
                "Rows that differ most",
                "row",
                List.of(
                        new Column("row, from 0", Kind.NAME, false),
                        new Column("mean difference", Kind.NUMBER, false),
                        new Column("old", Kind.TEXT, false),
                        new Column("new", Kind.TEXT, false)),
                rows);
    }
}
