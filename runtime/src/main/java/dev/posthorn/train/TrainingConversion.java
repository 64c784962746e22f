package dev.posthorn.train;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType.Context;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variables;
import dev.posthorn.train.loss.Losses;
import dev.posthorn.train.optimizer.Nadam;
import dev.posthorn.train.optimizer.Optimizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a file keeps of training, as another version of Keras has it: its configuration, and the optimizer's variables in its
 * order. That it trains the same is checked: read again, the configuration must give the same step.
 */
public final class TrainingConversion {
    private static final int ROWS = 2;

    /** What Keras 2 does not have, or in a form of its own. */
    private static final Map<String, Set<String>> SINCE_KERAS_3 = Map.of(
            "optimizer_config",
            Set.of("Lamb", "LossScaleOptimizer", "Muon", "MultiOptimizer", "ScheduleFreeAdamW"),
            "loss",
            Set.of("CTC", "CategoricalGeneralizedCrossEntropy", "Circle", "Dice", "Tversky"),
            "metrics",
            Set.of("ConcordanceCorrelation", "HitRate", "PearsonCorrelation"));

    private TrainingConversion() {}

    /** What is kept of a program's training, in that dialect; what it cannot have is named in one exception. */
    public static StoredTraining of(TrainableProgram program, Variables.Snapshot values, Dialect to)
            throws IOException {
        StoredTraining kept = program.training();
        boolean same = (kept.dialect() == Dialect.KERAS3) == (to == Dialect.KERAS3);
        if (same || kept.compile().isEmpty() && kept.types().isEmpty()) {
            return kept;
        }
        List<String> problems = new ArrayList<>();
        Trainer before = trainer(program, values);
        CompileConfig config = before.config();
        if (to != Dialect.KERAS3 && !kept.types().isEmpty() && config.optimizer() instanceof Nadam) {
            problems.add("the momentum's product of Nadam, which Keras 2 keeps in no file");
        }
        Context c = new Context(to, "compile_config", problems::add).losing(problems::add);
        Map<String, Object> json = before.steps().atRate(config.write(program.outputs(), c));
        if (to != Dialect.KERAS3) {
            since(json, problems);
        }
        if (to != Dialect.KERAS3 && json.get("optimizer_config") instanceof Map<?, ?> optimizer) {
            Map<Object, Object> named = new LinkedHashMap<>(optimizer);
            named.put("class_name", "Custom>" + optimizer.get("class_name")); // as Keras 2.11 to 2.15 call them
            json.put("optimizer_config", named);
        }
        StoredTraining bare = new StoredTraining(json, to, List.of(), List::of);
        Trainer after = trainer(program.withTraining(bare), values);
        if (problems.isEmpty()) {
            compare(program, before, after, problems);
        }
        if (!problems.isEmpty()) {
            throw new UnsupportedModelException(
                    "save: expected a training that " + to + " has but was one that it does otherwise: "
                            + String.join("; ", problems) + " (save without it: --no-optimizer)",
                    problems);
        }
        return with(json, to, before, after.config().optimizer(), kept.types().isEmpty());
    }

    private static void since(Map<String, Object> json, List<String> problems) {
        for (Map.Entry<String, Object> e : json.entrySet()) {
            String part = e.getKey().replace("weighted_", "");
            names(e.getValue())
                    .map(name ->
                            Losses.ALL.codec(name).map(codec -> codec.name()).orElse(name))
                    .filter(SINCE_KERAS_3.getOrDefault(part, Set.of())::contains)
                    .forEach(name -> problems.add(part.replace("_config", "") + " " + name));
        }
    }

    /** The classes that a part of a configuration names. */
    private static Stream<String> names(Object json) {
        if (json instanceof Map<?, ?> map) {
            Object name = map.get("class_name");
            return name == null ? map.values().stream().flatMap(TrainingConversion::names) : names(name);
        }
        if (json instanceof List<?> list) {
            return list.stream().flatMap(TrainingConversion::names);
        }
        return json instanceof String name ? Stream.of(name) : Stream.of();
    }

    private static Trainer trainer(TrainableProgram program, Variables.Snapshot values) {
        return new Trainer(Model.of(program, new Variables(program.variables(), values.values()), "java"));
    }

    /** Losses, gradients and optimizers make one graph; metrics are compared as they are read. */
    private static void compare(TrainableProgram program, Trainer before, Trainer after, List<String> problems)
            throws IOException {
        CompileConfig was = before.config();
        CompileConfig is = after.config();
        boolean metrics =
                was.metrics().equals(is.metrics()) && was.weightedMetrics().equals(is.weightedMetrics());
        boolean step = was.optimizer() == null
                || was.loss().isNone()
                || before.function(Optional.of(ROWS), false)
                        .graph()
                        .sameAs(after.function(Optional.of(ROWS), false).graph(), node -> node);
        if (!metrics || !step) {
            int known = problems.size();
            differ("", plain(was, program), plain(is, program), problems);
            if (problems.size() == known) {
                problems.add(step ? "other metrics" : "another step of the optimizer");
            }
        }
    }

    private static Map<String, Object> plain(CompileConfig config, TrainableProgram program) {
        return config.write(program.outputs(), new Context(Dialect.KERAS3, "", why -> {}).losing(why -> {}));
    }

    /** Where two configurations differ, and what each has there. */
    private static void differ(String path, Object was, Object is, List<String> found) {
        if (was instanceof Map<?, ?> a && is instanceof Map<?, ?> b) {
            Set<Object> keys = new LinkedHashSet<>(a.keySet());
            keys.addAll(b.keySet());
            for (Object key : keys) {
                differ(path.isEmpty() ? String.valueOf(key) : path + "." + key, a.get(key), b.get(key), found);
            }
        } else if (was instanceof List<?> a && is instanceof List<?> b && a.size() == b.size()) {
            for (int i = 0; i < a.size(); i++) {
                differ(path + "[" + i + "]", a.get(i), b.get(i), found);
            }
        } else if (!Objects.equals(was, is)) {
            found.add(path + " " + was + ", which would be " + is);
        }
    }

    /** The variables that there are, in the other order; those that the file has none of start as always. */
    private static StoredTraining with(
            Map<String, Object> json, Dialect to, Trainer before, Optimizer optimizer, boolean none)
            throws IOException {
        if (none || optimizer == null) {
            return new StoredTraining(json, to, List.of(), List::of);
        }
        Steps steps = before.steps();
        List<Tensor> ordered = steps.stored(optimizer.stored(steps.trained().parameters(), to));
        return new StoredTraining(json, to, ordered.stream().map(Tensor::type).toList(), () -> ordered);
    }
}
