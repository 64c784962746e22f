package dev.posthorn.train;

import dev.posthorn.train.metric.Metric;
import dev.posthorn.train.metric.Metrics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The metrics of a model's outputs, and what each is called in logs. Source: keras/src/trainers/compile_utils.py
 * (CompileMetrics).
 */
final class OutputMetrics {
    /**
     * A metric of an output.
     *
     * @param key what it is called in logs
     * @param name its own name
     * @param weighted whether sample weights count
     */
    record Entry(String key, String name, Metric metric, int output, boolean weighted) {}

    private OutputMetrics() {}

    /** All metrics, in Keras's order. */
    static List<Entry> of(CompileConfig config, List<String> outputs, Heads heads) {
        List<Entry> entries = new ArrayList<>();
        Map<String, Integer> used = new HashMap<>();
        for (boolean weighted : new boolean[] {false, true}) {
            PerOutput<List<Choice<Metric>>> chosen = weighted ? config.weightedMetrics() : config.metrics();
            List<Optional<List<Choice<Metric>>>> each = chosen.of(outputs, "metrics");
            for (int i = 0; i < outputs.size(); i++) {
                String output = outputs.size() == 1 ? "" : outputs.get(i) + "_";
                for (Choice<Metric> choice : each.get(i).orElse(List.of())) {
                    Metric metric =
                            resolved(choice, outputs.get(i), heads.heads().get(i));
                    String name = choice.name().isEmpty() ? metric.options().name() : choice.name();
                    entries.add(new Entry(key(output, name, weighted, used), name, metric, i, weighted));
                }
            }
        }
        return entries;
    }

    /** Everything chosen, for whatever output. */
    static List<Choice<Metric>> chosen(PerOutput<List<Choice<Metric>>> metrics) {
        List<Choice<Metric>> all = new ArrayList<>(metrics.all().orElse(List.of()));
        metrics.listed().orElse(List.of()).forEach(m -> all.addAll(m.orElse(List.of())));
        metrics.named().values().forEach(all::addAll);
        return all;
    }

    /** The metric, where its meaning does not depend on the output or its direction does not. */
    static Metric known(Choice<Metric> choice) {
        return choice.object()
                .orElseGet(() -> Metrics.ALL.named(isAccuracy(choice) ? "binary_accuracy" : choice.name()));
    }

    private static boolean isAccuracy(Choice<Metric> choice) {
        return choice.name().equalsIgnoreCase("accuracy") || choice.name().equalsIgnoreCase("acc");
    }

    private static String key(String output, String name, boolean weighted, Map<String, Integer> used) {
        String key = output + name;
        if (used.containsKey(key) && weighted) {
            key = output + "weighted_" + name;
        }
        int times = used.merge(key, 1, Integer::sum) - 1;
        return times == 0 ? key : key + "_" + times;
    }

    private static Metric resolved(Choice<Metric> choice, String output, Heads.Head head) {
        if (choice.object().isPresent()) {
            return choice.object().get();
        }
        if (!isAccuracy(choice)) {
            return Metrics.ALL.named(choice.name());
        }
        if (head.yTrue() == null) {
            throw new IllegalArgumentException(
                    "compile: expected targets for the metric accuracy but was none, at output '" + output + "'");
        }
        return Metrics.ALL.named(head.prefix() + "_accuracy");
    }
}
