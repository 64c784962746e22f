package dev.posthorn.tools.page;

import dev.posthorn.model.Model;
import dev.posthorn.model.Port;
import dev.posthorn.model.Signature;
import dev.posthorn.model.Variable;
import dev.posthorn.tools.Text;
import dev.posthorn.tools.diagram.Diagram;
import dev.posthorn.tools.report.Report;
import dev.posthorn.tools.report.Report.Cell;
import dev.posthorn.tools.report.Report.Column;
import dev.posthorn.tools.report.Report.Kind;
import dev.posthorn.tools.report.Report.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A model's graph, and its boxes as a table. */
public final class PlotPage {
    private final List<Report.Row> rows = new ArrayList<>();
    private final Map<String, String> links = new HashMap<>();

    private PlotPage() {}

    public static Report of(Model model, String signature, Diagram diagram) {
        PlotPage page = new PlotPage();
        page.add(diagram, "");
        Signature s = model.signature(signature);
        List<Variable> stored =
                model.variables().list().stream().filter(Variable::stored).toList();
        return new Report(
                "plot",
                model.name(),
                Outcome.NEUTRAL,
                Text.count(elements(stored)) + " parameters",
                List.of(
                        new Report.Fact(
                                "of these trainable",
                                Text.count(elements(stored.stream()
                                        .filter(Variable::trainable)
                                        .toList()))),
                        new Report.Fact("takes", ports(s.inputs())),
                        new Report.Fact("gives", ports(s.outputs()))),
                List.of(
                        new Report.Picture("Graph", page.linked(diagram), List.of()),
                        new Report.Table(
                                "Layers and operations",
                                "part",
                                List.of(
                                        new Column("name", Kind.NAME, false),
                                        new Column("gives", Kind.TEXT, false),
                                        new Column("parameters", Kind.NUMBER, false)),
                                page.rows)),
                List.of());
    }

    private static long elements(List<Variable> variables) {
        return variables.stream()
                .filter(v -> v.type().shape().isKnown())
                .mapToLong(v -> v.type().shape().longSize())
                .sum();
    }

    private static String ports(List<Port> ports) {
        return ports.stream().map(p -> p.name() + " " + p.type()).collect(Collectors.joining(", "));
    }

    private void add(Diagram d, String path) {
        for (Diagram.Box b : d.boxes()) {
            String id = "box" + rows.size();
            links.put(b.id(), id);
            long count = b.note().isEmpty() ? 0 : Long.parseLong(b.note().replace(",", ""));
            rows.add(new Report.Row(
                    id,
                    b.id(),
                    Outcome.NEUTRAL,
                    List.of(
                            Cell.of(b.name(), path.isEmpty() ? b.type() : b.type() + " in " + path),
                            Cell.of(b.value()),
                            Cell.of(count, b.note())),
                    List.of()));
            b.inner().ifPresent(inner -> add(inner, path.isEmpty() ? b.name() : path + "/" + b.name()));
        }
    }

    private Diagram linked(Diagram d) {
        return new Diagram(
                d.boxes().stream()
                        .map(b -> new Diagram.Box(
                                b.id(),
                                b.name(),
                                b.type(),
                                b.note(),
                                b.value(),
                                b.tone(),
                                links.get(b.id()),
                                b.inner().map(this::linked)))
                        .toList(),
                d.arrows());
    }
}
