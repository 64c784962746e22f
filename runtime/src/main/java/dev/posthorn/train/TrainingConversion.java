package dev.posthorn.train;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType.Context;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variables;
import dev.posthorn.train.optimizer.Optimizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a file keeps of training, as another version of Keras has it: its configuration, and the optimizer's variables in its
 * order. That it trains the same is checked: read again, the configuration must give the same step.
 */
public final class TrainingConversion {
    private static final int ROWS = 2;

    /** Optimizers that Keras 2 does not have, or in a form of its own. */
    private static final Set<String> SINCE_KERAS_3 =
            Set.of("Lamb", "LossScaleOptimizer", "Muon", "MultiOptimizer", "ScheduleFreeAdamW");

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
        if (to != Dialect.KERAS3
                && config.optimizer() != null
                && SINCE_KERAS_3.contains(config.optimizer().codec().name())) {
            problems.add("optimizer " + config.optimizer().codec().name());
        }
        if (to != Dialect.KERAS3 && !kept.types().isEmpty()) {
            problems.add("the state of an optimizer, in the variables of which Keras 2 finds another's");
        }
        Map<String, Object> json = config.write(program.outputs(), new Context(to, "compile_config", problems::add));
        if (to != Dialect.KERAS3 && json.get("optimizer_config") instanceof Map<?, ?> optimizer) {
            Map<Object, Object> named = new LinkedHashMap<>(optimizer);
            named.put("class_name", "Custom>" + optimizer.get("class_name")); // as Keras 2.11 to 2.15 call them
            json.put("optimizer_config", named);
        }
        StoredTraining bare = new StoredTraining(json, to, List.of(), List::of);
        Trainer after = trainer(program.withTraining(bare), values);
        if (problems.isEmpty()) {
            compare(before, after, problems);
        }
        if (!problems.isEmpty()) {
            throw new UnsupportedModelException(
                    "save: expected a training that " + to + " has but was one that it does otherwise: "
                            + String.join("; ", problems) + " (save without it: --no-optimizer)",
                    problems);
        }
        return with(json, to, before, after.config().optimizer(), kept.types().isEmpty());
    }

    private static Trainer trainer(TrainableProgram program, Variables.Snapshot values) {
        return new Trainer(Model.of(program, new Variables(program.variables(), values.values()), "java"));
    }

    /** Losses, gradients and optimizers make one graph; metrics are compared as they are written. */
    private static void compare(Trainer before, Trainer after, List<String> problems) throws IOException {
        CompileConfig was = before.config();
        CompileConfig is = after.config();
        if (!was.metrics().equals(is.metrics()) || !was.weightedMetrics().equals(is.weightedMetrics())) {
            problems.add("metrics " + was.metrics() + ", which would be " + is.metrics());
        }
        if (was.optimizer() != null && !was.loss().isNone()) {
            boolean same = before.function(Optional.of(ROWS), false)
                    .graph()
                    .sameAs(after.function(Optional.of(ROWS), false).graph(), node -> node);
            if (!same) {
                problems.add("another step of " + was.optimizer());
            }
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
        Map<String, Tensor> slots = steps.slotValues();
        List<Tensor> ordered = optimizer.stored(steps.trained().parameters(), to).stream()
                .map(i -> slots.get(StepGraph.SLOT + i))
                .toList();
        return new StoredTraining(json, to, ordered.stream().map(Tensor::type).toList(), () -> ordered);
    }
}
