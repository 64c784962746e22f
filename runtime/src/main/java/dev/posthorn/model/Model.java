package dev.posthorn.model;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.train.StoredTraining;
import dev.posthorn.train.TrainableProgram;
import dev.posthorn.train.Trainer;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * A model as it was loaded. Thread-safe: any number of threads may predict at once.
 *
 * <pre>{@code
 * try (Model model = Model.load(Path.of("digits.keras"))) {
 *   Tensor probabilities = model.predict(Tensor.of(Shape.of(1, 28, 28, 1), pixels));
 * }
 * }</pre>
 */
public final class Model implements AutoCloseable {
    /** Rows that one step of {@link #predict} takes, as in Keras. */
    public static final int BATCH_SIZE = 32;

    private static final int PLANS = 16;

    private volatile Program program;
    private final Variables variables;
    private final Backend backend;
    private final Map<Key, Plan> plans = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Plan> eldest) {
            return size() > PLANS;
        }
    };
    private volatile boolean closed;

    private record Key(String signature, List<TensorType> inputs) {}

    private record Plan(Graph graph, Backend.Executable executable, long version) {}

    private Model(Program program, Variables variables, Backend backend) {
        this.program = program;
        this.variables = variables;
        this.backend = backend;
    }

    /** Loads a model file or SavedModel directory, to run on the backend {@code java}. */
    public static Model load(Path path) throws IOException {
        return load(path, "java");
    }

    /** Loads a model to run on the backend that is {@linkplain Backend#named named}. */
    public static Model load(Path path, String backend) throws IOException {
        return load(path, backend, Bindings.NONE);
    }

    /** Loads a model that names custom layers or functions, with what is bound to their names. */
    public static Model load(Path path, Bindings bindings) throws IOException {
        return load(path, "java", bindings);
    }

    /** Loads a model that names custom layers or functions, to run on the backend of that name. */
    public static Model load(Path path, String backend, Bindings bindings) throws IOException {
        exists(path);
        Backend chosen = Backend.named(backend);
        Optional<ModelFormat.Loaded> own = chosen.load(path);
        ModelFormat.Loaded loaded = own.isPresent() ? own.get() : located(path, f -> f.load(path, bindings));
        return new Model(loaded.program(), loaded.variables(), chosen);
    }

    /** Loads an architecture, and its weights from a file of their own. */
    public static Model load(Path architecture, Path weights) throws IOException {
        Model model = load(architecture);
        model.loadWeights(weights, WeightSelection.ALL);
        return model;
    }

    /**
     * Gives the model the weights of a file: of weights alone, or of a whole model of the same architecture.
     *
     * @return the keys of the variables that were given a value
     */
    public List<String> loadWeights(Path path, WeightSelection selection) throws IOException {
        exists(path);
        for (ModelFormat f : ServiceLoader.load(ModelFormat.class)) {
            Optional<Map<String, Tensor>> values = f.weights(program, path, selection);
            if (values.isPresent()) {
                variables.set(values.get());
                return List.copyOf(values.get().keySet());
            }
        }
        throw new ModelFormatException(
                "weights: expected a file of weights for " + name() + " but was another, at " + path);
    }

    /** Saves the model, in the format that the name says: {@code .keras}, {@code .h5}, {@code .weights.h5}. */
    public void save(Path path) throws IOException {
        save(path, SaveOptions.DEFAULT);
    }

    /** Saves the model as it is now. The file is there whole or not at all; what was there before stays until then. */
    public void save(Path path, SaveOptions options) throws IOException {
        List<String> names = new ArrayList<>();
        for (ModelFormat f : ServiceLoader.load(ModelFormat.class)) {
            if (f.writes(path, options)) {
                save(f, path, options);
                return;
            }
            names.add(f.name());
        }
        throw new IllegalArgumentException("save: expected a name that says one of the formats "
                + String.join(", ", names) + " but was '" + path.getFileName() + "'");
    }

    /** What fails says which file was being written. */
    private void save(ModelFormat format, Path path, SaveOptions options) throws IOException {
        try {
            format.save(program, variables.snapshot(), path, options);
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            String why = "not written: " + e.getMessage();
            throw (IOException) new FileSystemException(path.toString(), null, why).initCause(e);
        }
    }

    /** A model of a program made in Java, on the backend that is {@linkplain Backend#named named}. */
    public static Model of(Program program, Variables variables, String backend) {
        return new Model(program, variables, Backend.named(backend));
    }

    /** Says what a file is, without loading it. */
    public static Inspection inspect(Path path) throws IOException {
        return inspect(path, Bindings.NONE);
    }

    /** Says what a file is, with what is bound to the names of custom layers and functions in it. */
    public static Inspection inspect(Path path, Bindings bindings) throws IOException {
        return located(path, f -> f.inspect(path, bindings));
    }

    /** What reads a file of some format. */
    private interface Reading<T> {
        T of(ModelFormat format) throws IOException;
    }

    /** What is read of a file; an error that does not say where it is names the file. */
    private static <T> T located(Path path, Reading<T> read) throws IOException {
        try {
            return read.of(format(path));
        } catch (ModelFormatException e) {
            throw e.at(path);
        } catch (ShapeException e) {
            throw e.at(path);
        }
    }

    private static void exists(Path path) {
        if (!Files.exists(path)) {
            throw new ModelFormatException("model: expected a file or directory but was nothing, at " + path);
        }
        if (!Files.isReadable(path)) {
            throw new ModelFormatException("model: expected a readable file but was not, at " + path);
        }
    }

    private static ModelFormat format(Path path) throws IOException {
        if (!Files.exists(path)) {
            for (ModelFormat f : ServiceLoader.load(ModelFormat.class)) {
                f.recover(path);
            }
        }
        exists(path);
        List<String> names = new ArrayList<>();
        for (ModelFormat f : ServiceLoader.load(ModelFormat.class)) {
            if (f.accepts(path)) {
                return f;
            }
            names.add(f.name());
        }
        String what = Files.isDirectory(path) ? "a directory of another kind" : "a file of another kind";
        throw new ModelFormatException(
                "model: expected one of " + String.join(", ", names) + " but was " + what + ", at " + path);
    }

    public String name() {
        return program.name();
    }

    public Program program() {
        return program;
    }

    /** Sets what files of the model keep of training from now on; a trainer does. */
    public void training(StoredTraining training) {
        if (program instanceof TrainableProgram p) {
            program = p.withTraining(training);
        }
    }

    /** What runs the model's graphs. */
    public Backend backend() {
        return backend;
    }

    /** A trainer of this model; compiled as the model's file says, where it says so. */
    public Trainer trainer() {
        return new Trainer(this);
    }

    /**
     * Sets layers, and all layers inside of them, to be trained no more: those whose name, at any depth, or whose whole path
     * is like one of the patterns, in which {@code *} stands for anything. Batch normalisation then keeps its statistics.
     */
    public void freeze(String... patterns) {
        trainable(false, patterns);
    }

    /** Sets layers, and all layers inside of them, to be trained. */
    public void unfreeze(String... patterns) {
        trainable(true, patterns);
    }

    private void trainable(boolean value, String... patterns) {
        if (!(program instanceof TrainableProgram p)) {
            throw new UnsupportedModelException(
                    "freeze: expected a model of Keras layers but was another, at " + name());
        }
        program = p.withTrainable(new LayerPatterns(program, List.of(patterns)).set(value));
    }

    /** The variables, whose values may be read and set. */
    public Variables variables() {
        return variables;
    }

    /** The signature of that name. */
    public Signature signature(String name) {
        List<Signature> all = program.signatures();
        return all.stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("model: expected one of the signatures "
                        + all.stream().map(Signature::name).toList() + " but was '" + name + "'"));
    }

    /** What {@link #predict} takes. */
    public List<Port> inputs() {
        return signature(Signature.DEFAULT).inputs();
    }

    /** What {@link #predict} gives. */
    public List<Port> outputs() {
        return signature(Signature.DEFAULT).outputs();
    }

    /** Predicts with a model of one input and one output. */
    public Tensor predict(Tensor x) {
        List<Tensor> y = predict(List.of(x));
        if (y.size() != 1) {
            throw new IllegalArgumentException("predict: expected a model of one output but was " + y.size() + ", at "
                    + name() + " (use predict(List))");
        }
        return y.get(0);
    }

    /**
     * The outputs for these inputs, in order. Many rows are run {@value #BATCH_SIZE} at a time, as Keras does; {@link #call}
     * runs all at once.
     */
    public List<Tensor> predict(List<Tensor> inputs) {
        List<Tensor> in = checked(Signature.DEFAULT, inputs);
        int rows = in.isEmpty() || in.get(0).shape().rank() == 0
                ? 0
                : in.get(0).shape().dim(0);
        boolean batched = signature(Signature.DEFAULT).inputs().stream()
                .allMatch(p -> p.type().shape().isRanked()
                        && p.type().shape().rank() > 0
                        && p.type().shape().dim(0) == Shape.UNKNOWN);
        boolean equal =
                in.stream().allMatch(t -> t.shape().rank() > 0 && t.shape().dim(0) == rows);
        return batched && equal && rows > BATCH_SIZE ? Rows.predict(this, in, rows) : run(Signature.DEFAULT, in);
    }

    /** The outputs of one call of a signature, all rows at once. */
    public List<Tensor> call(String signature, List<Tensor> inputs) {
        return run(signature, checked(signature, inputs));
    }

    /**
     * What every layer gives in one call, by the names of {@link Program#lowerParts}. For looking into a model: the graph is made
     * anew each time.
     */
    public Map<String, Tensor> activations(List<Tensor> inputs) {
        List<Tensor> in = checked(Signature.DEFAULT, inputs);
        Graph graph = program.lowerParts(
                Signature.DEFAULT, in.stream().map(Tensor::type).toList(), Mode.INFERENCE);
        Variables.Snapshot now = variables.snapshot();
        List<Tensor> values = backend.compile(graph, now).run(in, now);
        Map<String, Tensor> byName = new LinkedHashMap<>();
        graph.outputs().keySet().forEach(name -> byName.put(name, values.get(byName.size())));
        return byName;
    }

    private List<Tensor> run(String signature, List<Tensor> in) {
        Plan plan = plan(new Key(signature, in.stream().map(Tensor::type).toList()));
        List<Tensor> all = plan.executable.run(in, variables.snapshot());
        int outputs = plan.graph.outputs().size();
        if (all.size() > outputs) {
            Map<String, Tensor> updates = new LinkedHashMap<>();
            int i = outputs;
            for (String key : plan.graph.updates().keySet()) {
                updates.put(key, all.get(i++));
            }
            variables.update(updates);
        }
        return all.subList(0, outputs);
    }

    private Plan plan(Key key) {
        synchronized (plans) {
            if (closed) {
                throw new IllegalStateException("model: expected an open model but was closed, at " + name());
            }
            Plan plan = plans.get(key);
            Variables.Snapshot now = variables.snapshot();
            if (plan == null || plan.version != now.version()) {
                Graph graph = plan == null ? program.lower(key.signature, key.inputs, Mode.INFERENCE) : plan.graph;
                plan = new Plan(graph, backend.compile(graph, now), now.version());
                plans.put(key, plan);
            }
            return plan;
        }
    }

    private List<Tensor> checked(String signature, List<Tensor> inputs) {
        List<Port> ports = signature(signature).inputs();
        if (inputs.size() != ports.size()) {
            throw new ShapeException("predict: expected " + ports.size() + " inputs "
                    + ports.stream().map(Port::name).toList() + " but was " + inputs.size() + ", at " + name());
        }
        List<Tensor> in = new ArrayList<>();
        for (int i = 0; i < ports.size(); i++) {
            Port p = ports.get(i);
            Tensor t = inputs.get(i);
            if (!p.type().shape().accepts(t.shape())) {
                throw new ShapeException("predict: expected shape " + p.type().shape() + " but was " + t.shape()
                        + ", at input '" + p.name() + "'");
            }
            in.add(converted(t, p));
        }
        return in;
    }

    /** Numbers of another width or kind are converted where no value can be lost silently; else an error. */
    private static Tensor converted(Tensor t, Port p) {
        DType to = p.type().dtype();
        boolean numeric = t.dtype().isFloating() || t.dtype().isInteger() || t.dtype() == DType.BOOL;
        boolean fits = t.dtype() == to
                || numeric && (to.isFloating() || to.isInteger() && t.dtype().isInteger());
        if (!fits) {
            throw new ShapeException(
                    "predict: expected dtype " + to + " but was " + t.dtype() + ", at input '" + p.name() + "'");
        }
        return t.cast(to);
    }

    /** How long each step of a prediction takes, over some runs; empty where the backend cannot say. */
    public Optional<Profile> profile(List<Tensor> inputs, int runs) {
        List<Tensor> in = checked(Signature.DEFAULT, inputs);
        Plan plan =
                plan(new Key(Signature.DEFAULT, in.stream().map(Tensor::type).toList()));
        return plan.executable.profile(in, variables.snapshot(), runs);
    }

    /** How a call of this signature runs: graph, plan, memory. */
    public String explain(String signature, List<TensorType> inputs) {
        Plan plan = plan(new Key(signature, inputs));
        return "graph of " + name() + " for " + inputs + "\n" + plan.graph + "\n" + plan.executable.explain();
    }

    /** Releases plans; later calls fail. */
    @Override
    public void close() {
        synchronized (plans) {
            closed = true;
            plans.values().forEach(p -> p.executable.close());
            plans.clear();
        }
    }
}
