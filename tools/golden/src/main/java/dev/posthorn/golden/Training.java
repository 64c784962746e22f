package dev.posthorn.golden;

import com.fasterxml.jackson.databind.JsonNode;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.model.Variables;
import dev.posthorn.numpy.Npz;
import dev.posthorn.train.callback.Logs;
import dev.posthorn.train.data.Batch;
import dev.posthorn.train.data.Dataset;
import dev.posthorn.train.data.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What is recorded of the training: the rows, and what every step gave. Steps count from 1. */
final class Training {
    /** How much more than what rounding made in Python it may make here: other sums, in another order, at every step. */
    private static final double ROUNDING = 20;

    private final Path folder;
    private final Tolerance tolerance;
    private final Table rows;
    private final int size;
    private final int steps;
    private final Map<String, Tensor> recorded;

    private Training(Path golden, Tolerances tolerances) throws IOException {
        folder = golden.resolve("training");
        JsonNode json = JsonFile.read("golden", folder.resolve(Case.FILE));
        JsonNode given = json.path("tolerance");
        Tolerance own = new Tolerance(
                given.path("rtol").asDouble(Tolerance.DEFAULT.rtol()),
                given.path("atol").asDouble(Tolerance.DEFAULT.atol()));
        tolerance = tolerances.outputs().orElse(own);
        Map<String, Tensor> data = Npz.read(folder.resolve("data.npz"));
        rows = Dataset.of(new Batch(part(data, "x."), part(data, "y."), part(data, "sample_weight.")));
        size = json.path("batch_size").asInt();
        steps = json.path("steps").asInt();
        recorded = Npz.read(folder.resolve("expected.npz"));
    }

    static boolean isIn(Path golden) {
        return Files.exists(golden.resolve("training").resolve(Case.FILE));
    }

    static Training read(Path golden, Tolerances tolerances) throws IOException {
        return new Training(golden, tolerances);
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

    int steps() {
        return steps;
    }

    CaseWeights keys(Model model) throws IOException {
        return CaseWeights.read(folder.resolve(Case.FILE), model);
    }

    /** The rows of a step, one batch after the other, and from the first again. */
    Batch batch(int step) {
        int perEpoch = (rows.size() + size - 1) / size;
        int from = (step - 1) % perEpoch * size;
        return rows.take(
                IntStream.range(from, Math.min(rows.size(), from + size)).toArray());
    }

    /** The names of the losses and metrics. */
    List<String> metrics() {
        return List.copyOf(part(recorded, "step.").keySet());
    }

    /** What a metric was in a step: a number, or several. */
    double[] value(String name, int step) {
        return row(recorded.get("step." + name), step);
    }

    private static double[] row(Tensor all, int step) {
        int n = all.size() / all.shape().dim(0);
        return IntStream.range(0, n)
                .mapToDouble(i -> all.getDouble((step - 1) * n + i))
                .toArray();
    }

    Check metric(String name, int step, Logs logs) {
        String key = "step." + name;
        if (!logs.names().contains(name)) {
            return Check.problem(key, "expected one of " + logs.names() + " but was none of that name in Java");
        }
        Tensor noise = recorded.get("noise." + key);
        double rounding = noise == null ? 0 : ROUNDING * row(noise, step)[0];
        return check(key, tensor(value(name, step)), tensor(logs.values(name)), rounding);
    }

    private static Tensor tensor(double[] values) {
        float[] all = new float[values.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = (float) values[i];
        }
        return Tensor.of(Shape.of(all.length), all);
    }

    /** The keys of the weights that are recorded after a step. */
    List<String> weights(int step) {
        return List.copyOf(part(recorded, after(step)).keySet());
    }

    /** How the check of a weight is called. */
    String name(String key, int step) {
        return after(step) + key;
    }

    Shape shape(String key, int step) {
        return recorded.get(name(key, step)).shape();
    }

    private String after(int step) {
        return step == steps ? "final.w." : "after" + step + ".w.";
    }

    Check weight(String key, int step, CaseWeights keys, Variables now) {
        String name = name(key, step);
        Tensor expected = recorded.get(name);
        Tensor noise = recorded.get("noise." + name);
        Tensor was = now.get(keys.variable(key, expected.shape()));
        Tensor like = was.dtype().isFloating() ? was.cast(expected.dtype()) : was;
        return check(name, expected, like, noise == null ? 0 : ROUNDING * noise.getDouble(0));
    }

    private Check check(String name, Tensor expected, Tensor was, double rounding) {
        Tolerance allowed = new Tolerance(tolerance.rtol(), tolerance.atol() + rounding);
        return new Check(name, Comparison.of(expected, was, allowed), allowed);
    }
}
