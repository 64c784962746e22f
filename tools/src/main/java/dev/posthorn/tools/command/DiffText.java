package dev.posthorn.tools.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.TensorType;
import dev.posthorn.tools.diff.ArchitectureDiff;
import dev.posthorn.tools.diff.ModelDiff;
import dev.posthorn.tools.diff.WeightsDiff;
import dev.posthorn.tools.page.DiffPage;
import dev.posthorn.tools.report.Numbers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What differs between two models, as lines and as JSON. */
record DiffText(ModelDiff diff) {
    /** @param all also what is equal */
    String lines(boolean all) {
        List<String> lines = new ArrayList<>();
        diff.architecture()
                .ifPresentOrElse(
                        a -> a.layers().stream()
                                .filter(l -> all || !l.passed())
                                .forEach(l -> lines.add(sign(l.passed()) + "layer " + l.path() + " (" + l.type() + ") "
                                        + DiffPage.said(l))),
                        () -> lines.add("layers: not compared, for not both models have layers"));
        diff.weights()
                .ifPresentOrElse(
                        w -> (all ? w.rows() : w.different())
                                .forEach(r -> lines.add(sign(r.passed()) + "weight " + name(r) + " " + weight(r))),
                        () -> lines.add("weights: not compared, for not both models have variables"));
        diff.outputs()
                .forEach(o -> lines.add(sign(o.passed()) + "output "
                        + (o.before().equals(o.after()) ? o.before() : o.before() + " → " + o.after()) + " "
                        + problem(o.comparison())));
        lines.add(counts());
        return String.join("\n", lines).replace("\r", " ") + "\n";
    }

    private String counts() {
        String layers = diff.architecture()
                .map(a -> a.layers().stream().filter(l -> !l.passed()).count() + " of "
                        + a.layers().size() + " layers, ")
                .orElse("");
        String weights = diff.weights()
                .map(w -> w.different().size() + " of " + w.rows().size() + " weights, ")
                .orElse("");
        return layers + weights
                + diff.outputs().stream().filter(o -> !o.passed()).count() + " of "
                + diff.outputs().size() + " outputs differ";
    }

    private static String sign(boolean passed) {
        return passed ? "equal  " : "DIFFER ";
    }

    private static String name(WeightsDiff.Row r) {
        boolean moved =
                !r.before().isEmpty() && !r.after().isEmpty() && !r.before().equals(r.after());
        return moved ? r.before() + " → " + r.after() : r.name();
    }

    private static String weight(WeightsDiff.Row r) {
        if (r.comparison().isEmpty()) {
            return r.before().isEmpty() ? "added" : "removed";
        }
        return "norm " + Numbers.value(r.normBefore()) + " → " + Numbers.value(r.normAfter()) + ", distance "
                + Numbers.value(r.distance()) + ", " + problem(r.comparison());
    }

    private static String problem(Optional<Comparison> c) {
        return c.map(Comparison::toString).orElse("in one model alone");
    }

    String json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("equal", diff.passed());
        json.put("layers", diff.architecture().map(ArchitectureDiff::layers).orElse(null));
        json.put(
                "weights",
                diff.weights()
                        .map(w -> w.rows().stream().map(DiffText::json).toList())
                        .orElse(null));
        json.put(
                "outputs",
                diff.outputs().stream()
                        .map(o -> {
                            Map<String, Object> m = new LinkedHashMap<>();
                            m.put("before", o.before());
                            m.put("after", o.after());
                            m.put("scale", o.scale());
                            return compared(m, o.comparison());
                        })
                        .toList());
        try {
            return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(json) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e); // maps, texts and numbers
        }
    }

    private static Map<String, Object> json(WeightsDiff.Row r) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("before", r.before());
        m.put("after", r.after());
        m.put("type_before", r.typeBefore().map(TensorType::toString).orElse(null));
        m.put("type_after", r.typeAfter().map(TensorType::toString).orElse(null));
        m.put("norm_before", finite(r.normBefore()));
        m.put("norm_after", finite(r.normAfter()));
        m.put("distance", finite(r.distance()));
        return compared(m, r.comparison());
    }

    private static Map<String, Object> compared(Map<String, Object> m, Optional<Comparison> c) {
        m.put("equal", c.map(Comparison::passed).orElse(false));
        m.put("largest_difference", c.map(x -> finite(x.maxAbs())).orElse(null));
        m.put("problem", problem(c));
        return m;
    }

    private static Object finite(double x) {
        return Double.isFinite(x) ? x : null;
    }
}
