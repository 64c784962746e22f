package dev.posthorn.train;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType.Context;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Backend;
import dev.posthorn.model.LayerPatterns;
import dev.posthorn.model.Model;
import dev.posthorn.model.Profile;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.train.callback.Callback;
import dev.posthorn.train.callback.History;
import dev.posthorn.train.callback.Logs;
import dev.posthorn.train.data.Batch;
import dev.posthorn.train.data.Batches;
import dev.posthorn.train.data.Dataset;
import dev.posthorn.train.data.Pass;
import dev.posthorn.train.loss.Loss;
import dev.posthorn.train.metric.Metric;
import dev.posthorn.train.optimizer.LossScaleOptimizer;
import dev.posthorn.train.optimizer.Optimizer;
import dev.posthorn.train.optimizer.Optimizers;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Trains a model as Keras does: {@code compile}, {@code fit}, {@code evaluate}, one batch at a time. What is not set is as the
 * model's file says: loss, optimizer and where the optimizer was, so that training goes on where Python left it.
 *
 * <pre>{@code
 * model.trainer()
 *     .freeze("conv1_*")
 *     .optimizer(new Adam(1e-4))
 *     .loss("sparse_categorical_crossentropy")
 *     .metrics("accuracy")
 *     .fit(Dataset.of(x, y), Fit.epochs(3).validationSplit(0.1), new EarlyStopping("val_loss", 2));
 * }</pre>
 *
 * <p>For one thread at a time. The same data, seed and settings give the same bits, whatever the number of threads, with
 * the same kernels: scalar and vector ones may round differently. Which run depends on the kind of machine, on the module
 * {@code jdk.incubator.vector}, and on the compiler ({@code -XX:TieredStopAtLevel=1} does without vectors).
 */
public final class Trainer {
    private final Model model;
    private final Map<String, Double> rates = new LinkedHashMap<>();
    private final Set<String> undecayed = new LinkedHashSet<>();
    private CompileConfig config = CompileConfig.NONE;
    private boolean fromFile;
    private Optimizer optimizerOfFile;
    private boolean fresh;
    private boolean scalesLoss;
    private OptionalLong memory = OptionalLong.empty();
    private Steps steps;
    private Steps before;

    /** A trainer of a model. */
    public Trainer(Model model) {
        if (!(model.program() instanceof TrainableProgram p)) {
            throw new UnsupportedModelException(
                    "train: expected a model of Keras layers but was another, at " + model.name());
        }
        this.model = model;
        this.fromFile = !p.training().compile().isEmpty();
        this.fresh = p.training().types().isEmpty();
        this.scalesLoss = p.policy().equals(LossScaleOptimizer.POLICY);
    }

    // ---- what to train, and how ----

    /** Sets layers to be trained no more, as {@link Model#freeze} says; the optimizer begins anew. */
    public Trainer freeze(String... patterns) {
        model.freeze(patterns);
        return anew();
    }

    /** Sets layers to be trained; the optimizer begins anew. */
    public Trainer unfreeze(String... patterns) {
        model.unfreeze(patterns);
        return anew();
    }

    /** Multiplies the learning rate of layers like {@code pattern}; where several fit, the last one counts. */
    public Trainer learningRates(String pattern, double factor) {
        new LayerPatterns(model.program(), List.of(pattern));
        rates.put(pattern, factor);
        return anew();
    }

    /**
     * Keeps weights from decaying: those in whose own name one of these patterns is found, as {@code bias} and {@code gamma|beta},
     * or in whose path, where it has a slash, as {@code norm_1/}. Keras: {@code optimizer.exclude_from_weight_decay(var_names=...)},
     * which model files do not keep.
     */
    public Trainer withoutWeightDecay(String... names) {
        List.of(names).forEach(Pattern::compile);
        undecayed.addAll(List.of(names));
        return compiled(config());
    }

    /**
     * Whether a {@link LossScaleOptimizer} is put around the optimizer, which begins anew: if nothing is said, where the
     * model's policy is {@code mixed_float16} or its file says so. Keras: {@code compile(auto_scale_loss=...)}.
     */
    public Trainer scaleLoss(boolean on) {
        anew();
        scalesLoss = on;
        return this;
    }

    private Trainer anew() {
        config(); // of the file, before its optimizer's variables are left aside
        fresh = true;
        steps = null;
        before = null;
        return this;
    }

    /**
     * Bounds the memory of what a step computes between its batch and the new weights: activations and gradients. Those that do
     * not fit are computed again in the backward pass, with the same bits as without. The first step throws where that cannot
     * be, with the least that can.
     */
    public Trainer memory(long bytes) {
        model.backend().within(bytes);
        memory = OptionalLong.of(bytes);
        return compiled(config());
    }

    Backend backend() {
        return memory.isPresent() ? model.backend().within(memory.getAsLong()) : model.backend();
    }

    /** Sets the optimizer, which begins anew. */
    public Trainer optimizer(Optimizer optimizer) {
        config = config().withOptimizer(optimizer);
        return anew();
    }

    /** An optimizer by Keras's name, with its defaults: {@code adam}. */
    public Trainer optimizer(String name) {
        return optimizer(Optimizers.ALL.named(name));
    }

    private Trainer compiled(CompileConfig other) {
        config = other;
        before = steps == null ? before : steps;
        steps = null;
        return this;
    }

    public Trainer loss(PerOutput<Choice<Loss>> loss) {
        return compiled(config().withLoss(loss));
    }

    /** A loss by Keras's name: {@code mse}. */
    public Trainer loss(String name) {
        return loss(PerOutput.all(Choice.named(name)));
    }

    public Trainer loss(Loss loss) {
        return loss(PerOutput.all(Choice.of(loss)));
    }

    public Trainer lossWeights(PerOutput<Double> weights) {
        return compiled(config().withLossWeights(weights));
    }

    public Trainer metrics(PerOutput<List<Choice<Metric>>> metrics) {
        return compiled(config().withMetrics(metrics));
    }

    /** Metrics by Keras's names, of each output: {@code accuracy}. */
    public Trainer metrics(String... names) {
        return metrics(PerOutput.all(Stream.of(names).map(Choice::<Metric>named).toList()));
    }

    /** Metrics of each output. */
    public Trainer metrics(Metric... metrics) {
        return metrics(PerOutput.all(Arrays.stream(metrics).map(Choice::of).toList()));
    }

    /** Metrics that take account of sample weights. */
    public Trainer weightedMetrics(PerOutput<List<Choice<Metric>>> metrics) {
        return compiled(config().withWeightedMetrics(metrics));
    }

    /** Everything at once; the optimizer begins anew. */
    public Trainer compile(CompileConfig all) {
        fromFile = false;
        config = all;
        return anew();
    }

    /** What the model is compiled with. An error where its file names what has no code in it. */
    public CompileConfig config() {
        if (fromFile) {
            StoredTraining stored = program().training();
            config = CompileConfig.read(
                    stored.compile(), program().outputs(), new Context(stored.dialect(), "compile_config"));
            fromFile = false;
            optimizerOfFile = config.optimizer();
            scalesLoss |= optimizerOfFile != null && LossScaleOptimizer.isStoredAround(optimizerOfFile, stored.types());
        }
        return config;
    }

    /** The model that is trained. */
    public Model model() {
        return model;
    }

    TrainableProgram program() {
        return (TrainableProgram) model.program();
    }

    // ---- training ----

    /**
     * Trains.
     *
     * @return loss and metrics of each epoch
     */
    public History fit(Dataset data, Fit options, Callback... callbacks) throws IOException {
        return new FitLoop(this, data, options, List.of(callbacks)).run();
    }

    /** Trains on one batch; returns loss and metrics of all batches since {@link #resetMetrics}. */
    public Logs trainOnBatch(Batch batch) throws IOException {
        return steps().train(batch);
    }

    /** Evaluates one batch; returns loss and metrics of all batches since {@link #resetMetrics}. */
    public Logs testOnBatch(Batch batch) throws IOException {
        return steps().test(batch);
    }

    /** Forgets what metrics have seen. */
    public void resetMetrics() throws IOException {
        steps().resetMetrics();
    }

    /** Loss and metrics of all rows, in batches of {@value Model#BATCH_SIZE}. */
    public Logs evaluate(Dataset data) throws IOException {
        return evaluate(data, Model.BATCH_SIZE, OptionalLong.empty());
    }

    /**
     * Loss and metrics of rows.
     *
     * @param most how many batches; absent for all
     */
    public Logs evaluate(Dataset data, int batchSize, OptionalLong most) throws IOException {
        steps().resetMetrics();
        Logs logs = new Logs();
        try (Batches batches = data.pass(Pass.inOrder(batchSize))) {
            for (long i = 0; batches.hasNext() && i < most.orElse(Long.MAX_VALUE); i++) {
                logs = steps().test(batches.next());
            }
        }
        return logs;
    }

    // ---- the optimizer ----

    /** The learning rate that the next step takes. */
    public double learningRate() throws IOException {
        return steps().learningRate();
    }

    /** Sets the learning rate; an error where a schedule decides it. */
    public void learningRate(double value) throws IOException {
        steps().learningRate(value);
        keep();
    }

    /** The optimizer's variables, in Keras's order. */
    public List<Tensor> optimizerVariables() throws IOException {
        return steps().optimizerVariables();
    }

    /** How long each part of a training step takes, over some runs that change nothing; empty where the backend cannot say. */
    public Optional<Profile> profile(Batch batch, int runs) throws IOException {
        return steps().profile(batch, runs);
    }

    /**
     * A step as a function, for files that hold functions.
     *
     * @param batch how many rows it takes; any number where absent
     * @param weighted whether it takes the weights of rows
     */
    public StepFunction function(Optional<Integer> batch, boolean weighted) throws IOException {
        return Functions.of(this, batch, weighted);
    }

    /** How a step on batches of these types runs: graph, plan, memory. */
    public String explain(Batch like) throws IOException {
        return steps().explain(like);
    }

    Steps steps() throws IOException {
        if (steps == null) {
            Optional<StoredTraining> goesOn =
                    fresh ? Optional.empty() : Optional.of(program().training());
            steps = new Steps(this, running(), rates, undecayed, goesOn);
            if (before != null) {
                steps.keepOptimizer(before);
            } else if (!fresh) {
                steps.restore(program().training());
            }
            keep();
        }
        return steps;
    }

    /** What files are to keep of these steps. */
    private void keep() {
        if (config.optimizer() != null) {
            boolean ofFile = config.optimizer() == optimizerOfFile; // older dialects have formulas of their own
            Dialect dialect = ofFile ? program().training().dialect() : Dialect.KERAS3;
            model.training(StoredTraining.of(
                    config, program().outputs(), dialect, running().optimizer(), steps));
        }
    }

    /** What steps run with; files keep the optimizer without what scales its loss, as Keras's do. */
    private CompileConfig running() {
        CompileConfig c = config();
        return scalesLoss ? c.withOptimizer(LossScaleOptimizer.around(c.optimizer())) : c;
    }
}
