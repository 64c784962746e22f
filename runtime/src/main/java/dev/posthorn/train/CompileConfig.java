package dev.posthorn.train;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.Family;
import dev.posthorn.codec.FieldType.Context;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.train.loss.Loss;
import dev.posthorn.train.loss.Losses;
import dev.posthorn.train.metric.Metric;
import dev.posthorn.train.metric.Metrics;
import dev.posthorn.train.optimizer.Optimizer;
import dev.posthorn.train.optimizer.Optimizers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What a model is compiled with. Source: keras/src/trainers/trainer.py (compile), keras/src/trainers/compile_utils.py.
 *
 * @param optimizer null where the model is only evaluated
 * @param loss the loss of each output; an output may have none
 * @param lossWeights by what losses are multiplied before they are added up
 * @param metrics metrics that take no account of sample weights
 * @param weightedMetrics metrics that do
 */
public record CompileConfig(
        Optimizer optimizer,
        PerOutput<Choice<Loss>> loss,
        PerOutput<Double> lossWeights,
        PerOutput<List<Choice<Metric>>> metrics,
        PerOutput<List<Choice<Metric>>> weightedMetrics) {
    /** Nothing yet. */
    public static final CompileConfig NONE =
            new CompileConfig(null, PerOutput.none(), PerOutput.none(), PerOutput.none(), PerOutput.none());

    public CompileConfig withOptimizer(Optimizer other) {
        return new CompileConfig(other, loss, lossWeights, metrics, weightedMetrics);
    }

    public CompileConfig withLoss(PerOutput<Choice<Loss>> other) {
        return new CompileConfig(optimizer, other, lossWeights, metrics, weightedMetrics);
    }

    public CompileConfig withLossWeights(PerOutput<Double> other) {
        return new CompileConfig(optimizer, loss, other, metrics, weightedMetrics);
    }

    public CompileConfig withMetrics(PerOutput<List<Choice<Metric>>> other) {
        return new CompileConfig(optimizer, loss, lossWeights, other, weightedMetrics);
    }

    public CompileConfig withWeightedMetrics(PerOutput<List<Choice<Metric>>> other) {
        return new CompileConfig(optimizer, loss, lossWeights, metrics, other);
    }

    /**
     * What a file says: {@code compile_config} of {@code .keras}, {@code training_config} of {@code .h5}. Whether a step runs
     * eagerly, compiled, or with others changes no result and is left aside.
     *
     * @param outputs the outputs of the model
     */
    public static CompileConfig read(Map<String, ?> json, Outputs outputs, Context c) {
        Object optimizer = json.get(json.containsKey("optimizer_config") ? "optimizer_config" : "optimizer");
        return new CompileConfig(
                optimizer == null ? null : Optimizers.ALL.read(optimizer, c.below("optimizer")),
                perOutput(json.get("loss"), outputs, c.below("loss"), (o, at) -> choice(Losses.ALL, o, at)),
                perOutput(json.get("loss_weights"), outputs, c.below("loss_weights"), CompileConfig::number),
                metrics(json.get("metrics"), outputs, c.below("metrics")),
                metrics(json.get("weighted_metrics"), outputs, c.below("weighted_metrics")));
    }

    private interface Read<T> {
        T read(Object raw, Context at);
    }

    private static double number(Object raw, Context at) {
        if (raw instanceof Number n) {
            return n.doubleValue();
        }
        throw new ModelFormatException("compile: expected a number but was " + raw + ", at " + at.path());
    }

    /** A name stays a name, for it is the metric's name too. */
    private static <T> Choice<T> choice(Family<T> family, Object raw, Context at) {
        if (raw instanceof String name) {
            return Choice.named(name);
        }
        return Choice.of(family.read(raw, at));
    }

    /** One leaf of a configuration: a name, a number, an object. */
    private static boolean isLeaf(Object raw) {
        return !(raw instanceof List<?>) && !(raw instanceof Map<?, ?> m && !m.containsKey("class_name"));
    }

    private static <T> PerOutput<T> nested(
            Object raw, Outputs outputs, Predicate<Object> isOne, Context c, Read<T> read) {
        return PerOutput.listed(outputs.flat(raw, isOne, c.path()).stream()
                .map(one -> one.map(o -> read.read(o, c)))
                .toList());
    }

    private static <T> PerOutput<T> perOutput(Object raw, Outputs outputs, Context c, Read<T> read) {
        if (raw == null) {
            return PerOutput.none();
        }
        boolean flat = raw instanceof List<?> l
                && l.size() == outputs.names().size()
                && l.stream().allMatch(CompileConfig::isLeaf);
        if (outputs.isNested() && !flat && !isLeaf(raw)) {
            return nested(raw, outputs, CompileConfig::isLeaf, c, read);
        }
        if (raw instanceof List<?> list) {
            List<Optional<T>> values = new ArrayList<>();
            for (int i = 0; i < list.size(); i++) {
                Context at = c.below("[" + i + "]");
                values.add(Optional.ofNullable(list.get(i)).map(o -> read.read(o, at)));
            }
            return PerOutput.listed(values);
        }
        if (raw instanceof Map<?, ?> map && !map.containsKey("class_name")) {
            Map<String, T> values = new LinkedHashMap<>();
            map.forEach((name, o) -> {
                if (o != null) {
                    values.put((String) name, read.read(o, c.below((String) name)));
                }
            });
            return PerOutput.named(values);
        }
        return PerOutput.all(read.read(raw, c));
    }

    /** A flat list is for a single output, and in Keras 2 for each of several. */
    private static PerOutput<List<Choice<Metric>>> metrics(Object raw, Outputs outputs, Context c) {
        Read<List<Choice<Metric>>> flat = (o, at) ->
                flattened(o).stream().map(m -> choice(Metrics.ALL, m, at)).toList();
        if (raw == null || raw instanceof List<?> l && l.isEmpty()) {
            return PerOutput.none();
        }
        if (outputs.isNested()) {
            return nested(
                    raw,
                    outputs,
                    o -> isLeaf(o) || o instanceof List<?> list && list.stream().allMatch(CompileConfig::isLeaf),
                    c,
                    flat);
        }
        boolean nested = raw instanceof List<?> list && list.stream().anyMatch(o -> o == null || o instanceof List<?>);
        boolean every = raw instanceof List<?> && !nested && c.dialect() != Dialect.KERAS3;
        return outputs.names().size() == 1 || every
                ? PerOutput.all(flat.read(raw, c))
                : perOutput(raw, outputs, c, flat);
    }

    private static List<Object> flattened(Object raw) {
        if (raw == null) {
            return List.of();
        }
        if (raw instanceof List<?> list) {
            return list.stream().flatMap(o -> flattened(o).stream()).toList();
        }
        if (raw instanceof Map<?, ?> map && !map.containsKey("class_name")) {
            return map.values().stream().flatMap(o -> flattened(o).stream()).toList();
        }
        return List.of(raw);
    }

    /** The same as a Keras of this dialect writes it: to {@code config.json}, or to the attribute {@code training_config}. */
    public Map<String, Object> write(Outputs outputs, Dialect dialect) {
        return write(outputs, new Context(dialect, "compile"));
    }

    /** The same, where {@code c} may take note of what the dialect means otherwise or has no key for. */
    Map<String, Object> write(Outputs outputs, Context c) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put(
                c.dialect() == Dialect.KERAS3 ? "optimizer" : "optimizer_config",
                optimizer == null ? null : Optimizers.ALL.write(optimizer, c.below("optimizer")));
        json.put("loss", json(loss, outputs, l -> written(Losses.ALL, l, c.below("loss"))));
        json.put("loss_weights", json(lossWeights, outputs, w -> w));
        for (String key : List.of("metrics", "weighted_metrics")) {
            PerOutput<List<Choice<Metric>>> all = key.equals("metrics") ? metrics : weightedMetrics;
            json.put(
                    key,
                    json(
                            all,
                            outputs,
                            list -> list.stream()
                                    .map(m -> written(Metrics.ALL, m, c.below(key)))
                                    .toList()));
        }
        json.put("run_eagerly", false);
        json.put("steps_per_execution", 1);
        json.put("jit_compile", false);
        return json;
    }

    private static <T> Object written(Family<T> family, Choice<T> choice, Context c) {
        return choice.object().isPresent() ? family.write(choice.object().get(), c) : choice.name();
    }

    private static <T> Object json(PerOutput<T> values, Outputs outputs, Function<T, Object> write) {
        if (values.isNone()) {
            return null;
        }
        if (values.all().isPresent()) {
            return write.apply(values.all().get());
        }
        if (values.listed().isPresent() || outputs.isNested()) {
            List<Object> list = new ArrayList<>();
            values.of(outputs.names(), "values")
                    .forEach(v -> list.add(v.map(write).orElse(null)));
            return outputs.isNested() ? outputs.packed(list) : list;
        }
        Map<String, Object> map = new LinkedHashMap<>();
        values.named().forEach((name, v) -> map.put(name, write.apply(v)));
        return map;
    }
}
