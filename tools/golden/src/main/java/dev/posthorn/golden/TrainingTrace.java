package dev.posthorn.golden;

import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.train.StoredTraining;
import dev.posthorn.train.TrainableProgram;
import dev.posthorn.train.Trainer;
import dev.posthorn.train.callback.Logs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Recorded steps of {@code train_on_batch}, repeated by a model that is compiled as its file says.
 *
 * @param curves losses and metrics that are one number, over the steps
 * @param steps what was compared
 */
public record TrainingTrace(List<Curve> curves, List<Step> steps) {
    public TrainingTrace {
        curves = List.copyOf(curves);
        steps = List.copyOf(steps);
    }

    /** A loss or metric of every step, in Python and in Java. */
    public record Curve(String name, List<Double> expected, List<Double> was) {
        public Curve {
            expected = List.copyOf(expected);
            was = List.copyOf(was);
        }
    }

    /** The metrics of a step, {@code step.<name>}, and the weights that are recorded after it, {@code after<k>.w.<key>}. */
    public record Step(int number, List<Check> checks) {
        public Step {
            checks = List.copyOf(checks);
        }

        public boolean passed() {
            return checks.stream().allMatch(Check::passed);
        }
    }

    /** Whether a folder of golden values has such steps. */
    public static boolean isIn(Path folder) {
        return Training.isIn(folder);
    }

    /** Repeats the steps; the model's weights and its optimizer are as before afterwards. */
    static TrainingTrace of(Training recorded, Model model, int most) throws IOException {
        CaseWeights keys = recorded.keys(model);
        Map<String, Tensor> before = model.variables().snapshot().values();
        StoredTraining optimizer = ((TrainableProgram) model.program()).training();
        model.variables().set(recorded.seeds(model));
        Trainer trainer = model.trainer();
        Map<String, Curve> curves = new LinkedHashMap<>();
        List<Step> steps = new ArrayList<>();
        try {
            for (int k = 1; k <= Math.min(most, recorded.steps()); k++) {
                trainer.resetMetrics();
                Logs logs = trainer.trainOnBatch(recorded.batch(k));
                List<Check> checks = new ArrayList<>();
                for (String name : recorded.metrics()) {
                    checks.add(recorded.metric(name, k, logs));
                    note(curves, name, recorded.value(name, k), logs);
                }
                for (String key : recorded.weights(k)) {
                    checks.add(recorded.weight(key, k, keys, model.variables(), before));
                }
                steps.add(new Step(k, checks));
            }
        } finally {
            model.variables().set(before);
            model.training(optimizer);
        }
        return new TrainingTrace(List.copyOf(curves.values()), steps);
    }

    private static void note(Map<String, Curve> curves, String name, double[] expected, Logs logs) {
        boolean one = expected.length == 1 && logs.names().contains(name);
        if (one) {
            Curve c = curves.getOrDefault(name, new Curve(name, List.of(), List.of()));
            curves.put(name, new Curve(name, with(c.expected, expected[0]), with(c.was, logs.get(name))));
        }
    }

    private static List<Double> with(List<Double> values, double next) {
        List<Double> all = new ArrayList<>(values);
        all.add(next);
        return all;
    }

    /** The first step that is wrong. */
    public Optional<Step> first() {
        return steps.stream().filter(s -> !s.passed()).findFirst();
    }

    public boolean passed() {
        return first().isEmpty();
    }
}
