package dev.posthorn.train;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Variable;
import dev.posthorn.model.Backend;
import dev.posthorn.model.LayerPatterns;
import dev.posthorn.model.Model;
import dev.posthorn.model.Profile;
import dev.posthorn.model.Variables;
import dev.posthorn.train.callback.Logs;
import dev.posthorn.train.data.Batch;
import dev.posthorn.train.metric.Metric;
import dev.posthorn.train.optimizer.Optimizer;
import dev.posthorn.train.optimizer.StoredSlot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Runs steps: plans them once for each shape of a batch, feeds them, and keeps what they leave. The model's variables are in
 * the model; those of optimizer and metrics are here. From the first training step on, what training changes is read anew in
 * each step, of evaluations too; before, these compute with what the weights are.
 */
final class Steps {
    private static final int PLANS = 8;

    private final Model model;
    private final Backend backend;
    private final TrainableProgram program;
    private final CompileConfig config;
    private final Trained trained;
    private final Map<String, Tensor> own = new LinkedHashMap<>();
    private final Reuse reuse = new Reuse();
    private final Set<String> changing = new HashSet<>();
    private final Map<Key, Planned> plans = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Planned> eldest) {
            return size() > PLANS;
        }
    };

    private record Key(BatchTypes types, boolean training) {}

    /** A step that is ready to run, and the variables that its plan holds as constants. */
    private record Planned(StepGraph.Step step, Backend.Executable executable, Map<String, Tensor> constants) {}

    /**
     * Steps of a model.
     *
     * @param goesOn what a file keeps, where the optimizer goes on from there: its variables belong to those of the model as
     *     Keras calls these when it has loaded the file, or else as it did when the model was made
     */
    Steps(
            Trainer trainer,
            CompileConfig config,
            Map<String, Double> rates,
            Set<String> undecayed,
            Optional<StoredTraining> goesOn) {
        this.model = trainer.model();
        this.backend = trainer.backend();
        this.program = trainer.program();
        this.config = config;
        Map<LayerPatterns, Double> factors = new LinkedHashMap<>();
        rates.forEach((pattern, f) -> factors.put(new LayerPatterns(program, List.of(pattern)), f));
        Function<UnaryOperator<String>, Trained> by = path -> Trained.of(
                program,
                config.optimizer(),
                path,
                key -> {
                    double rate = 1;
                    for (Map.Entry<LayerPatterns, Double> e : factors.entrySet()) {
                        rate = e.getKey().covers(key) ? e.getValue() : rate;
                    }
                    return rate;
                },
                key -> undecayed.stream().noneMatch(name -> isNamed(name, key)));
        this.trained = goesOn.filter(f -> config.optimizer() != null)
                .map(f -> new StoredSlots(f, config.optimizer(), by.apply(program::loadedPath)))
                .filter(StoredSlots::fit)
                .map(StoredSlots::trained)
                .orElseGet(() -> by.apply(program::path));
        own.putAll(trained.initial(model.variables().snapshot().values()));
    }

    /** Whether a text is found in a variable's path, or, where it has no slash, a pattern in the variable's own name. */
    private boolean isNamed(String text, String key) {
        return text.contains("/")
                ? program.path(key).contains(text)
                : Pattern.compile(text)
                        .matcher(key.substring(key.lastIndexOf('/') + 1))
                        .find();
    }

    // ---- steps ----

    Logs train(Batch batch) {
        if (config.optimizer() == null) {
            throw new IllegalArgumentException("compile: expected an optimizer but was none, at " + model.name()
                    + " (trainer.optimizer(...), or a model that was saved compiled)");
        }
        return run(batch, true);
    }

    Logs test(Batch batch) {
        return run(batch, false);
    }

    private Logs run(Batch batch, boolean training) {
        BatchTypes.Bound bound = BatchTypes.bind(batch, program.signatures().get(0));
        Planned p = planned(new Key(bound.types(), training));
        Set<String> keys = p.step.graph().updates().keySet();
        List<Tensor> spare = new ArrayList<>(Collections.nCopies(p.step.logs().size(), null));
        keys.forEach(key -> spare.add(reuse.spare(key)));
        List<Tensor> results = p.executable.run(bound.tensors(), new Variables.Snapshot(0, values(p.step)), spare);
        Logs logs = new Logs();
        int i = 0;
        for (String name : p.step.logs()) {
            logs.put(name, numbers(results.get(i++)));
        }
        Map<String, Tensor> changed = new LinkedHashMap<>();
        Map<String, Tensor> mine = new LinkedHashMap<>();
        for (String key : keys) {
            (isOwn(key) ? mine : changed).put(key, results.get(i++));
        }
        Variables.Exchange exchange =
                changed.isEmpty() ? null : model.variables().exchange(changed);
        reuse.stepped(changed, exchange, own, mine);
        own.putAll(mine);
        return logs;
    }

    private static boolean isOwn(String key) {
        return key.startsWith(StepGraph.SLOT) || key.startsWith(StepGraph.METRIC);
    }

    private static double[] numbers(Tensor t) {
        double[] out = new double[t.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = t.getDouble(i);
        }
        return out;
    }

    /** All variables as they are now; metrics that have seen nothing are zeros. */
    private Map<String, Tensor> values(StepGraph.Step step) {
        Map<String, Tensor> all = new HashMap<>(model.variables().now().values());
        step.metricStates().forEach((key, type) -> all.put(key, Tensor.zeros(type)));
        all.putAll(own);
        return all;
    }

    private Planned planned(Key key) {
        Planned p = plans.get(key);
        Map<String, Tensor> now = model.variables().now().values();
        if (p == null || p.constants.entrySet().stream().anyMatch(e -> current(now, e) != e.getValue())) {
            StepGraph.Step step = p == null ? written(key) : p.step;
            if (key.training) {
                changing.addAll(step.graph().updates().keySet());
            }
            Map<String, Tensor> all = values(step);
            Map<String, Tensor> constants = new HashMap<>();
            for (Variable v : step.graph().variables()) {
                if (!step.graph().updates().containsKey(v.key()) && !changing.contains(v.key())) {
                    constants.put(v.key(), all.get(v.key()));
                }
            }
            Variables.Snapshot snapshot = new Variables.Snapshot(0, all);
            p = new Planned(step, backend.compile(step.graph(), snapshot, Set.copyOf(changing)), constants);
            plans.put(key, p);
        }
        return p;
    }

    /** What a variable is that a plan holds as a constant; a metric's that has seen nothing is what it was. */
    private Tensor current(Map<String, Tensor> now, Map.Entry<String, Tensor> constant) {
        return isOwn(constant.getKey())
                ? own.getOrDefault(constant.getKey(), constant.getValue())
                : now.get(constant.getKey());
    }

    private StepGraph.Step written(Key key) {
        StepGraph graph = new StepGraph(program, config, trained);
        return key.training ? graph.train(key.types) : graph.test(key.types);
    }

    Optional<Profile> profile(Batch batch, int runs) {
        BatchTypes.Bound bound = BatchTypes.bind(batch, program.signatures().get(0));
        Planned p = planned(new Key(bound.types(), true));
        return p.executable.profile(bound.tensors(), new Variables.Snapshot(0, values(p.step)), runs);
    }

    String explain(Batch like) {
        Planned p = planned(
                new Key(BatchTypes.bind(like, program.signatures().get(0)).types(), true));
        return "graph of a step of " + model.name() + "\n" + p.step.graph() + "\n" + p.executable.explain();
    }

    /** A step as a function of batches of these types. */
    Graph function(BatchTypes types) {
        return new StepGraph(program, config, trained).function(types);
    }

    /** The values of the variables of the optimizer. */
    Map<String, Tensor> slotValues() {
        reuse.lend();
        Map<String, Tensor> values = new LinkedHashMap<>();
        trained.slotKeys().forEach(key -> values.put(key, own.get(key)));
        return values;
    }

    /** The variables of the optimizer. */
    List<dev.posthorn.model.Variable> slots() {
        List<dev.posthorn.model.Variable> all = new ArrayList<>();
        for (int i = 0; i < trained.slotTypes().size(); i++) {
            all.add(new dev.posthorn.model.Variable(
                    trained.slotKeys().get(i), trained.slotTypes().get(i).type(), false, true));
        }
        return all;
    }

    void resetMetrics() {
        own.keySet().removeIf(key -> key.startsWith(StepGraph.METRIC));
    }

    /** Whether a metric of this name is better the larger it is. */
    Optional<Boolean> ascends(String name) {
        for (PerOutput<List<Choice<Metric>>> all : List.of(config.metrics(), config.weightedMetrics())) {
            for (Choice<Metric> choice : OutputMetrics.chosen(all)) {
                Metric metric = OutputMetrics.known(choice);
                if (name.equals(choice.name().isEmpty() ? metric.options().name() : choice.name())) {
                    return metric.lessIsBetter().map(less -> !less);
                }
            }
        }
        return Optional.empty();
    }

    // ---- the optimizer ----

    List<Tensor> optimizerVariables() {
        return IntStream.range(0, trained.slotTypes().size())
                .filter(i -> trained.slotTypes().get(i).isKept())
                .mapToObj(this::slot)
                .toList();
    }

    Tensor slot(int i) {
        reuse.lend();
        return own.get(StepGraph.SLOT + i);
    }

    /** The optimizer's variables as a file has them. */
    List<Tensor> stored(List<StoredSlot> order) {
        return order.stream()
                .map(s -> s.isRead() ? slot(s.slot()) : Tensor.zeros(s.type()))
                .toList();
    }

    Trained trained() {
        return trained;
    }

    /** Goes on from the variables of an optimizer in a file. */
    void restore(StoredTraining stored) throws IOException {
        own.putAll(new StoredSlots(stored, config.optimizer(), trained).read(model.name()));
    }

    /** Goes on from the optimizer of other steps, where it is the same. */
    void keepOptimizer(Steps before) {
        before.reuse.lend();
        if (before.trained.slotTypes().equals(trained.slotTypes())) {
            before.trained.slotKeys().forEach(key -> own.put(key, before.own.get(key)));
        }
    }

    private Optional<String> learningRateKey() {
        return config.optimizer().learningRateSlot(trained.parameters()).map(i -> StepGraph.SLOT + i);
    }

    /** The learning rate; NaN where parameters have several. */
    double learningRate() {
        Builder b = new Builder();
        Optional<Value> rate = config.optimizer().learningRate(b, trained.slots(b));
        if (rate.isEmpty()) {
            return Double.NaN;
        }
        Graph g = b.graph(List.of(), Map.of("rate", rate.get()), Map.of());
        return Evaluation.of(g).run(List.of(), own::get).outputs().get("rate").getDouble(0);
    }

    /** A configuration with the learning rate as it is now, which not every file has among the optimizer's variables. */
    Map<String, Object> atRate(Map<String, Object> compile) {
        Map<String, Object> changed = new LinkedHashMap<>(compile);
        learningRateKey()
                .ifPresent(key -> changed.replaceAll((name, value) -> name.startsWith("optimizer")
                        ? atRate(value, own.get(key).getDouble(0))
                        : value));
        return changed;
    }

    private static Object atRate(Object optimizer, double rate) {
        if (!(optimizer instanceof Map<?, ?> map)) {
            return optimizer;
        }
        Map<Object, Object> changed = new LinkedHashMap<>(map);
        changed.computeIfPresent("config", (key, config) -> atRate(config, rate));
        changed.computeIfPresent("inner_optimizer", (key, inner) -> atRate(inner, rate));
        changed.computeIfPresent(
                "learning_rate", (key, was) -> (float) ((Number) was).doubleValue() == (float) rate ? was : rate);
        return changed;
    }

    void learningRate(double value) {
        String key = learningRateKey()
                .orElseThrow(() -> new IllegalArgumentException(
                        "learning rate: expected an optimizer with a number but was one with a schedule, at "
                                + model.name()));
        own.put(key, Tensor.scalar(own.get(key).dtype(), value));
    }

    // ---- moving averages ----

    /** The moving average of each trained variable that has one, as key of the variable → key of the average. */
    private Map<String, String> averages() {
        Builder b = new Builder();
        List<Value> weights = trained.values(b);
        List<Optional<Value>> none = new ArrayList<>();
        weights.forEach(w -> none.add(Optional.empty()));
        List<Value> end = config.optimizer()
                .finish(b, new Optimizer.Before(trained.parameters(), weights, none, trained.slots(b)));
        Map<String, String> averages = new LinkedHashMap<>();
        for (int i = 0; i < end.size(); i++) {
            if (end.get(i).node().op() instanceof Variable v && isOwn(v.key())) {
                averages.put(trained.keys().get(i), v.key());
            }
        }
        return averages;
    }

    /** The weights become their moving averages, where the optimizer keeps them. */
    void finish() {
        reuse.lend();
        Map<String, Tensor> values = new LinkedHashMap<>();
        averages().forEach((key, average) -> values.put(key, own.get(average)));
        if (!values.isEmpty()) {
            model.variables().set(values);
        }
    }

    void swapAverages() {
        reuse.lend();
        Map<String, Tensor> weights = new LinkedHashMap<>();
        someAverages().forEach((key, average) -> {
            weights.put(key, own.get(average));
            own.put(average, model.variables().get(key));
        });
        model.variables().set(weights);
    }

    void finishAverages() {
        reuse.lend();
        someAverages()
                .forEach((key, average) -> own.put(average, model.variables().get(key)));
    }

    private Map<String, String> someAverages() {
        Map<String, String> averages = averages();
        if (averages.isEmpty()) {
            throw new IllegalArgumentException(
                    "averages: expected an optimizer with use_ema but was one without, at " + model.name());
        }
        return averages;
    }

    // ---- state ----

    /** Every variable: of model, optimizer, metrics. */
    Map<String, Tensor> state() {
        reuse.lend();
        Map<String, Tensor> all =
                new LinkedHashMap<>(model.variables().snapshot().values());
        all.putAll(own);
        return all;
    }

    void state(Map<String, Tensor> state) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        resetMetrics();
        state.forEach((key, t) -> (isOwn(key) ? own : weights).put(key, t));
        model.variables().set(weights);
    }
}
