package dev.posthorn.golden;

import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.model.Backend;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Model;
import dev.posthorn.model.Port;
import dev.posthorn.model.Signature;
import dev.posthorn.model.Variables;
import dev.posthorn.numpy.Npz;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Repeats the recorded statistics of calls that train with randomness in them, {@code train.stat.<i>} of {@code grads.npz}: mean,
 * standard deviation and part of zeros over many calls, each with new random numbers and otherwise the same state. Two samples
 * of the same distribution differ by chance: allowed is {@value #SIGMAS} times what the spread between our own calls lets expect.
 */
final class StatisticsCheck {
    private static final int CALLS = 96;
    private static final double SIGMAS = 6;
    private static final double ROUNDING = 1e-5;

    private final Model model;
    private final Variables.Snapshot weights;
    private final Npz recorded;

    StatisticsCheck(Model model, Variables.Snapshot weights, Npz recorded) {
        this.model = model;
        this.weights = weights;
        this.recorded = recorded;
    }

    static boolean isStatistic(String key) {
        return key.startsWith("train.stat.");
    }

    /** The statistics of a signature's outputs. */
    List<Check> run(Signature signature, List<Tensor> arguments) throws IOException {
        if (recorded.names().stream().noneMatch(StatisticsCheck::isStatistic)) {
            return List.of();
        }
        List<Port> outputs = signature.outputs();
        List<Samples> samples = new ArrayList<>();
        List<Integer> floating = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            if (outputs.get(i).type().dtype().isFloating()) {
                floating.add(i);
                samples.add(new Samples());
            }
        }
        List<TensorType> types = arguments.stream().map(Tensor::type).toList();
        Graph graph = model.program().lower(signature.name(), types, Mode.TRAINING);
        Backend.Executable run = model.backend().compile(graph, weights);
        Map<String, Tensor> now = new HashMap<>(weights.values());
        List<String> updates = List.copyOf(graph.updates().keySet());
        for (int call = 0; call < CALLS; call++) {
            List<Tensor> results = run.run(arguments, new Variables.Snapshot(0, now));
            for (int k = 0; k < floating.size(); k++) {
                samples.get(k).add(results.get(floating.get(k)));
            }
            for (int k = 0; k < updates.size(); k++) {
                Tensor after = results.get(outputs.size() + k);
                if (after.dtype().isInteger()) { // the random generators'; other states begin each call anew
                    now.put(updates.get(k), after);
                }
            }
        }
        List<Check> checks = new ArrayList<>();
        for (String key : recorded.names()) {
            if (isStatistic(key) && !key.endsWith(".rounds")) {
                String[] parts = key.split("\\.");
                int i = Integer.parseInt(parts[2]);
                double rounds = recorded.get("train.stat." + i + ".rounds").getDouble(0);
                checks.add(
                        samples.get(i).compare(key, parts[3], recorded.get(key).getDouble(0), rounds));
            }
        }
        return checks;
    }

    /** The first two moments and the part of zeros in each call. */
    private static final class Samples {
        private final List<Double> first = new ArrayList<>();
        private final List<Double> second = new ArrayList<>();
        private final List<Double> zeros = new ArrayList<>();

        void add(Tensor t) {
            double sum = 0;
            double squares = 0;
            double none = 0;
            Tensor values = t.cast(DType.FLOAT64);
            for (int i = 0; i < values.size(); i++) {
                double v = values.getDouble(i);
                sum += v;
                squares += v * v;
                none += v == 0 ? 1 : 0;
            }
            first.add(sum / t.size());
            second.add(squares / t.size());
            zeros.add(none / t.size());
        }

        Check compare(String key, String statistic, double expected, double rounds) {
            double chance = SIGMAS * (1 / Math.sqrt(rounds) + 1 / Math.sqrt(CALLS));
            double mean = mean(first);
            double std = Math.sqrt(Math.max(0, mean(second) - mean * mean));
            double was;
            double spread;
            switch (statistic) {
                case "mean" -> {
                    was = mean;
                    spread = spread(first);
                }
                case "std" -> {
                    was = std;
                    spread = std == 0 ? 0 : (spread(second) + 2 * Math.abs(mean) * spread(first)) / (2 * std);
                }
                case "zero_fraction" -> {
                    was = mean(zeros);
                    spread = spread(zeros);
                }
                default ->
                    throw new IllegalArgumentException(
                            "case: expected mean, std or zero_fraction but was " + statistic + ", at " + key);
            }
            double allowed = chance * spread + ROUNDING * (Math.abs(expected) + std);
            Tolerance chances = new Tolerance(0, allowed);
            Tensor should = Tensor.scalar(DType.FLOAT64, expected);
            return new Check(key, Comparison.of(should, Tensor.scalar(DType.FLOAT64, was), chances), chances);
        }

        private static double mean(List<Double> values) {
            return values.stream().mapToDouble(v -> v).average().orElseThrow();
        }

        private static double spread(List<Double> values) {
            double mean = mean(values);
            return Math.sqrt(values.stream()
                    .mapToDouble(v -> (v - mean) * (v - mean))
                    .average()
                    .orElseThrow());
        }
    }
}
