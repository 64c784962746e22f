package dev.posthorn.tools.verify;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.golden.Case;
import dev.posthorn.golden.ModelFile;
import dev.posthorn.golden.Verdict;
import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Signature;
import dev.posthorn.model.Variable;
import dev.posthorn.numpy.Npz;
import dev.posthorn.train.CompileConfig;
import dev.posthorn.train.Fit;
import dev.posthorn.train.TrainableProgram;
import dev.posthorn.train.Trainer;
import dev.posthorn.train.callback.Callback;
import dev.posthorn.train.callback.History;
import dev.posthorn.train.callback.Logs;
import dev.posthorn.train.data.Batch;
import dev.posthorn.train.data.ClassWeights;
import dev.posthorn.train.data.Dataset;
import dev.posthorn.train.data.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Repeats the recorded training of a case: from {@code model.*} all of it, from {@code trained.*} what comes after the file was
 * saved, compiled as the file says and with the optimizer that it holds.
 */
final class FitReplay {
    private static final String DATA = "data.npz";
    private static final String COMPILE = "compile.json";
    private static final double ROUNDING = 1e-9;
    private static final Tolerance DRIFTING = new Tolerance(1e-2, 1e-2);
    private static final Tolerance AMPLIFIED = new Tolerance(5e-2, 5e-2);

    private final JsonNode json;
    private final Model model;
    private final Recording recording;
    private final Tolerance tolerance;
    private final Table data;
    private final Map<String, Tensor> arrays;
    private final Recipe recipe;
    private final int batchSize;
    private final Map<Integer, Double> classWeights = new LinkedHashMap<>();
    private final CompileConfig config;
    private final Map<String, String> keys;
    private final Set<String> chaotic;
    private final boolean adapted;

    private FitReplay(Path folder, JsonNode json, Model model, Recording recording, Tolerance tolerance)
            throws IOException {
        this.tolerance = tolerance;
        this.json = json;
        this.model = model;
        this.recording = recording;
        this.arrays = Npz.read(folder.resolve(DATA));
        this.data = Dataset.of(new Batch(part("x."), part("y."), part("sample_weight.")));
        this.recipe = Recipe.of(json);
        this.batchSize = json.path("batch_size").asInt();
        json.path("class_weight")
                .properties()
                .forEach(e -> classWeights.put(
                        Integer.valueOf(e.getKey()), e.getValue().asDouble()));
        Map<String, Object> compile =
                new ObjectMapper().readValue(folder.resolve(COMPILE).toFile(), new TypeReference<>() {});
        recipe.restore(compile.get("loss"));
        this.config = CompileConfig.read(
                compile,
                ((TrainableProgram) model.program()).outputs(),
                new FieldType.Context(Dialect.KERAS3, COMPILE));
        this.keys = keys();
        this.chaotic = chaotic();
        this.adapted = model.program().variables().stream().anyMatch(v -> v.trainable() && !v.stored());
    }

    /** Whether the folder is of such a case. */
    static boolean isOne(Path folder) {
        return Files.exists(folder.resolve(DATA)) && Files.exists(folder.resolve(COMPILE));
    }

    /** The verdict on all that this file's training gives. */
    static Verdict verify(Case c, Path folder, ModelFile file, String backend) throws IOException {
        JsonNode json = new ObjectMapper().readTree(folder.resolve(Case.FILE).toFile());
        Recording recording = new Recording(Npz.read(c.expected()), c.tolerance(), backend);
        try (Model model = Model.load(file.path(), backend)) {
            FitReplay replay = new FitReplay(folder, json, model, recording, c.tolerance());
            if (replay.adapted && file.format().equals("keras")) {
                replay.merged(file.path().getFileName().toString().startsWith("trained"));
            } else if (file.path().getFileName().toString().startsWith("trained")) {
                replay.resumed();
            } else {
                replay.whole();
            }
        }
        return recording.verdict(c.id(), file.path());
    }

    private Map<String, Tensor> part(String prefix) {
        Map<String, Tensor> part = new LinkedHashMap<>();
        arrays.forEach((key, t) -> {
            if (key.startsWith(prefix)) {
                part.put(key.substring(prefix.length()), t);
            }
        });
        return part;
    }

    /** The recorded keys of the model's variables: both are in the model's order, the trained and the others each. Seeds of generators are left out. */
    private Map<String, String> keys() {
        List<String> recorded = new ArrayList<>();
        List<Boolean> trains = new ArrayList<>();
        json.path("weights").forEach(w -> {
            if (!w.path("key").asText().endsWith("seed_generator_state")) {
                recorded.add(w.path("key").asText());
                trains.add(w.path("trainable").asBoolean());
            }
        });
        List<Variable> own = model.program().variables().stream()
                .filter(v -> v.stored() || v.trainable())
                .toList();
        if (own.size() != recorded.size()) {
            throw new ModelFormatException("model: expected the variables " + recorded + " but was "
                    + own.stream().map(Variable::key).toList());
        }
        Map<String, String> keys = new LinkedHashMap<>();
        Comparator<Integer> trainedFirst = Comparator.comparing(i -> !trains.get(i));
        List<Integer> places =
                IntStream.range(0, own.size()).boxed().sorted(trainedFirst).toList();
        List<Variable> ordered =
                own.stream().sorted(Comparator.comparing(v -> !v.trainable())).toList();
        for (int i = 0; i < own.size(); i++) {
            keys.put(recorded.get(places.get(i)), ordered.get(i).key());
        }
        return keys;
    }

    /**
     * Weights whose gradient is nothing but rounding, such as a bias before batch normalisation, as the recorded second moments
     * show. An optimizer that divides by the size of the gradient makes whole steps of it, in directions that chance decides:
     * they are not compared, and what depends on them only roughly.
     */
    private Set<String> chaotic() {
        Map<String, Double> largest = new LinkedHashMap<>();
        json.path("optimizer_variables").forEach(v -> {
            String name = v.path("name").asText();
            String key = "after1.opt." + v.path("index").asInt();
            if (name.endsWith("_velocity") && recording.has(key)) {
                Tensor t = recording.get(key);
                largest.put(
                        name.substring(0, name.length() - "_velocity".length()),
                        IntStream.range(0, t.size())
                                .mapToDouble(t::getDouble)
                                .max()
                                .orElse(0));
            }
        });
        double all = largest.values().stream().mapToDouble(d -> d).max().orElse(0);
        return keys.keySet().stream()
                .filter(key -> {
                    double own = largest.getOrDefault(key.replace('/', '_'), 0.0);
                    return own > 0 && own < all * ROUNDING;
                })
                .collect(Collectors.toSet());
    }

    private void whole() throws IOException {
        Map<String, Tensor> initial = model.variables().snapshot().values();
        if (json.path("steps").asInt() > 0) {
            Trainer trainer = trainer();
            steps(trainer);
            finalState(trainer);
            if (!recipe.amplifies()) {
                resume(trainer);
            }
        }
        model.variables().set(initial);
        fit(trainer());
    }

    private Trainer trainer() {
        return lost(model.trainer().compile(config));
    }

    /** With what files do not keep. */
    private Trainer lost(Trainer trainer) {
        Trainer own = recipe.hasOptions() ? trainer.loss(config.loss()) : trainer;
        return own.withoutWeightDecay(recipe.undecayed());
    }

    private void resumed() throws IOException {
        Trainer trainer = lost(model.trainer());
        state("final", trainer);
        boolean remembers = model.program().variables().stream()
                .anyMatch(v -> !v.stored() && !v.trainable() && v.type().dtype().isFloating());
        if (!remembers) {
            outputs(trainer);
        }
        resume(trainer);
    }

    /** {@code .keras} files merge low-rank adapters into their weights: what the model computes is the same, its training not. */
    private void merged(boolean trained) throws IOException {
        Trainer trainer = trainer();
        if (trained) {
            outputs(trainer);
        } else {
            double first = recording.get("step.loss").getDouble(0);
            Comparison c = Comparison.of(
                    Tensor.scalar(DType.FLOAT32, first),
                    Tensor.scalar(DType.FLOAT32, step(trainer, 0).get("loss")),
                    tolerance);
            if (!c.passed()) {
                recording.differs("step.loss[0]: " + c);
            }
        }
    }

    private Batch batch(int k) {
        int perEpoch = (data.size() + batchSize - 1) / batchSize;
        int from = k % perEpoch * batchSize;
        return data.take(
                IntStream.range(from, Math.min(data.size(), from + batchSize)).toArray());
    }

    private Logs step(Trainer trainer, int k) throws IOException {
        trainer.resetMetrics();
        Batch b = batch(k);
        return trainer.trainOnBatch(classWeights.isEmpty() ? b : new ClassWeights(classWeights).apply(b));
    }

    private void steps(Trainer trainer) throws IOException {
        int n = json.path("steps").asInt();
        Map<String, List<double[]>> traces = new LinkedHashMap<>();
        for (int k = 0; k < n; k++) {
            add(traces, new Logs().put("learning_rate", trainer.learningRate()));
            add(traces, step(trainer, k));
            if (k == 0) {
                state("after1", trainer);
            }
        }
        compare("step.", traces);
    }

    private static void add(Map<String, List<double[]>> traces, Logs logs) {
        logs.names()
                .forEach(name ->
                        traces.computeIfAbsent(name, key -> new ArrayList<>()).add(logs.values(name)));
    }

    /** Weights and optimizer as the trace ended, or as the file was saved; what the model then gives. */
    private void finalState(Trainer trainer) throws IOException {
        state("final", trainer);
        outputs(trainer);
    }

    /** What the model gives; files do not hold the states that layers had. */
    private void outputs(Trainer trainer) throws IOException {
        List<Tensor> inputs = new ArrayList<>();
        Batch first = batch(0);
        for (int i = 0; i < first.x().size(); i++) {
            String name = model.inputs().get(i).name();
            inputs.add(
                    first.x().containsKey(name)
                            ? first.x().get(name)
                            : first.x().get(String.valueOf(i)));
        }
        List<Tensor> out = model.call(Signature.DEFAULT, inputs);
        for (int i = 0; i < out.size(); i++) {
            compare("final.out." + i, out.get(i), !chaotic.isEmpty());
        }
        evaluate(trainer);
    }

    private void evaluate(Trainer trainer) throws IOException {
        Logs logs = trainer.evaluate(data, batchSize, OptionalLong.empty());
        Map<String, List<double[]>> values = new LinkedHashMap<>();
        add(values, logs);
        compare("evaluate.", values);
    }

    private void resume(Trainer trainer) throws IOException {
        if (!recording.has("resume.loss")) {
            return;
        }
        double[] losses = new double[recording.get("resume.loss").size()];
        for (int k = 0; k < losses.length; k++) {
            losses[k] = step(trainer, json.path("steps").asInt() + k).get("loss");
        }
        compare("resume.loss", List.of(losses));
        weights("resume");
    }

    private void fit(Trainer trainer) throws IOException {
        Fit options = recipe.fit(Fit.epochs(json.path("epochs").asInt())
                .batchSize(batchSize)
                .inOrder()
                .classWeights(classWeights));
        Map<String, Tensor> validation = part("val_x.");
        if (!validation.isEmpty()) {
            options = options.validation(Dataset.of(new Batch(validation, part("val_y."), part("val_sample_weight."))));
        }
        Callback[] callbacks = recipe.callbacks().toArray(Callback[]::new);
        History history = trainer.fit(data, options, callbacks);
        Map<String, List<double[]>> values = new LinkedHashMap<>();
        history.logs().forEach(logs -> add(values, logs));
        compare("history.", values);
        state("fit", trainer);
        if (json.path("steps").asInt() == 0) {
            evaluate(trainer);
        }
    }

    private void state(String prefix, Trainer trainer) throws IOException {
        weights(prefix);
        List<Tensor> optimizer = trainer.optimizerVariables();
        int recorded = (int) recording.arrays().keySet().stream()
                .filter(k -> k.startsWith(prefix + ".opt."))
                .count();
        if (recorded != optimizer.size()) {
            recording.differs(prefix + ".opt: expected " + recorded + " variables but was " + optimizer.size());
            return;
        }
        for (int i = 0; i < recorded; i++) {
            recording.compare(prefix + ".opt." + i, optimizer.get(i));
        }
    }

    private void weights(String prefix) {
        keys.forEach((recorded, key) -> {
            boolean statistic =
                    model.program().variables().stream().noneMatch(v -> v.key().equals(key) && v.trainable());
            if (!chaotic.contains(recorded)) {
                compare(prefix + ".w." + recorded, model.variables().get(key), statistic && !chaotic.isEmpty());
            }
        });
    }

    private void compare(String key, Tensor was, boolean drifts) {
        boolean amplified = recipe.amplifies() && !key.startsWith("after1.");
        if (!drifts && !amplified) {
            recording.compare(key, was);
            return;
        }
        Tolerance rough = amplified ? AMPLIFIED : DRIFTING;
        Comparison c = Comparison.of(recording.get(key), was, rough);
        if (!c.passed()) {
            recording.differs(key + ": " + c + " (roughly: allowed " + rough + ")");
        }
    }

    private void compare(String key, List<double[]> values) {
        Tensor expected = recording.get(key);
        double[] all = values.stream().flatMapToDouble(Arrays::stream).toArray();
        Tensor was = Tensor.of(Shape.of(all.length), all);
        boolean same = expected.shape().size() == all.length;
        compare(
                key,
                (same ? was.reshape(expected.shape()) : was).cast(expected.dtype()),
                key.startsWith("evaluate.") && !chaotic.isEmpty());
    }

    /** Compares all logs, and notes what is recorded and was not given. */
    private void compare(String prefix, Map<String, List<double[]>> values) {
        Set<String> open = new TreeSet<>();
        recording.arrays().keySet().stream().filter(k -> k.startsWith(prefix)).forEach(open::add);
        values.forEach((name, v) -> {
            String key = recording.has(prefix + name) ? prefix + name : numbered(prefix + name, open);
            open.remove(key);
            compare(key, v);
        });
        open.forEach(key -> recording.differs(key + ": expected a value but was none"));
    }

    /** Keras numbers the names that it makes up itself for metrics anew whenever a model is compiled. */
    private static String numbered(String key, Set<String> open) {
        return open.stream()
                .filter(k -> k.replaceAll("_\\d+$", "").equals(key))
                .findFirst()
                .orElse(key);
    }
}
