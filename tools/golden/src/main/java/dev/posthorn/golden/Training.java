package dev.posthorn.golden;

import com.fasterxml.jackson.databind.JsonNode;
import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Variable;
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

/**
 * What is recorded of the training: the rows, and what every step gave. Steps count from 1.
 *
 * <p>Losses and metrics may be off as outputs may. A weight may be off by {@code rtol} of the largest change that training has made
 * to its tensor, not of its own size: of a training that moves weights by a thousandth of themselves, little would be checked
 * otherwise. To both is added {@value #ROUNDING} times what rounding made in Python, where the steps were repeated with every
 * weight off by its last place ({@code noise.*}). Where that is more than training changes, as it is of a bias before batch
 * normalisation, whose gradient is nothing but rounding, chance decides: such a weight is not judged, and that is said.
 */
final class Training {
    /**
     * How much more than what rounding made in Python it may make here: other sums, in another order, at every step. In 17
     * trainings of all kinds of layers and optimizers it was at most 7 times as much where it mattered.
     */
    private static final double ROUNDING = 10;

    private static final String SEED = "/seed_generator_state";

    private final Path folder;
    private final Tolerance tolerance;
    private final double least;
    private final Table rows;
    private final int size;
    private final int steps;
    private final Map<String, Tensor> recorded;
    private final Map<String, Tensor> seeds;

    private Training(Path golden, Tolerances tolerances) throws IOException {
        folder = golden.resolve("training");
        JsonNode json = JsonFile.read("golden", folder.resolve(Case.FILE));
        JsonNode given = json.path("tolerance");
        Tolerance own = new Tolerance(
                given.path("rtol").asDouble(Tolerance.DEFAULT.rtol()),
                given.path("atol").asDouble(Tolerance.DEFAULT.atol()));
        tolerance = tolerances.outputs().orElse(own);
        least = tolerances.outputs().map(Tolerance::atol).orElse(0.0);
        Map<String, Tensor> data = Npz.read(folder.resolve("data.npz"));
        rows = Dataset.of(new Batch(part(data, "x."), part(data, "y."), part(data, "sample_weight.")));
        seeds = part(data, "seed.");
        recorded = Npz.read(folder.resolve("expected.npz"));
        size = positive(json, "batch_size");
        steps = positive(json, "steps");
        part(recorded, "step.").forEach((name, t) -> {
            if (t.shape().rank() == 0 || t.shape().dim(0) != steps) {
                throw new ModelFormatException("golden: expected " + steps + " steps but was " + t.type() + ", at "
                        + folder.resolve("expected.npz") + ":step." + name);
            }
        });
    }

    private int positive(JsonNode json, String key) {
        int n = json.path(key).asInt();
        if (n < 1) {
            throw new ModelFormatException("golden: expected " + key + " of 1 or more but was "
                    + json.path(key).asText("none") + ", at " + folder.resolve(Case.FILE));
        }
        return n;
    }

    /**
     * The states of the model's random generators when the first step began, which model files do not hold. They are recorded by the
     * paths of the layers, or of cells inside of them.
     */
    Map<String, Tensor> seeds(Model model) {
        Map<String, Tensor> states = new LinkedHashMap<>();
        for (Variable v : model.variables().list()) {
            if (v.key().endsWith(SEED)) {
                String layer = v.key().substring(0, v.key().length() - SEED.length());
                seeds.entrySet().stream()
                        .filter(e -> e.getKey().equals(layer) || e.getKey().startsWith(layer + "/"))
                        .findFirst()
                        .ifPresent(e ->
                                states.put(v.key(), e.getValue().cast(v.type().dtype())));
            }
        }
        return states;
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
        Tensor expected = tensor(value(name, step));
        Tolerance allowed = new Tolerance(tolerance.rtol(), tolerance.atol() + rounding);
        return new Check(key, Comparison.of(expected, tensor(logs.values(name)), allowed), allowed);
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

    /** @param before the variables before the first step */
    Check weight(String key, int step, CaseWeights keys, Variables now, Map<String, Tensor> before) {
        String name = name(key, step);
        Tensor expected = recorded.get(name);
        String variable = keys.variable(key, expected.shape());
        Tensor was = now.get(variable);
        Tensor like = was.dtype().isFloating() ? was.cast(expected.dtype()) : was;
        double change = change(before.get(variable), expected);
        Tensor noise = recorded.get("noise." + name);
        double rounding = noise == null ? 0 : ROUNDING * noise.getDouble(0);
        boolean chance = rounding > Math.max(change, tolerance.rtol() * Tolerance.scale(expected));
        Tolerance allowed = new Tolerance(0, chance ? Double.MAX_VALUE : tolerance.rtol() * change + least + rounding);
        String note = chance ? "not judged: rounding alone moves it as far as training does" : "";
        return new Check(name, Comparison.of(expected, like, allowed), allowed, note);
    }

    private static double change(Tensor before, Tensor after) {
        double change = 0;
        for (int i = 0; i < after.size(); i++) {
            double by = Math.abs(after.getDouble(i) - before.getDouble(i));
            change = Double.isFinite(by) ? Math.max(change, by) : change;
        }
        return change;
    }
}
