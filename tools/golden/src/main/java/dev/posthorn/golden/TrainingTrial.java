package dev.posthorn.golden;

import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.KerasProgram;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.Variation;
import dev.posthorn.model.Model;
import dev.posthorn.model.Variables;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What is wrong with a training whose layers agree: the statistics that a layer keeps, or all weights alike. */
final class TrainingTrial {
    /** How the momentum of moving statistics is often chosen; frameworks differ in which part they call so. */
    private static final List<Double> MOMENTA = List.of(0.9, 0.99, 0.95, 0.999, 0.997, 0.9997, 0.5);

    private final Training recorded;
    private final Model model;
    private final TrainingTrace.Step step;
    private final Layers layers;
    private final CaseWeights keys;

    TrainingTrial(Training recorded, Model model, TrainingTrace trace) throws IOException {
        this.recorded = recorded;
        this.model = model;
        this.step = trace.first().orElseThrow();
        this.layers =
                new Layers((KerasProgram) model.program(), model.variables().snapshot());
        this.keys = recorded.keys(model);
    }

    Diagnosis diagnosis() throws IOException {
        Set<String> wrong = new LinkedHashSet<>();
        boolean trained = false;
        for (String key : recorded.weights(step.number())) {
            String variable = keys.variable(key, recorded.shape(key, step.number()));
            boolean differs = step.checks().stream()
                    .anyMatch(c -> !c.passed() && c.name().equals(recorded.name(key, step.number())));
            if (differs) {
                boolean statistic =
                        model.variables().list().stream().anyMatch(v -> v.key().equals(variable) && !v.trainable());
                trained |= !statistic;
                wrong.add(layers.of(variable));
            }
        }
        String at = "training step " + step.number();
        if (trained || wrong.isEmpty()) {
            String what = wrong.isEmpty() ? "losses and metrics alone" : "weights that are trained";
            return new Diagnosis(at + ": " + what + " differ", Optional.empty(), List.of());
        }
        String path = wrong.iterator().next();
        LayerNode node = layers.at(path).orElseThrow();
        return new Diagnosis(
                "the statistics of " + Diagnosis.layer(path, node.layer().className()) + ", after " + at,
                Optional.empty(),
                causes(path, node));
    }

    private List<String> causes(String path, LayerNode node) throws IOException {
        List<String> causes = new ArrayList<>();
        if (!(Variation.config(node).get("momentum") instanceof Number own)) {
            return causes;
        }
        TreeSet<Double> tried = new TreeSet<>();
        MOMENTA.forEach(m -> tried.addAll(List.of(m, round(1 - m))));
        tried.add(round(1 - own.doubleValue()));
        tried.remove(own.doubleValue());
        for (double momentum : tried) {
            if (agrees(path, Map.of("momentum", momentum))) {
                boolean meaning = momentum == round(1 - own.doubleValue());
                causes.add(Change.cause("momentum", List.of(Change.text(momentum)), Change.text(own))
                        + (meaning ? " (the part of the new in place of the part of the old)" : ""));
            }
        }
        return causes;
    }

    private static double round(double x) {
        return Math.round(x * 1e9) / 1e9;
    }

    /** Whether the statistics of a layer agree after the steps up to the one that is wrong. */
    private boolean agrees(String path, Map<String, ?> config) throws IOException {
        KerasProgram changed = ((KerasProgram) model.program()).withLayer(path, n -> Variation.with(n, config));
        Map<String, Tensor> values = model.variables().snapshot().values();
        TrainingTrace trace;
        try (Model other = Model.of(
                changed,
                new Variables(changed.variables(), values),
                model.backend().name())) {
            trace = TrainingTrace.of(recorded, other, step.number());
        }
        List<Check> checks = trace.steps().get(step.number() - 1).checks();
        for (String key : recorded.weights(step.number())) {
            String name = recorded.name(key, step.number());
            boolean own = layers.of(keys.variable(key, recorded.shape(key, step.number())))
                    .equals(path);
            if (own && checks.stream().anyMatch(c -> c.name().equals(name) && !c.passed())) {
                return false;
            }
        }
        return true;
    }
}
