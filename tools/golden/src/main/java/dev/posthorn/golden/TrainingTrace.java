package dev.posthorn.golden;

import com.fasterxml.jackson.databind.JsonNode;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Variable;
import dev.posthorn.numpy.Npz;
import dev.posthorn.train.Trainer;
import dev.posthorn.train.callback.Logs;
import dev.posthorn.train.data.Batch;
import dev.posthorn.train.data.Dataset;
import dev.posthorn.train.data.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Recorded steps of {@code train_on_batch}, repeated by a model that is compiled as its file says. */
public record TrainingTrace(List<Row> rows, List<Curve> curves) {
    public TrainingTrace {
        rows = List.copyOf(rows);
        curves = List.copyOf(curves);
    }

    /** A step's loss or metric, or a weight after the last step. */
    public record Row(String name, Comparison comparison) {}

    /** A loss or metric step by step; {@code was} is empty where Java has no such metric. */
    public record Curve(String name, Tensor expected, Tensor was) {}

    /** Whether a folder of golden values has such steps. */
    public static boolean isIn(Path folder) {
        return Files.exists(folder.resolve("training").resolve("case.json"));
    }

    /** Repeats the steps; the model's weights are as before afterwards. */
    public static TrainingTrace of(Path golden, Model model) throws IOException {
        Path folder = golden.resolve("training");
        JsonNode json = JsonFile.read("golden", folder.resolve(Case.FILE));
        Tolerance tolerance = new Tolerance(
                json.path("tolerance").path("rtol").asDouble(Tolerance.DEFAULT.rtol()),
                json.path("tolerance").path("atol").asDouble(Tolerance.DEFAULT.atol()));
        Map<String, Tensor> data = Npz.read(folder.resolve("data.npz"));
        Map<String, Tensor> recorded = Npz.read(folder.resolve("expected.npz"));
        Table rows = Dataset.of(new Batch(part(data, "x."), part(data, "y."), part(data, "sample_weight.")));
        int size = json.path("batch_size").asInt();
        int steps = json.path("steps").asInt();
        int perEpoch = (rows.size() + size - 1) / size;
        Map<String, Tensor> before = model.variables().snapshot().values();
        Trainer trainer = model.trainer();
        Map<String, float[]> traces = new LinkedHashMap<>();
        for (int k = 0; k < steps; k++) {
            int from = k % perEpoch * size;
            trainer.resetMetrics();
            Logs logs = trainer.trainOnBatch(rows.take(
                    IntStream.range(from, Math.min(rows.size(), from + size)).toArray()));
            for (String name : logs.names()) {
                traces.computeIfAbsent("step." + name, key -> new float[steps])[k] = (float) logs.get(name);
            }
        }
        List<Row> all = new ArrayList<>();
        List<Curve> curves = new ArrayList<>();
        recorded.forEach((key, expected) -> {
            if (key.startsWith("step.")) { // of none where Java has no such metric
                float[] trace = traces.getOrDefault(key, new float[0]);
                Tensor was = Tensor.of(Shape.of(trace.length), trace);
                all.add(new Row(key, Comparison.of(expected, was, tolerance)));
                curves.add(new Curve(key.substring("step.".length()), expected, was));
            }
        });
        List<Variable> own = model.program().variables().stream()
                .filter(v -> v.stored() || v.trainable())
                .toList();
        List<String> keys = new ArrayList<>();
        json.path("weights").forEach(w -> {
            if (!w.path("key").asText().endsWith("seed_generator_state")) {
                keys.add(w.path("key").asText());
            }
        });
        if (own.size() != keys.size()) {
            throw new ModelFormatException("golden: expected a model of the weights " + keys + " but was one of "
                    + own.stream().map(Variable::key).toList() + ", at " + folder);
        }
        for (int i = 0; i < own.size(); i++) {
            Tensor expected = recorded.get("final.w." + keys.get(i));
            all.add(new Row(
                    "final.w." + keys.get(i),
                    Comparison.of(expected, model.variables().get(own.get(i).key()), tolerance)));
        }
        model.variables().set(before);
        return new TrainingTrace(all, curves);
    }

    private static Map<String, Tensor> part(Map<String, Tensor> arrays, String prefix) {
        Map<String, Tensor> part = new LinkedHashMap<>();
        arrays.forEach((key, t) -> {
            if (key.startsWith(prefix)) {
                part.put(key.substring(prefix.length()), t);
            }
        });
        return part;
    }

    public boolean passed() {
        return rows.stream().allMatch(r -> r.comparison().passed());
    }
}
