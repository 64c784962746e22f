package dev.posthorn.tools.verify;

import dev.posthorn.autograd.Gradients;
import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.train.constraint.Constraint;
import dev.posthorn.train.constraint.Constraints;
import dev.posthorn.train.initializer.Initializer;
import dev.posthorn.train.initializer.Initializers;
import dev.posthorn.train.loss.Loss;
import dev.posthorn.train.loss.Losses;
import dev.posthorn.train.metric.Metric;
import dev.posthorn.train.metric.Metrics;
import dev.posthorn.train.metric.State;
import dev.posthorn.train.regularizer.Regularizer;
import dev.posthorn.train.regularizer.Regularizers;
import dev.posthorn.train.schedule.Schedule;
import dev.posthorn.train.schedule.Schedules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How each kind of component is replayed. */
final class ComponentReplays {
    private static final FieldType.Context C = new FieldType.Context(Dialect.KERAS3, "config.json");

    static final Map<String, Component.Replay> BY_KIND = Map.of(
            "loss", ComponentReplays::loss,
            "metric", ComponentReplays::metric,
            "schedule", ComponentReplays::schedule,
            "constraint", ComponentReplays::constraint,
            "regularizer", ComponentReplays::regularizer,
            "initializer", ComponentReplays::initializer);

    private ComponentReplays() {}

    /** A graph in the making whose inputs are recorded arrays. */
    private record Written(Builder b, List<Value> inputs, List<Tensor> values, Map<String, Value> outputs) {
        Written() {
            this(new Builder(), new ArrayList<>(), new ArrayList<>(), new LinkedHashMap<>());
        }

        Value input(Tensor value) {
            values.add(value);
            inputs.add(b.input("in" + inputs.size(), value.type()));
            return inputs.get(inputs.size() - 1);
        }

        /** Adds the derivative of the sum of {@code y}. */
        void gradient(String key, Value y, Value x) {
            Value one = b.broadcastTo(b.constant(y.dtype(), 1), b.dims(y));
            Gradients.of(b, List.of(y), List.of(one), List.of(x)).get(0).ifPresent(dx -> outputs.put(key, dx));
        }

        /** Runs it, and compares the outputs that are recorded. */
        List<Tensor> run(Recording r) {
            Graph graph = b.graph(inputs, outputs, Map.of());
            List<Tensor> results = r.run(graph, values);
            int i = 0;
            for (String key : outputs.keySet()) {
                if (r.has(key)) {
                    r.compare(key, results.get(i));
                }
                i++;
            }
            return results;
        }
    }

    private static void loss(Map<String, Object> config, Recording r) {
        config.forEach((reduction, object) -> {
            Loss loss = Losses.ALL.read(object, C);
            for (String weighted : List.of("plain", "weighted")) {
                String key = reduction + "." + weighted + ".";
                if (!r.has(key + "value")) {
                    continue; // Keras itself fails
                }
                Written w = new Written();
                Value yTrue = w.input(r.get("y_true"));
                Value yPred = w.input(r.get("y_pred"));
                Optional<Value> weight =
                        weighted.equals("plain") ? Optional.empty() : Optional.of(w.input(r.get("sample_weight")));
                Value value = loss.apply(w.b, yTrue, yPred, weight, Optional.empty());
                w.outputs.put(key + "value", value);
                w.gradient(key + "d.y_pred", value, yPred);
                w.run(r);
            }
        });
    }

    private static void metric(Map<String, Object> config, Recording r) {
        Metric metric = Metrics.ALL.read(config, C);
        for (String weighted : List.of("plain", "weighted")) {
            Tensor first = r.get(r.has("u0.values") ? "u0.values" : "u0.y_pred");
            List<State> declared = metric.state(first.type());
            List<Tensor> state =
                    declared.stream().map(s -> Tensor.zeros(s.type())).toList();
            for (int u = 0; r.has(weighted + ".u" + u + ".result"); u++) {
                state = update(metric, state, weighted, u, r);
            }
            Map<String, Tensor> named = new LinkedHashMap<>();
            for (int i = 0; i < declared.size(); i++) {
                named.put(declared.get(i).name(), state.get(i));
            }
            String prefix = weighted + ".var.";
            for (String key : r.arrays().keySet()) {
                Tensor was = key.startsWith(prefix) ? named.get(key.substring(key.lastIndexOf('/') + 1)) : null;
                if (was != null) {
                    r.compareSums(key, was);
                }
            }
            String reset = weighted + ".reset.result";
            if (r.has(reset)) {
                List<Tensor> zeros =
                        declared.stream().map(s -> Tensor.zeros(s.type())).toList();
                Written w = new Written();
                w.outputs.put(
                        reset, metric.result(w.b, zeros.stream().map(w::input).toList()));
                w.run(r);
            }
        }
    }

    private static List<Tensor> update(Metric metric, List<Tensor> state, String weighted, int u, Recording r) {
        Written w = new Written();
        List<Value> before = state.stream().map(w::input).toList();
        String values = "u" + u + ".values";
        Value yPred = w.input(r.get(r.has(values) ? values : "u" + u + ".y_pred"));
        Value yTrue = r.has(values) ? yPred : w.input(r.get("u" + u + ".y_true"));
        Optional<Value> weight =
                weighted.equals("plain") ? Optional.empty() : Optional.of(w.input(r.get("u" + u + ".sample_weight")));
        List<Value> after = metric.update(w.b, before, yTrue, yPred, weight, Optional.empty());
        for (int i = 0; i < after.size(); i++) {
            w.outputs.put("state" + i, after.get(i));
        }
        w.outputs.put(weighted + ".u" + u + ".result", metric.result(w.b, after));
        return w.run(r).subList(0, after.size());
    }

    private static void schedule(Map<String, Object> config, Recording r) {
        Schedule schedule = Schedules.ALL.read(config, C);
        Tensor steps = r.get("step");
        Written w = new Written();
        List<Value> rates = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            Value step = w.input(Tensor.of(Shape.SCALAR, new long[] {steps.getLong(i)}));
            rates.add(w.b.reshape(schedule.call(w.b, step), 1));
        }
        w.outputs.put("learning_rate", w.b.concat(0, rates));
        w.run(r);
    }

    private static void constraint(Map<String, Object> config, Recording r) {
        Constraint constraint = Constraints.ALL.read(config, C);
        Written w = new Written();
        w.outputs.put("out", constraint.call(w.b, w.input(r.get("in"))));
        w.run(r);
    }

    private static void regularizer(Map<String, Object> config, Recording r) {
        Regularizer regularizer = Regularizers.ALL.read(config, C);
        Written w = new Written();
        Value x = w.input(r.get("in"));
        Value penalty = regularizer.call(w.b, x);
        w.outputs.put("out", penalty);
        w.gradient("d.in", penalty, x);
        w.run(r);
    }

    /** Values where they are recorded; else mean, deviation and bounds, which a seed determines. */
    private static void initializer(Map<String, Object> config, Recording r) {
        Initializer initializer = Initializers.ALL.read(config, C);
        Map<String, Tensor> made = new LinkedHashMap<>();
        for (String key : r.arrays().keySet()) {
            String shape = key.substring(0, key.indexOf('.'));
            int[] dims =
                    Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
            Tensor t = made.computeIfAbsent(
                    shape, s -> initializer.call(new TensorType(DType.FLOAT32, Shape.of(dims)), 0));
            r.compare(key, key.endsWith(".value") ? t : statistic(t, key.substring(key.indexOf('.') + 1)));
        }
    }

    private static Tensor statistic(Tensor t, String name) {
        double sum = 0;
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < t.size(); i++) {
            sum += t.getDouble(i);
            min = Math.min(min, t.getDouble(i));
            max = Math.max(max, t.getDouble(i));
        }
        double mean = sum / t.size();
        double squares = 0;
        for (int i = 0; i < t.size(); i++) {
            squares += Math.pow(t.getDouble(i) - mean, 2);
        }
        double value = switch (name) {
            case "mean" -> mean;
            case "std" -> Math.sqrt(squares / t.size());
            case "min" -> min;
            default -> max;
        };
        return Tensor.scalar(DType.FLOAT64, value);
    }
}
