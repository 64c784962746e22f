package dev.posthorn.train;

import dev.posthorn.autograd.Gradients;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Variable;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Port;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.Signature;
import dev.posthorn.pass.CountLoops;
import dev.posthorn.pass.MergeScans;
import dev.posthorn.train.metric.Mean;
import dev.posthorn.train.metric.Metric;
import dev.posthorn.train.metric.MetricOptions;
import dev.posthorn.train.metric.State;
import dev.posthorn.train.optimizer.Optimizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Writes a step as one pure graph: {@code (variables, slots, metrics, batch) → (new variables, new slots, new metrics;
 * loss, metrics)}. Only what leads to a trained weight is differentiated.
 */
final class StepGraph {
    /** The first part of the keys of variables that are not the model's. */
    static final String SLOT = "@optimizer/";

    static final String METRIC = "@metric/";
    private static final String OBJECTIVE = "@objective";

    private final TrainableProgram program;
    private final CompileConfig config;
    private final Trained trained;
    private final List<String> outputs;
    private final Map<String, Value> logs = new LinkedHashMap<>();
    private final Map<String, Value> updates = new LinkedHashMap<>();
    private final Map<String, TensorType> metricStates = new LinkedHashMap<>();

    StepGraph(TrainableProgram program, CompileConfig config, Trained trained) {
        this.program = program;
        this.config = config;
        this.trained = trained;
        this.outputs = signature().outputs().stream().map(Port::name).toList();
    }

    private Signature signature() {
        return program.signatures().get(0);
    }

    /**
     * A step.
     *
     * @param logs what its outputs are called, in order
     * @param metricStates the variables of metrics
     */
    record Step(Graph graph, List<String> logs, Map<String, TensorType> metricStates) {}

    /** Evaluates a batch: loss and metrics, weights as they are. */
    Step test(BatchTypes types) {
        Builder b = new Builder();
        forward(b, types, Mode.INFERENCE);
        return new Step(
                b.graph(types.enter(b, signature()).all(), logs, updates), List.copyOf(logs.keySet()), metricStates);
    }

    /** Trains on a batch. */
    Step train(BatchTypes types) {
        Builder b = new Builder();
        Optional<Value> loss = forward(b, types, Mode.TRAINING);
        if (loss.isEmpty()) {
            throw new IllegalArgumentException("compile: expected a loss but was none, at " + program.name()
                    + " (trainer.loss(...), or a model that was saved compiled)");
        }
        Graph step = stepped(b, types, logs, loss.get());
        return new Step(step, List.copyOf(logs.keySet()), metricStates);
    }

    /** Trains on a batch, as a function of nothing else: the loss of this batch, and what the model gave before. */
    Graph function(BatchTypes types) {
        Builder b = new Builder();
        BatchTypes.Entered in = types.enter(b, signature());
        Forward f = program.forward(b, in.x(), Mode.TRAINING);
        updates.putAll(f.updates());
        Value loss = loss(b, f, heads(in, f), new LinkedHashMap<>())
                .orElseThrow(() -> new IllegalArgumentException(
                        "train: expected a model that is compiled with a loss but was none, at " + program.name()));
        Map<String, Value> results = new LinkedHashMap<>(Map.of(StepFunction.LOSS, loss));
        for (int i = 0; i < f.outputs().size(); i++) {
            results.put("output_" + i, f.outputs().get(i));
        }
        return stepped(b, types, results, loss);
    }

    /** The graph of a step that gives these results, with the gradients of the loss and what the optimizer makes of them. */
    private Graph stepped(Builder b, BatchTypes types, Map<String, Value> results, Value loss) {
        Map<String, Value> all = new LinkedHashMap<>(results);
        all.put(OBJECTIVE, config.optimizer().scaleLoss(b, loss, trained.slots(b)));
        Graph forward = b.graph(types.enter(b, signature()).all(), all, updates);
        return differentiated(Rewriter.apply(CountLoops.apply(forward), prepare()));
    }

    /** Composites on the way to a trained weight are expanded, so that their gradients use what they computed. */
    private Rewriter.Rule prepare() {
        Map<Node, Boolean> active = new HashMap<>();
        return (b, op, in) -> op instanceof Op.Composite c
                        && !Gradients.isPrepared(op)
                        && in.stream().anyMatch(v -> isActive(v.node(), active))
                ? c.expand(b, in)
                : null;
    }

    private boolean isActive(Node node, Map<Node, Boolean> active) {
        Boolean known = active.get(node);
        if (known == null) {
            known = node.op() instanceof Variable v && trained.keys().contains(v.key())
                    || node.inputs().stream().anyMatch(v -> isActive(v.node(), active));
            active.put(node, known);
        }
        return known;
    }

    private Graph differentiated(Graph g) {
        Builder b = new Builder();
        Map<Value, Value> map = Rewriter.copy(g, b, Map.of());
        Value objective = map.get(g.outputs().get(OBJECTIVE));
        List<Value> weights = trained.values(b);
        Map<String, Value> results = new LinkedHashMap<>();
        g.outputs().forEach((name, v) -> results.put(name, map.get(v)));
        results.remove(OBJECTIVE);
        Map<String, Value> next = new LinkedHashMap<>();
        g.updates().forEach((key, v) -> next.put(key, map.get(v)));
        if (!weights.isEmpty()) {
            List<Optional<Value>> gradients =
                    Gradients.of(b, List.of(objective), List.of(ones(b, objective.type())), weights);
            List<Value> slots = trained.slots(b);
            List<Value> now = new ArrayList<>(); // where a layer itself changes a weight, what it made of it
            for (int i = 0; i < weights.size(); i++) {
                now.add(next.getOrDefault(trained.keys().get(i), weights.get(i)));
            }
            Optimizer.After after = b.scoped(
                    "optimizer",
                    () -> config.optimizer()
                            .step(b, new Optimizer.Before(trained.parameters(), now, gradients, slots)));
            put(next, trained.keys(), now, after.values());
            put(next, trained.slotKeys(), slots, after.slots());
        }
        List<Value> in = g.inputs().stream().map(map::get).toList();
        return MergeScans.apply(b.graph(in, results, next));
    }

    /** What changes, and numbers that others may change, such as the learning rate; the rest are constants of the plan. */
    private static void put(Map<String, Value> updates, List<String> keys, List<Value> before, List<Value> after) {
        for (int i = 0; i < keys.size(); i++) {
            if (!after.get(i).equals(before.get(i)) || before.get(i).shape().equals(Shape.SCALAR)) {
                updates.put(keys.get(i), after.get(i));
            }
        }
    }

    private static Value ones(Builder b, TensorType type) {
        if (type.shape().equals(Shape.SCALAR)) {
            return b.constant(type.dtype(), 1);
        }
        Tensor t = Tensor.zeros(type);
        for (int i = 0; i < t.size(); i++) {
            t.setDouble(i, 1);
        }
        return b.constant(t);
    }

    /** Writes the model, its losses and metrics; returns the loss as it counts, where there is any. */
    private Optional<Value> forward(Builder b, BatchTypes types, Mode mode) {
        BatchTypes.Entered in = types.enter(b, signature());
        Forward f = program.forward(b, in.x(), mode);
        updates.putAll(f.updates());
        List<Heads.Head> heads = heads(in, f);
        Value rows = b.constant(DType.FLOAT32, types.rows());
        Map<String, Value> outputLosses = new LinkedHashMap<>(); // of several of a name the last, as in Keras
        Optional<Value> loss = loss(b, f, heads, outputLosses);
        loss.ifPresent(l -> tracked(b, "loss", l, rows));
        for (OutputMetrics.Entry e : OutputMetrics.of(config, program.outputs().names(), new Heads(heads))) {
            metric(b, e, heads.get(e.output()));
        }
        outputLosses.forEach((name, l) -> tracked(b, name, l, rows));
        return loss;
    }

    private List<Heads.Head> heads(BatchTypes.Entered in, Forward f) {
        List<Heads.Head> heads = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            heads.add(new Heads.Head(
                    in.y().get(i).orElse(null),
                    f.outputs().get(i),
                    in.weight(i),
                    f.masks().get(i)));
        }
        return heads;
    }

    private Optional<Value> loss(Builder b, Forward f, List<Heads.Head> heads, Map<String, Value> outputLosses) {
        OutputLosses losses = new OutputLosses(config, program.outputs());
        List<Value> terms = new ArrayList<>();
        for (int i = 0; i < heads.size(); i++) {
            if (losses.has(i)) {
                if (heads.get(i).yTrue() == null) {
                    throw new IllegalArgumentException("train: expected targets but was none, at output '"
                            + outputs.get(i) + "', which has a loss");
                }
                int output = i;
                Value one = fitting(i, "loss", heads.get(i), () -> losses.call(b, output, heads.get(output)));
                if (losses.reported().contains(i)) {
                    outputLosses.put(losses.name(i), one);
                }
                terms.add(losses.weighted(b, i, one));
            }
        }
        Optional<Value> own = terms.stream().reduce(b::plus);
        List<Value> all = new ArrayList<>(own.stream().toList());
        f.losses().forEach(l -> all.add(b.cast(l, DType.FLOAT32)));
        return all.stream().reduce(b::plus);
    }

    /** What a loss or a metric writes; an error says for which output targets and predictions do not go together. */
    private <T> T fitting(int output, String what, Heads.Head head, Supplier<T> write) {
        try {
            return write.get();
        } catch (ShapeException e) {
            throw new ShapeException(
                    "train: expected targets that fit " + head.yPred().type() + " but was "
                            + head.yTrue().type() + " (" + e.getMessage() + "), at the " + what + " of output '"
                            + outputs.get(output) + "'",
                    e);
        }
    }

    /** A mean over the rows of all batches. */
    private void tracked(Builder b, String name, Value loss, Value rows) {
        Metric mean = new Mean(new MetricOptions(name));
        List<Value> state = state(b, name, mean, loss.type());
        List<Value> next = mean.update(b, state, loss, loss, Optional.of(rows), Optional.empty());
        finish(b, name, mean, next);
    }

    private void metric(Builder b, OutputMetrics.Entry e, Heads.Head head) {
        if (head.yTrue() == null) {
            throw new IllegalArgumentException("train: expected targets but was none, at output '"
                    + outputs.get(e.output()) + "', which has the metric " + e.name());
        }
        List<Value> state = state(b, e.key(), e.metric(), head.yPred().type());
        Optional<Value> weight = e.weighted() ? head.sampleWeight() : Optional.empty();
        List<Value> next = fitting(
                e.output(),
                "metric " + e.name(),
                head,
                () -> e.metric().update(b, state, head.yTrue(), head.yPred(), weight, head.mask()));
        finish(b, e.key(), e.metric(), next);
    }

    private List<Value> state(Builder b, String name, Metric metric, TensorType yPred) {
        List<Value> values = new ArrayList<>();
        for (State s : metric.state(yPred)) {
            String key = METRIC + name + "/" + s.name();
            metricStates.put(key, s.type());
            values.add(b.variable(key, s.type()));
        }
        return values;
    }

    private void finish(Builder b, String name, Metric metric, List<Value> next) {
        List<String> keys = metricStates.keySet().stream()
                .filter(k -> k.startsWith(METRIC + name + "/"))
                .toList();
        for (int i = 0; i < keys.size(); i++) {
            updates.put(keys.get(i), next.get(i));
        }
        logs.put(name, metric.result(b, next));
    }
}
