package dev.posthorn.tools.verify;

import dev.posthorn.golden.Verdict;
import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.model.Backend;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Variables;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Recorded arrays, with which results are compared one after the other; the first that differs counts. */
final class Recording {
    private final Map<String, Tensor> arrays;
    private final Tolerance tolerance;
    private final Backend backend;
    private double maxAbs;
    private double maxRel;
    private String problem = "";
    private final Set<String> compared = new HashSet<>();

    Recording(Map<String, Tensor> arrays, Tolerance tolerance, String backend) {
        this.arrays = arrays;
        this.tolerance = tolerance;
        this.backend = Backend.named(backend);
    }

    boolean has(String key) {
        return arrays.containsKey(key);
    }

    Tensor get(String key) {
        Tensor t = arrays.get(key);
        if (t == null) {
            throw new ModelFormatException("case: expected an array '" + key + "' but was " + arrays.keySet());
        }
        return t;
    }

    Map<String, Tensor> arrays() {
        return arrays;
    }

    /** The outputs of a graph, by the backend. */
    List<Tensor> run(Graph graph, List<Tensor> inputs) {
        Variables.Snapshot none = new Variables.Snapshot(0, Map.of());
        return backend.compile(graph, none).run(inputs, none);
    }

    void compare(String key, Tensor was) {
        compare(key, was, tolerance);
    }

    /** The same of what is a difference of sums: relative to the largest of all values. */
    void compareSums(String key, Tensor was) {
        double ofScale = Tolerance.ofScale(get(key), tolerance.rtol()).atol();
        compare(key, was, new Tolerance(tolerance.rtol(), tolerance.atol() + ofScale));
    }

    private void compare(String key, Tensor was, Tolerance tolerance) {
        compared.add(key);
        Comparison comparison = Comparison.of(get(key), was, tolerance);
        maxAbs = Math.max(maxAbs, comparison.maxAbs());
        maxRel = Math.max(maxRel, comparison.maxRel());
        if (problem.isEmpty() && !comparison.passed()) {
            problem = key + ": " + comparison + " (allowed " + tolerance + ")";
        }
    }

    /** Notes a difference of another kind. */
    void differs(String what) {
        problem = problem.isEmpty() ? what : problem;
    }

    /** Notes what is recorded and was compared with nothing, but for arrays that go in. */
    void complete(Predicate<String> in) {
        List<String> rest = arrays.keySet().stream()
                .filter(key -> !in.test(key) && !compared.contains(key))
                .toList();
        if (problem.isEmpty() && !rest.isEmpty()) {
            problem = "expected results for " + rest + " but was none";
        }
    }

    Verdict verdict(String id, Path path) {
        return new Verdict(id, path, problem, maxAbs, maxRel, null);
    }
}
