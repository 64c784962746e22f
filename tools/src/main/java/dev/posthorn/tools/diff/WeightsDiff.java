package dev.posthorn.tools.diff;

import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.model.Model;
import dev.posthorn.model.Variable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The weights of two models: by their keys; else by their keys without the scopes around; else, where there are as many of a type in
 * each, in their order.
 */
public record WeightsDiff(List<Row> rows) {
    public WeightsDiff {
        rows = List.copyOf(rows);
    }

    /**
     * A weight.
     *
     * @param before its key in the first model; empty where it is new
     * @param after its key in the second model; empty where it is gone
     * @param comparison of both; empty where one is alone, or of another type
     * @param normBefore {@code √Σw²}
     * @param distance {@code √Σ(v − w)²}
     */
    public record Row(
            String before,
            String after,
            Optional<TensorType> typeBefore,
            Optional<TensorType> typeAfter,
            Optional<Comparison> comparison,
            double normBefore,
            double normAfter,
            double distance) {
        public boolean passed() {
            return comparison.isPresent() && comparison.get().passed();
        }

        public String name() {
            return before.isEmpty() ? after : before;
        }
    }

    /**
     * Compares.
     *
     * @param paths the paths in the second model of the first one's layers, where they are known
     * @param tolerance the largest difference allowed, as a part of a weight's largest magnitude
     */
    static WeightsDiff of(Model a, Model b, Map<String, String> paths, double tolerance) {
        Map<String, Tensor> first = weights(a);
        Map<String, Tensor> second = weights(b);
        Map<String, String> pairs = pairs(first, second, paths);
        List<Row> rows = new ArrayList<>();
        first.forEach((key, t) -> rows.add(
                pairs.containsKey(key)
                        ? row(key, pairs.get(key), t, second.get(pairs.get(key)), tolerance)
                        : new Row(
                                key,
                                "",
                                Optional.of(t.type()),
                                Optional.empty(),
                                Optional.empty(),
                                norm(t),
                                Double.NaN,
                                Double.NaN)));
        second.forEach((key, t) -> {
            if (!pairs.containsValue(key)) {
                rows.add(new Row(
                        "",
                        key,
                        Optional.empty(),
                        Optional.of(t.type()),
                        Optional.empty(),
                        Double.NaN,
                        norm(t),
                        Double.NaN));
            }
        });
        return new WeightsDiff(rows);
    }

    private static Map<String, Tensor> weights(Model model) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (Variable v : model.variables().list()) {
            Tensor t = model.variables().snapshot().values().get(v.key());
            if (v.stored() && t != null && t.dtype().isFloating()) {
                all.put(v.key(), t);
            }
        }
        return all;
    }

    private static Map<String, String> pairs(
            Map<String, Tensor> first, Map<String, Tensor> second, Map<String, String> paths) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String key : first.keySet()) {
            int slash = key.lastIndexOf('/');
            String path = slash < 0 ? "" : key.substring(0, slash);
            String moved = paths.containsKey(path) ? paths.get(path) + key.substring(slash) : key;
            if (second.containsKey(moved)) {
                pairs.put(key, moved);
            }
        }
        for (String key : first.keySet()) {
            List<String> ends = second.keySet().stream()
                    .filter(k -> !pairs.containsValue(k) && (k.endsWith("/" + key) || key.endsWith("/" + k)))
                    .toList();
            if (!pairs.containsKey(key) && ends.size() == 1) {
                pairs.put(key, ends.get(0));
            }
        }
        Map<TensorType, List<String>> left = byType(first, key -> !pairs.containsKey(key));
        Map<TensorType, List<String>> right = byType(second, key -> !pairs.containsValue(key));
        left.forEach((type, keys) -> {
            List<String> others = right.getOrDefault(type, List.of());
            for (int i = 0; i < keys.size() && keys.size() == others.size(); i++) {
                pairs.put(keys.get(i), others.get(i));
            }
        });
        return pairs;
    }

    private static Map<TensorType, List<String>> byType(Map<String, Tensor> weights, Predicate<String> wanted) {
        Map<TensorType, List<String>> byType = new LinkedHashMap<>();
        weights.forEach((key, t) -> {
            if (wanted.test(key)) {
                byType.computeIfAbsent(t.type(), k -> new ArrayList<>()).add(key);
            }
        });
        return byType;
    }

    private static Row row(String before, String after, Tensor a, Tensor b, double tolerance) {
        boolean same = a.shape().equals(b.shape());
        double scale = 0;
        double distance = 0;
        for (int i = 0; i < a.size(); i++) {
            scale = Math.max(scale, Math.abs(a.getDouble(i)));
            double d = same ? b.getDouble(i) - a.getDouble(i) : Double.NaN;
            distance += d * d;
        }
        return new Row(
                before,
                after,
                Optional.of(a.type()),
                Optional.of(b.type()),
                Optional.of(Comparison.of(a, b, new Tolerance(0, tolerance * scale))),
                norm(a),
                norm(b),
                Math.sqrt(distance));
    }

    private static double norm(Tensor t) {
        double sum = 0;
        for (int i = 0; i < t.size(); i++) {
            sum += t.getDouble(i) * t.getDouble(i);
        }
        return Math.sqrt(sum);
    }

    /** The rows that differ, the one that moved most for its norm first. */
    public List<Row> different() {
        return rows.stream()
                .filter(r -> !r.passed())
                .sorted(Comparator.comparingDouble(r -> -r.distance / Math.max(r.normBefore, Double.MIN_NORMAL)))
                .toList();
    }

    public boolean passed() {
        return rows.stream().allMatch(Row::passed);
    }
}
