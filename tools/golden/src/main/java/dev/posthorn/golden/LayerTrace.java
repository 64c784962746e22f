package dev.posthorn.golden;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
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
public record LayerTrace(List<Row> rows, double tolerance) {
    public LayerTrace {
        rows = List.copyOf(rows);
    }

    /**
     * A layer's errors, as parts of its scale.
     *
     * @param error in the model; empty where Java has no such layer outside of a loop
     * @param before the largest error of what it got
     * @param apart by itself, where what it got in Python is recorded
     * @param spread how its values are spread, where they are compared
     */
    public record Row(
            Golden.Layer layer, OptionalDouble error, double before, OptionalDouble apart, Optional<Spread> spread) {}

    /** Runs the recorded call. */
    public static LayerTrace of(Golden golden, Model model, double tolerance) {
        KerasProgram program = (KerasProgram) model.program();
        List<Tensor> inputs = inputs(golden, model);
        Map<String, Tensor> was = model.activations(inputs);
        Map<String, List<Tensor>> given = new LinkedHashMap<>();
        golden.layers().forEach(l -> golden.inputs(l).ifPresent(in -> given.put(l.key(), in)));
        Variables.Snapshot now = model.variables().snapshot();
        Map<String, Tensor> apart =
                apart(program, model.backend(), inputs, given, now, Set.of(), Set.of(), was::containsKey);
        Map<String, Double> errors = new LinkedHashMap<>();
        List<Row> rows = new ArrayList<>();
        for (Golden.Layer l : golden.layers()) {
            double before = 0;
            for (Optional<String> key : l.inputs()) {
                before = Math.max(
                        before, key.map(k -> errors.getOrDefault(k, 0.0)).orElse(0.0));
            }
            OptionalDouble error = error(golden, l, was);
            for (int i = 0; i < l.outputs().size() && error.isPresent(); i++) {
                errors.put(l.outputs().get(i).array(), golden.error(l.outputs().get(i), was.get(l.output(i))));
            }
            rows.add(new Row(
                    l,
                    error,
                    before,
                    given.containsKey(l.key()) ? error(golden, l, apart) : OptionalDouble.empty(),
                    Spread.of(golden, l, was)));
        }
        return new LayerTrace(rows, tolerance);
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

    private static OptionalDouble error(Golden golden, Golden.Layer l, Map<String, Tensor> was) {
        double most = 0;
        for (int i = 0; i < l.outputs().size(); i++) {
            if (!was.containsKey(l.output(i))) {
                return OptionalDouble.empty();
            }
            most = Math.max(most, golden.error(l.outputs().get(i), was.get(l.output(i))));
        }
        return OptionalDouble.of(most);
    }

    /** What layers give by themselves, by the names of their outputs. */
    static Map<String, Tensor> apart(
            KerasProgram program,
            Backend backend,
            List<Tensor> inputs,
            Map<String, List<Tensor>> given,
            Variables.Snapshot weights,
            Set<String> training,
            Set<String> unmasked,
            Predicate<String> wanted) {
        Map<String, List<TensorType>> types = new LinkedHashMap<>();
        List<Tensor> all = new ArrayList<>(inputs);
        given.forEach((key, tensors) -> {
            types.put(key, tensors.stream().map(Tensor::type).toList());
            all.addAll(tensors);
        });
        List<TensorType> first = inputs.stream().map(Tensor::type).toList();
        Graph graph = program.lowerApart(first, types, training, unmasked, wanted);
        Backend.Executable executable = backend.compile(graph, weights);
        List<Tensor> values = executable.run(all, weights);
        executable.close();
        Map<String, Tensor> byName = new LinkedHashMap<>();
        graph.outputs().keySet().forEach(name -> byName.put(name, values.get(byName.size())));
        return byName;
    }

    /**
     * The first layer, in the order of computing, that is wrong by itself; or, where nobody is (or it cannot be known), the first
     * whose error is too large.
     */
    public Optional<Row> first() {
        Optional<Row> wrong =
                rows.stream().filter(r -> r.apart.orElse(0) > tolerance).findFirst();
        Optional<Row> late =
                rows.stream().filter(r -> r.error.orElse(0) > tolerance).findFirst();
        boolean earlier = wrong.isPresent()
                && late.isPresent()
                && late.get().apart.isEmpty()
                && rows.indexOf(late.get()) < rows.indexOf(wrong.get());
        return earlier || wrong.isEmpty() ? late : wrong;
    }

    /** Whether no layer's error is larger than the tolerance. */
    public boolean passed() {
        return rows.stream().allMatch(r -> r.error.orElse(0) <= tolerance);
    }
}
