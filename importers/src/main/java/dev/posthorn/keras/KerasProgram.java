package dev.posthorn.keras;

import dev.posthorn.codec.Dialect;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.layer.Functional;
import dev.posthorn.keras.layer.Sequential;
import dev.posthorn.keras.layout.PathLayout;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Port;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.Signature;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variable;
import dev.posthorn.train.Forward;
import dev.posthorn.train.Outputs;
import dev.posthorn.train.StoredTraining;
import dev.posthorn.train.TrainableProgram;
import dev.posthorn.train.constraint.Constraint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** A Keras model as a program: one signature, whose graph the layers write. */
public final class KerasProgram implements TrainableProgram {
    private final LayerNode root;
    private final Map<String, byte[]> assets;
    private final Sharing sharing;
    private final StoredTraining training;
    private final Origin origin;
    private final String where;
    private final List<Port> inputs;
    private final List<Port> outputs;
    private final ModelGraphs graphs;
    private final WeightTree weights;
    private final Map<String, List<TensorType>> outputTypes = new LinkedHashMap<>();

    /**
     * Builds the model: calls every layer once with the declared input types, so that weights and shapes are known.
     *
     * @param assets the files that layers read, by the layer's path and their name
     * @param sharing which of the layers are the same
     * @param training what the file keeps of training
     * @param origin how it was read, told of the program as it is built
     */
    KerasProgram(
            LayerNode root,
            Map<String, byte[]> assets,
            Sharing sharing,
            StoredTraining training,
            Function<KerasProgram, Origin> origin,
            String where) {
        this.root = root;
        this.assets = Map.copyOf(assets);
        this.sharing = sharing;
        this.training = training;
        this.where = where;
        this.graphs = new ModelGraphs(root, this.assets, sharing);
        List<Port> given = ProgramPorts.inputs(root, where);
        Lowering lowering = graphs.lowering(new Builder(), Mode.INFERENCE);
        List<TensorType> out = graphs.types(lowering, given);
        this.weights = new WeightTree(root, sharing, lowering.weights());
        outputTypes.putAll(lowering.types());
        Optional<Ends> any = anyBatch(given);
        this.inputs = any.map(Ends::inputs).orElse(given);
        this.outputs = ProgramPorts.outputs(root, any.map(Ends::outputs).orElse(out));
        this.origin = origin.apply(this);
    }

    /** The same program with another training. */
    private KerasProgram(KerasProgram same, StoredTraining training) {
        this.root = same.root;
        this.assets = same.assets;
        this.sharing = same.sharing;
        this.training = training;
        this.where = same.where;
        this.inputs = same.inputs;
        this.outputs = same.outputs;
        this.graphs = same.graphs;
        this.weights = same.weights;
        outputTypes.putAll(same.outputTypes);
        this.origin = same.origin;
    }

    private record Ends(List<Port> inputs, List<TensorType> outputs) {}

    /**
     * The ends for batches of any size, whatever size the model was built with, as Keras's models take them; not where a layer
     * keeps a state for each element of the batch, or computes with the given size alone.
     */
    private Optional<Ends> anyBatch(List<Port> given) {
        List<Port> any = given.stream().map(ProgramPorts::anyBatch).toList();
        if (any.equals(given) || weights.hasStates()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Ends(any, graphs.types(graphs.lowering(new Builder(), Mode.INFERENCE), any)));
        } catch (ShapeException | UnsupportedModelException e) {
            return Optional.empty(); // the layers were built with the given size just now
        }
    }

    private List<Value> enter(Builder b, List<TensorType> types) {
        List<Port> ports = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            ports.add(new Port(inputs.get(i).name(), types.get(i)));
        }
        return ModelGraphs.entered(b, ports);
    }

    @Override
    public Graph lower(String signature, List<TensorType> types, Mode mode) {
        Builder b = new Builder();
        Lowering lowering = graphs.lowering(b, mode);
        List<Value> in = enter(b, types);
        List<KerasTensor> results = graphs.call(lowering, in);
        Map<String, Value> out = new LinkedHashMap<>();
        for (int i = 0; i < results.size(); i++) {
            out.put(outputs.get(i).name(), results.get(i).value());
        }
        return b.graph(in, out, lowering.updates());
    }

    @Override
    public Forward forward(Builder b, List<Value> in, Mode mode) {
        Lowering lowering = graphs.lowering(b, mode).penalised();
        List<KerasTensor> results = graphs.call(lowering, in);
        List<Value> losses = new ArrayList<>(lowering.losses());
        Map<String, Variable> byKey = new LinkedHashMap<>();
        weights.variables().forEach(v -> byKey.put(v.key(), v));
        weights.each((node, path, w) -> {
            Variable v = byKey.get(Lowering.key(path, w));
            Settings.regularizer(node, w)
                    .filter(r -> v.trainable())
                    .ifPresent(r -> losses.add(r.call(b, lowering.weight(node, path, w.name()))));
        });
        return new Forward(
                results.stream().map(KerasTensor::value).toList(),
                results.stream().map(KerasTensor::mask).toList(),
                losses,
                lowering.updates());
    }

    @Override
    public Outputs outputs() {
        return root.layer() instanceof Functional f
                ? new Outputs(f.gives().names(), f.gives().paths())
                : new Outputs(outputs.stream().map(Port::name).toList(), List.of(List.of()));
    }

    @Override
    public KerasProgram withTrainable(Layers layers) {
        Layers tied = path ->
                sharing.all(path).flatMap(p -> layers.trainable(p).stream()).findFirst();
        return new KerasProgram(Freezing.set(root, tied), assets, sharing, training, p -> origin, where);
    }

    @Override
    public KerasProgram withTraining(StoredTraining other) {
        return new KerasProgram(this, other);
    }

    @Override
    public String path(String key) {
        return LayerPaths.ofVariable(root, key, node -> node.layer() instanceof Functional);
    }

    /** Archives say how layers were built, each by itself. Source: keras/src/saving/serialization_lib.py. */
    @Override
    public String loadedPath(String key) {
        return origin.dialect() == Dialect.KERAS3 && origin.ofArchive()
                ? LayerPaths.ofVariable(
                        root, key, node -> node.layer() instanceof Functional || node.layer() instanceof Sequential)
                : path(key);
    }

    @Override
    public Graph lowerParts(String signature, List<TensorType> types, Mode mode) {
        Builder b = new Builder();
        return graphs.parts(b, enter(b, types), mode);
    }

    /**
     * The graph of all layers, each by itself: as {@link #lowerParts}, but layers are given inputs of the graph instead of what
     * the layers before them give. The graph's inputs are the model's, then those of each layer in the map's order.
     *
     * @param given the types of what layers are given, by path and, after the first call, {@code @k}
     * @param masks the types of the masks that come with these, where they are not the model's
     * @param training such keys of layers that compute as in training
     * @param unmasked such keys of layers that see no masks
     * @param wanted the outputs that the graph has, by the names of {@link #lowerParts}
     */
    public Graph lowerApart(
            List<TensorType> types,
            Map<String, List<TensorType>> given,
            Map<String, List<TensorType>> masks,
            Set<String> training,
            Set<String> unmasked,
            Predicate<String> wanted) {
        Builder b = new Builder();
        return graphs.apart(b, enter(b, types), given, masks, new ModelGraphs.Wish(training, unmasked, wanted));
    }

    /** The same program with another layer at a path; weights keep their keys. */
    public KerasProgram withLayer(String path, UnaryOperator<LayerNode> change) {
        return with(LayerPaths.changed(root, "", path, change));
    }

    @Override
    public List<Signature> signatures() {
        return List.of(new Signature(Signature.DEFAULT, inputs, outputs));
    }

    @Override
    public List<TensorType> optimizer() {
        return training.types();
    }

    @Override
    public String policy() {
        return root.policy().name();
    }

    @Override
    public List<String> beside() {
        return List.copyOf(origin.rest());
    }

    @Override
    public StoredTraining training() {
        return training;
    }

    @Override
    public List<Variable> variables() {
        return weights.variables();
    }

    /** The first values of the variables that files do not hold. */
    public Map<String, Tensor> states() {
        return weights.states();
    }

    @Override
    public String name() {
        return root.name();
    }

    /** The model as a layer. */
    public LayerNode root() {
        return root;
    }

    /** A program of other layers with the same files. */
    KerasProgram with(LayerNode other) {
        return new KerasProgram(other, assets, sharing.within(other), training, p -> origin.edited(), where);
    }

    Origin origin() {
        return origin;
    }

    /** The file of that name beside the weights that the layer at {@code path} reads. */
    Optional<byte[]> asset(String path, String name) {
        return Optional.ofNullable(assets.get(path + "/" + name));
    }

    /** The files beside the weights, by their paths below {@code assets}. */
    Map<String, byte[]> assetFiles() {
        Map<String, byte[]> files = new TreeMap<>();
        for (PathLayout.Asset asset : PathLayout.assets(root)) {
            if (assets.containsKey(asset.key())) {
                asset.files().forEach(f -> files.put(f, assets.get(asset.key())));
            }
        }
        return files;
    }

    /** The type of an output of a layer of the model. */
    Optional<TensorType> type(Functional.TensorRef ref) {
        return outputTypes(ref.layer()).filter(o -> ref.tensor() < o.size()).map(o -> o.get(ref.tensor()));
    }

    /** The weights that the layer at {@code path} itself owns. */
    public List<Weight> weights(String path) {
        return weights.at(path);
    }

    /** Which of the layers are the same. */
    public Sharing sharing() {
        return sharing;
    }

    @Override
    public Map<String, Constraint> constraints() {
        return weights.constraints();
    }

    /** The values with which weights that files hold start. */
    Map<String, Tensor> firstValues(long seed) {
        return weights.firstValues(seed);
    }

    @Override
    public List<Part> parts() {
        return new ModelParts(this).of(root, "", true);
    }

    /** The type of the layer's first output, where it was called. */
    public Optional<List<TensorType>> outputTypes(String path) {
        return Optional.ofNullable(outputTypes.get(path))
                .or(() -> Optional.ofNullable(outputTypes.get(sharing.first(path))));
    }
}
