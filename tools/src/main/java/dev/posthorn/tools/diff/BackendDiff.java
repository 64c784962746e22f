package dev.posthorn.tools.diff;

import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Input;
import dev.posthorn.ir.op.Variable;
import dev.posthorn.model.Backend;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Model;
import dev.posthorn.model.Variables;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One call of a model on two backends, compared node by node in the order in which they are computed, and then its results, as
 * each backend computes them when nothing in between is looked at.
 *
 * @param nodes a row for every value of the graph
 * @param results a row for every output and update
 */
public record BackendDiff(List<Row> nodes, List<Row> results) {
    public BackendDiff {
        nodes = List.copyOf(nodes);
        results = List.copyOf(results);
    }

    /**
     * A value.
     *
     * @param name the layer or node that it is of
     * @param text the node, or the output's name
     * @param scale the largest magnitude on the first backend
     */
    public record Row(String name, String text, double scale, Comparison comparison) {
        /** The largest difference as a part of the scale. */
        public double relative() {
            return comparison.maxAbs() == 0 ? 0 : comparison.maxAbs() / Math.max(scale, Double.MIN_NORMAL);
        }
    }

    /**
     * Compares.
     *
     * @param tolerance the largest difference allowed, as a part of a value's scale
     */
    public static BackendDiff of(
            Model model, String signature, List<Tensor> inputs, Backend first, Backend second, double tolerance) {
        Graph graph = model.program()
                .lower(signature, inputs.stream().map(Tensor::type).toList(), Mode.INFERENCE);
        Map<String, Value> values = new LinkedHashMap<>();
        List<Value> shown = new ArrayList<>();
        for (Node n : graph.nodes()) {
            if (!(n.op() instanceof Input || n.op() instanceof Constant || n.op() instanceof Variable)) {
                n.values().forEach(v -> {
                    values.put(v.toString(), v);
                    shown.add(v);
                });
            }
        }
        Graph open = new Graph(graph.nodes(), graph.inputs(), values, Map.of());
        Variables.Snapshot now = model.variables().snapshot();
        List<Tensor> a = run(open, first, inputs, now);
        List<Tensor> b = run(open, second, inputs, now);
        List<Row> nodes = new ArrayList<>();
        for (int i = 0; i < shown.size(); i++) {
            Node n = shown.get(i).node();
            nodes.add(row(n.name(), n.toString().lines().findFirst().orElse(""), a.get(i), b.get(i), tolerance));
        }
        List<Tensor> c = run(graph, first, inputs, now);
        List<Tensor> d = run(graph, second, inputs, now);
        List<String> names = new ArrayList<>(graph.outputs().keySet());
        names.addAll(graph.updates().keySet());
        List<Row> results = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            results.add(row(names.get(i), "result " + names.get(i), c.get(i), d.get(i), tolerance));
        }
        return new BackendDiff(nodes, results);
    }

    private static List<Tensor> run(Graph graph, Backend backend, List<Tensor> inputs, Variables.Snapshot now) {
        Backend.Executable executable = backend.compile(graph, now);
        try {
            return executable.run(inputs, now);
        } finally {
            executable.close();
        }
    }

    /**
     * Compares what two models give, output by output: of one file on two backends, one of which loads it itself, so that nothing
     * in between is known.
     *
     * @param tolerance the largest difference allowed, as a part of an output's scale
     */
    public static BackendDiff ofResults(
            Model first, Model second, String signature, List<Tensor> inputs, double tolerance) {
        Map<String, Tensor> a = outputs(first, signature, inputs);
        Map<String, Tensor> b = outputs(second, signature, inputs);
        if (!a.keySet().equals(b.keySet())) {
            throw new IllegalArgumentException(
                    "diff: expected the same outputs but was " + a.keySet() + " and " + b.keySet());
        }
        return new BackendDiff(
                List.of(),
                a.keySet().stream()
                        .map(name -> row(name, name, a.get(name), b.get(name), tolerance))
                        .toList());
    }

    private static Map<String, Tensor> outputs(Model model, String signature, List<Tensor> inputs) {
        Map<String, Tensor> byName = new LinkedHashMap<>();
        List<Tensor> values = model.call(signature, inputs);
        model.signature(signature).outputs().forEach(p -> byName.put(p.name(), values.get(byName.size())));
        return byName;
    }

    private static Row row(String name, String text, Tensor a, Tensor b, double tolerance) {
        double scale = 0;
        for (int i = 0; a.dtype().isFloating() && i < a.size(); i++) {
            double v = Math.abs(a.getDouble(i));
            scale = Double.isFinite(v) ? Math.max(scale, v) : scale;
        }
        return new Row(name, text, scale, Comparison.of(a, b, new Tolerance(0, tolerance * scale)));
    }

    /** The values of the graph; the results where nothing else is known. */
    public List<Row> rows() {
        return nodes.isEmpty() ? results : nodes;
    }

    /** The first value, in the order of computing, that differs by more than the tolerance. */
    public Optional<Row> first() {
        return rows().stream().filter(r -> !r.comparison.passed()).findFirst();
    }

    /** The value that differs most for its scale. */
    public Optional<Row> worst() {
        return rows().stream().max(Comparator.comparingDouble(Row::relative));
    }

    /** Whether all is equal within the tolerance. */
    public boolean passed() {
        return first().isEmpty() && results.stream().allMatch(r -> r.comparison.passed());
    }
}
