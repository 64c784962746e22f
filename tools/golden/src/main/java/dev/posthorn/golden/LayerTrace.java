package dev.posthorn.golden;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.keras.KerasProgram;
import dev.posthorn.model.Backend;
import dev.posthorn.model.Model;
import dev.posthorn.model.Variables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Every recorded layer in Java: in the model as it runs, and by itself, given what it got in Python. So a layer that is wrong is told
 * from those that only go on with what a wrong one gives.
 */
public record LayerTrace(List<Row> rows) {
    public LayerTrace {
        rows = List.copyOf(rows);
    }

    /**
     * A layer's errors, as parts of its scale.
     *
     * @param outputs what it gives in the model; none where it is not compared
     * @param missing why it is not compared; empty where it is
     * @param error the largest error of these; empty where there is none
     * @param before the largest error of what it got
     * @param apart by itself, where what it got in Python is recorded
     * @param spread how its values are spread, where they are compared
     * @param allowed how large an error may be
     */
    public record Row(
            Golden.Layer layer,
            List<Check> outputs,
            String missing,
            OptionalDouble error,
            double before,
            OptionalDouble apart,
            Optional<Spread> spread,
            double allowed) {
        /** Whether it gives in the model what it gave in Python, or cannot be compared. */
        public boolean passed() {
            return outputs.stream().allMatch(Check::passed);
        }

        /** Whether it would be right if it got what it got in Python. */
        public boolean follows() {
            return !passed() && apart.isPresent() && apart.getAsDouble() <= allowed;
        }
    }

    /** Runs the recorded call. */
    public static LayerTrace of(Golden golden, Model model, Tolerances tolerances) {
        KerasProgram program = (KerasProgram) model.program();
        List<Tensor> inputs = inputs(golden, model);
        Map<String, Tensor> was = model.activations(inputs);
        Map<String, List<Tensor>> given = new LinkedHashMap<>();
        golden.layers().forEach(l -> golden.inputs(l).ifPresent(in -> given.put(l.key(), in)));
        Variables.Snapshot now = model.variables().snapshot();
        Map<String, Tensor> apart =
                apart(program, model.backend(), inputs, given, Map.of(), now, Set.of(), Set.of(), was::containsKey);
        Layers layers = new Layers(program, now);
        Map<String, Double> errors = new LinkedHashMap<>();
        List<Row> rows = new ArrayList<>();
        for (Golden.Layer l : golden.layers()) {
            double before = 0;
            for (Optional<String> key : l.inputs()) {
                before = Math.max(
                        before, key.map(k -> errors.getOrDefault(k, 0.0)).orElse(0.0));
            }
            double allowed = l.outputs().stream()
                    .mapToDouble(o -> tolerances.of(l, o))
                    .max()
                    .orElse(tolerances.layers());
            List<Check> checks = checks(golden, l, was, tolerances);
            for (int i = 0; i < checks.size(); i++) {
                Golden.Output o = l.outputs().get(i);
                errors.put(o.array(), Golden.error(o, checks.get(i).comparison()));
            }
            rows.add(new Row(
                    l,
                    checks,
                    checks.isEmpty() ? missing(layers, l) : "",
                    error(l, checks),
                    before,
                    given.containsKey(l.key())
                            ? error(l, checks(golden, l, apart, tolerances))
                            : OptionalDouble.empty(),
                    Spread.of(golden, l, was),
                    allowed));
        }
        return new LayerTrace(rows);
    }

    private static String missing(Layers layers, Golden.Layer l) {
        return layers.at(l.path()).isPresent()
                ? "runs inside of a loop in Java: not compared"
                : "is none of the model's in Java, which has other names: not compared";
    }

    private static List<Check> checks(Golden golden, Golden.Layer l, Map<String, Tensor> was, Tolerances tolerances) {
        List<Check> checks = new ArrayList<>();
        for (int i = 0; i < l.outputs().size(); i++) {
            Tensor t = was.get(l.output(i));
            if (t == null) {
                return List.of();
            }
            Golden.Output o = l.outputs().get(i);
            double part = tolerances.of(l, o);
            checks.add(
                    new Check("layer " + l.output(i), golden.compare(o, t, part), new Tolerance(0, part * o.absmax())));
        }
        return checks;
    }

    private static OptionalDouble error(Golden.Layer l, List<Check> checks) {
        OptionalDouble most = OptionalDouble.empty();
        for (int i = 0; i < checks.size(); i++) {
            double error = Golden.error(l.outputs().get(i), checks.get(i).comparison());
            most = OptionalDouble.of(Math.max(most.orElse(0), error));
        }
        return most;
    }

    static List<Tensor> inputs(Golden golden, Model model) {
        List<Tensor> inputs = new ArrayList<>();
        for (int i = 0; i < model.inputs().size(); i++) {
            Tensor t = golden.arrays().get("in." + i);
            if (t == null) {
                throw new IllegalArgumentException("golden: expected "
                        + model.inputs().size() + " recorded inputs but was " + i + ", at " + golden.folder());
            }
            inputs.add(t.cast(model.inputs().get(i).type().dtype()));
        }
        return inputs;
    }

    /** What layers give by themselves, by the names of their outputs. */
    static Map<String, Tensor> apart(
            KerasProgram program,
            Backend backend,
            List<Tensor> inputs,
            Map<String, List<Tensor>> given,
            Map<String, List<Tensor>> masks,
            Variables.Snapshot weights,
            Set<String> training,
            Set<String> unmasked,
            Predicate<String> wanted) {
        List<Tensor> all = new ArrayList<>(inputs);
        given.values().forEach(all::addAll);
        masks.values().forEach(all::addAll);
        List<TensorType> first = inputs.stream().map(Tensor::type).toList();
        Graph graph = program.lowerApart(first, types(given), types(masks), training, unmasked, wanted);
        Backend.Executable executable = backend.compile(graph, weights);
        List<Tensor> values = executable.run(all, weights);
        executable.close();
        Map<String, Tensor> byName = new LinkedHashMap<>();
        graph.outputs().keySet().forEach(name -> byName.put(name, values.get(byName.size())));
        return byName;
    }

    private static Map<String, List<TensorType>> types(Map<String, List<Tensor>> tensors) {
        Map<String, List<TensorType>> types = new LinkedHashMap<>();
        tensors.forEach(
                (key, all) -> types.put(key, all.stream().map(Tensor::type).toList()));
        return types;
    }

    /**
     * The first layer, in the order of computing, that is wrong by itself; or, where nobody is (or it cannot be known), the first
     * whose error is too large.
     */
    public Optional<Row> first() {
        Optional<Row> wrong =
                rows.stream().filter(r -> r.apart.orElse(0) > r.allowed).findFirst();
        Optional<Row> late = rows.stream().filter(r -> !r.passed()).findFirst();
        boolean earlier = wrong.isPresent()
                && late.isPresent()
                && late.get().apart.isEmpty()
                && rows.indexOf(late.get()) < rows.indexOf(wrong.get());
        return earlier || wrong.isEmpty() ? late : wrong;
    }

    /** Whether no layer's error is larger than allowed. */
    public boolean passed() {
        return rows.stream().allMatch(Row::passed);
    }
}
