package dev.posthorn.tools.diff;

import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.keras.KerasProgram;
import dev.posthorn.model.Model;
import dev.posthorn.model.Port;
import dev.posthorn.tools.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Two models: their layers, their weights, what they give.
 *
 * @param architecture empty where one of them has no layers
 * @param weights empty where one of them has no variables, as a frozen graph
 */
public record ModelDiff(Optional<ArchitectureDiff> architecture, Optional<WeightsDiff> weights, List<Output> outputs) {
    public ModelDiff {
        outputs = List.copyOf(outputs);
    }

    /**
     * An output.
     *
     * @param comparison empty where the second model has none for it
     * @param scale the largest magnitude of the first model's
     */
    public record Output(String before, String after, Optional<Comparison> comparison, double scale) {
        public boolean passed() {
            return comparison.isPresent() && comparison.get().passed();
        }
    }

    /** How outputs and weights are compared: as parts of their largest magnitudes. */
    public record Tolerances(double outputs, double weights) {}

    /** Compares; {@code inputs} are those of the first model, in its order. */
    public static ModelDiff of(
            Model a, Model b, String signatureA, String signatureB, List<Tensor> inputs, Tolerances tolerances) {
        Optional<ArchitectureDiff> layers =
                a.program() instanceof KerasProgram p && b.program() instanceof KerasProgram q
                        ? Optional.of(ArchitectureDiff.of(p, q))
                        : Optional.empty();
        boolean weighted =
                !a.variables().list().isEmpty() && !b.variables().list().isEmpty();
        Optional<WeightsDiff> weights = weighted
                ? Optional.of(WeightsDiff.of(
                        a, b, layers.map(ArchitectureDiff::paths).orElse(Map.of()), tolerances.weights()))
                : Optional.empty();
        return new ModelDiff(layers, weights, outputs(a, b, signatureA, signatureB, inputs, tolerances.outputs()));
    }

    private static List<Output> outputs(
            Model a, Model b, String signatureA, String signatureB, List<Tensor> inputs, double tolerance) {
        List<Port> takesA = a.signature(signatureA).inputs();
        List<Port> takesB = b.signature(signatureB).inputs();
        List<Tensor> given = reordered(inputs, takesA, takesB);
        List<Tensor> first = a.call(signatureA, inputs);
        List<Tensor> second = b.call(signatureB, given);
        List<Port> givesA = a.signature(signatureA).outputs();
        List<Port> givesB = b.signature(signatureB).outputs();
        List<String> names = givesB.stream().map(Port::name).toList();
        boolean named = names.containsAll(givesA.stream().map(Port::name).toList());
        List<Output> outputs = new ArrayList<>();
        for (int i = 0; i < first.size(); i++) {
            int k = named ? names.indexOf(givesA.get(i).name()) : i;
            double scale = scale(first.get(i));
            outputs.add(
                    k < second.size()
                            ? new Output(
                                    givesA.get(i).name(),
                                    names.get(k),
                                    Optional.of(Comparison.of(
                                            first.get(i), second.get(k), new Tolerance(0, tolerance * scale))),
                                    scale)
                            : new Output(givesA.get(i).name(), "", Optional.empty(), scale));
        }
        for (int i = first.size(); i < second.size(); i++) {
            outputs.add(new Output("", names.get(i), Optional.empty(), scale(second.get(i))));
        }
        return outputs;
    }

    /** The first model's inputs in the second one's order: by name where it has the same names. */
    private static List<Tensor> reordered(List<Tensor> inputs, List<Port> a, List<Port> b) {
        if (a.size() != b.size()) {
            throw new InputException(
                    "diff: expected models of as many inputs but was " + a.size() + " and " + b.size());
        }
        List<String> names = a.stream().map(Port::name).toList();
        boolean named = names.containsAll(b.stream().map(Port::name).toList());
        List<Tensor> given = new ArrayList<>();
        for (int i = 0; i < b.size(); i++) {
            given.add(inputs.get(named ? names.indexOf(b.get(i).name()) : i));
        }
        return given;
    }

    private static double scale(Tensor t) {
        double scale = 0;
        for (int i = 0; t.dtype().isFloating() && i < t.size(); i++) {
            double v = Math.abs(t.getDouble(i));
            scale = Double.isFinite(v) ? Math.max(scale, v) : scale;
        }
        return scale;
    }

    public boolean passed() {
        return architecture.map(ArchitectureDiff::passed).orElse(true)
                && weights.map(WeightsDiff::passed).orElse(true)
                && outputs.stream().allMatch(Output::passed);
    }
}
