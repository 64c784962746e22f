package dev.posthorn.keras;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.layer.Functional;
import dev.posthorn.keras.layer.InputLayer;
import dev.posthorn.keras.layer.Sequential;
import dev.posthorn.keras.layout.PathLayout;
import dev.posthorn.model.Mode;
import dev.posthorn.model.ModelFormatException;
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
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
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
    private final Map<String, List<Weight>> weights;
    private final Map<String, List<TensorType>> outputTypes = new LinkedHashMap<>();
    private final List<Variable> variables = new ArrayList<>();
    private final Map<String, Tensor> states = new LinkedHashMap<>();

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
        List<Port> given = inputs(root, where);
        Lowering lowering = new Lowering(new Builder(), Mode.INFERENCE, this.assets, sharing);
        List<TensorType> out = types(lowering, given);
        this.weights = lowering.weights();
        outputTypes.putAll(lowering.types());
        Optional<Ends> any = anyBatch(given);
        this.inputs = any.map(Ends::inputs).orElse(given);
        this.outputs = ports(any.map(Ends::outputs).orElse(out));
        Set<String> frozen = new HashSet<>();
        freeze(root, "", true, frozen);
        declare(root, "", frozen);
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
        this.weights = same.weights;
        outputTypes.putAll(same.outputTypes);
        variables.addAll(same.variables);
        states.putAll(same.states);
        this.origin = same.origin;
    }

    private record Ends(List<Port> inputs, List<TensorType> outputs) {}

    /**
     * The ends for batches of any size, whatever size the model was built with, as Keras's models take them; not where a layer
     * keeps a state for each element of the batch, or computes with the given size alone.
     */
    private Optional<Ends> anyBatch(List<Port> given) {
        List<Port> any =
                given.stream().map(p -> new Port(p.name(), anyBatch(p.type()))).toList();
        boolean states = weights.values().stream().flatMap(List::stream).anyMatch(Weight::isState);
        if (any.equals(given) || states) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Ends(any, types(new Lowering(new Builder(), Mode.INFERENCE, assets, sharing), any)));
        } catch (ShapeException | UnsupportedModelException e) {
            return Optional.empty(); // the layers were built with the given size just now
        }
    }

    private static TensorType anyBatch(TensorType type) {
        Shape shape = type.shape();
        return !shape.isRanked() || shape.rank() == 0
                ? type
                : type.withShape(shape.remove(0).insert(0, Shape.UNKNOWN));
    }

    /** The types of the outputs for inputs of these types. */
    private List<TensorType> types(Lowering lowering, List<Port> in) {
        return call(lowering, entered(lowering.builder(), in)).stream()
                .map(t -> t.value().type())
                .toList();
    }

    private static List<Port> inputs(LayerNode root, String where) {
        List<Port> ports = new ArrayList<>();
        if (root.layer() instanceof Functional f) {
            List<String> names = f.takes().names();
            for (int i = 0; i < names.size(); i++) {
                String layer = f.inputs().get(i).layer();
                if (!(f.layer(layer).layer() instanceof InputLayer in)) {
                    throw new ModelFormatException("model: expected an InputLayer but was " + layer + ", at " + where);
                }
                ports.add(new Port(names.get(i), in.type()));
            }
        } else if (root.layer() instanceof Sequential s && s.input() != null) {
            boolean named = !s.layers().isEmpty() && s.layers().get(0).layer() instanceof InputLayer;
            String first = s.layers().isEmpty() ? "input" : s.layers().get(0).name();
            ports.add(new Port(named ? first : first + "_input", s.input()));
        } else {
            throw new ModelFormatException(
                    "model: expected a model with a known input shape but was one that was saved before it was built, at "
                            + where);
        }
        return ports;
    }

    /** The outputs, named by their keys or by the layers that make them. */
    private List<Port> ports(List<TensorType> types) {
        List<Port> ports = new ArrayList<>();
        Naming.Unique unique = new Naming.Unique();
        for (int i = 0; i < types.size(); i++) {
            String name = root.layer() instanceof Functional f
                    ? f.gives().names().get(i)
                    : ((Sequential) root.layer()).layers().isEmpty() ? "output" : last().name();
            ports.add(new Port(unique.next(name), types.get(i)));
        }
        return ports;
    }

    private LayerNode last() {
        List<LayerNode> layers = ((Sequential) root.layer()).layers();
        return layers.get(layers.size() - 1);
    }

    /** The layers that do not train; one that is frozen at one of its places is so at all. */
    private void freeze(LayerNode node, String path, boolean trainable, Set<String> frozen) {
        boolean own = trainable && node.trainable();
        if (!own) {
            frozen.add(sharing.first(path));
        }
        for (Child c : node.layer().children(node.policy())) {
            freeze(c.node(), Lowering.path(path, c.node()), own, frozen);
        }
    }

    private void declare(LayerNode node, String path, Set<String> frozen) {
        if (sharing.stoodBefore(path)) {
            return;
        }
        for (Weight w : weights(path)) {
            if (!w.stored()) {
                states.put(Lowering.key(path, w), w.first(Lowering.type(node, w), Lowering.key(path, w)));
            }
            variables.add(new Variable(
                    Lowering.key(path, w),
                    Lowering.type(node, w),
                    !frozen.contains(path) && w.trainable() && w.adaption() != Weight.Adaption.ADAPTED,
                    w.stored()));
        }
        for (Child c : node.layer().children(node.policy())) {
            declare(c.node(), Lowering.path(path, c.node()), frozen);
        }
    }

    private List<Value> enter(Builder b, List<TensorType> types) {
        List<Port> ports = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            ports.add(new Port(inputs.get(i).name(), types.get(i)));
        }
        return entered(b, ports);
    }

    private static List<Value> entered(Builder b, List<Port> ports) {
        return ports.stream().map(p -> b.input(p.name(), p.type())).toList();
    }

    private List<KerasTensor> call(Lowering lowering, List<Value> in) {
        List<KerasTensor> tensors = in.stream().map(KerasTensor::of).toList();
        return lowering.call(root, null, List.of(tensors.size() == 1 ? tensors.get(0) : tensors), Map.of());
    }

    @Override
    public Graph lower(String signature, List<TensorType> types, Mode mode) {
        Builder b = new Builder();
        Lowering lowering = new Lowering(b, mode, assets, sharing);
        List<Value> in = enter(b, types);
        List<KerasTensor> results = call(lowering, in);
        Map<String, Value> out = new LinkedHashMap<>();
        for (int i = 0; i < results.size(); i++) {
            out.put(outputs.get(i).name(), results.get(i).value());
        }
        return b.graph(in, out, lowering.updates());
    }

    @Override
    public Forward forward(Builder b, List<Value> in, Mode mode) {
        Lowering lowering = new Lowering(b, mode, assets, sharing).penalised();
        List<KerasTensor> results = call(lowering, in);
        List<Value> losses = new ArrayList<>(lowering.losses());
        Map<String, Variable> byKey = new LinkedHashMap<>();
        variables.forEach(v -> byKey.put(v.key(), v));
        weights((node, path, w) -> {
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
    public Map<String, Constraint> constraints() {
        Map<String, Constraint> found = new LinkedHashMap<>();
        weights((node, path, w) -> Settings.constraint(node, w).ifPresent(c -> found.put(Lowering.key(path, w), c)));
        return found;
    }

    /** Does something with each weight of the model, in the order of its variables. */
    private void weights(Visitor visitor) {
        visit(root, "", visitor);
    }

    private interface Visitor {
        void visit(LayerNode node, String path, Weight w);
    }

    private void visit(LayerNode node, String path, Visitor visitor) {
        if (sharing.stoodBefore(path)) {
            return;
        }
        weights(path).forEach(w -> visitor.visit(node, path, w));
        node.layer().children(node.policy()).forEach(c -> visit(c.node(), Lowering.path(path, c.node()), visitor));
    }

    @Override
    public KerasProgram withTrainable(Layers layers) {
        Layers tied = path ->
                sharing.all(path).flatMap(p -> layers.trainable(p).stream()).findFirst();
        return new KerasProgram(Freezing.set(root, tied), assets, sharing, training, p -> origin, where);
    }

    /** The values with which weights that files hold start. */
    Map<String, Tensor> firstValues(long seed) {
        Map<String, Tensor> values = new LinkedHashMap<>();
        weights((node, path, w) -> {
            if (w.stored()) {
                String key = Lowering.key(path, w);
                values.put(key, FirstValues.of(node, w, Lowering.type(node, w), key, seed));
            }
        });
        return values;
    }

    @Override
    public KerasProgram withTraining(StoredTraining other) {
        return new KerasProgram(this, other);
    }

    @Override
    public String path(String key) {
        LayerNode node = root;
        String path = root.layer() instanceof Sequential ? root.name() + "/" : "";
        String rest = key;
        for (Optional<LayerNode> next = below(node, rest); next.isPresent(); next = below(node, rest)) {
            node = next.get();
            rest = rest.substring(node.name().length() + 1);
            path = node.layer() instanceof Functional ? "" : path + node.name() + "/";
        }
        return path + rest;
    }

    private static Optional<LayerNode> below(LayerNode node, String key) {
        return node.layer().children(node.policy()).stream()
                .map(Child::node)
                .filter(n -> key.startsWith(n.name() + "/"))
                .findFirst();
    }

    @Override
    public Graph lowerParts(String signature, List<TensorType> types, Mode mode) {
        Builder b = new Builder();
        Lowering lowering = new Lowering(b, mode, assets, sharing);
        List<Value> in = enter(b, types);
        call(lowering, in);
        return b.graph(in, parts(lowering), Map.of());
    }

    private static Map<String, Value> parts(Lowering lowering) {
        Map<String, Value> out = new LinkedHashMap<>();
        lowering.outputs().forEach((path, calls) -> {
            for (int k = 0; k < calls.size() && !path.isEmpty(); k++) {
                for (int i = 0; i < calls.get(k).size(); i++) {
                    out.put(
                            path + (k == 0 ? "" : "@" + k) + (i == 0 ? "" : ":" + i),
                            calls.get(k).get(i));
                }
            }
        });
        return out;
    }

    /**
     * The graph of all layers, each by itself: as {@link #lowerParts}, but layers are given inputs of the graph instead of what
     * the layers before them give. The graph's inputs are the model's, then those of each layer in the map's order.
     *
     * @param given the types of what layers are given, by path and, after the first call, {@code @k}
     * @param training such keys of layers that compute as in training
     * @param unmasked such keys of layers that see no masks
     * @param wanted the outputs that the graph has, by the names of {@link #lowerParts}
     */
    public Graph lowerApart(
            List<TensorType> types,
            Map<String, List<TensorType>> given,
            Set<String> training,
            Set<String> unmasked,
            Predicate<String> wanted) {
        Builder b = new Builder();
        List<Value> in = new ArrayList<>(enter(b, types));
        Map<String, List<Value>> inputs = new LinkedHashMap<>();
        given.forEach((key, all) -> {
            List<Value> values = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                values.add(b.input(key + "?" + i, all.get(i)));
            }
            inputs.put(key, values);
            in.addAll(values);
        });
        Lowering lowering =
                new Lowering(b, Mode.INFERENCE, assets, sharing).apart(new Apart(inputs, training, unmasked));
        call(lowering, in.subList(0, types.size()));
        Map<String, Value> out = parts(lowering);
        out.keySet().removeIf(wanted.negate());
        return b.graph(in, out, Map.of());
    }

    /** The same program with another layer at a path; weights keep their keys. */
    public KerasProgram withLayer(String path, UnaryOperator<LayerNode> change) {
        return with(changed(root, "", path, change));
    }

    private static LayerNode changed(LayerNode node, String at, String path, UnaryOperator<LayerNode> change) {
        if (at.equals(path)) {
            return change.apply(node);
        }
        Layer layer = node.layer().withChildren(c -> {
            String below = Lowering.path(at, c);
            return path.equals(below) || path.startsWith(below + "/") ? changed(c, below, path, change) : c;
        });
        return new LayerNode(node.name(), layer, node.policy(), node.trainable(), node.carried());
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
    public StoredTraining training() {
        return training;
    }

    @Override
    public List<Variable> variables() {
        return List.copyOf(variables);
    }

    /** The first values of the variables that files do not hold. */
    public Map<String, Tensor> states() {
        return Collections.unmodifiableMap(states);
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
        return weights.getOrDefault(sharing.first(path), List.of());
    }

    /** Which of the layers are the same. */
    public Sharing sharing() {
        return sharing;
    }

    @Override
    public List<Part> parts() {
        return parts(root, "", true);
    }

    private List<Part> parts(LayerNode model, String path, boolean trainable) {
        Map<String, List<Link>> sources = new LinkedHashMap<>();
        if (model.layer() instanceof Functional f) {
            f.steps().stream()
                    .sorted(Comparator.comparingInt(Functional.Step::node))
                    .forEach(s -> sources.computeIfAbsent(s.layer(), k -> new ArrayList<>())
                            .addAll(links(s)));
        }
        List<Part> parts = new ArrayList<>();
        for (Child c : model.layer().children(model.policy())) {
            LayerNode n = c.node();
            if (model.layer() instanceof Sequential && n.layer() instanceof InputLayer) {
                continue; // Keras does not count it among the layers
            }
            String at = Lowering.path(path, n);
            long[] count = new long[2];
            count(n, at, trainable && n.trainable(), count);
            boolean nested = n.layer() instanceof Functional || n.layer() instanceof Sequential;
            parts.add(new Part(
                    n.name(),
                    n.layer().className(),
                    outputTypes(at).orElse(List.of()),
                    count[0],
                    count[1],
                    n.trainable(),
                    sources.getOrDefault(n.name(), List.of()),
                    nested ? parts(n, at, trainable && n.trainable()) : List.of()));
        }
        return parts;
    }

    private static List<Link> links(Functional.Step step) {
        List<Link> links = new ArrayList<>();
        for (Object structure : List.of(step.args(), new TreeMap<>(step.kwargs()))) {
            KerasTensor.map(structure, leaf -> {
                if (leaf instanceof Functional.TensorRef ref) {
                    links.add(new Link(ref.layer(), ref.node(), ref.tensor()));
                }
                return leaf;
            });
        }
        return links;
    }

    private void count(LayerNode node, String path, boolean trainable, long[] count) {
        for (Weight w : weights(path)) {
            if (w.stored()) {
                count[0] += w.shape().longSize();
                count[1] += trainable && w.trainable() ? w.shape().longSize() : 0;
            }
        }
        for (Child c : node.layer().children(node.policy())) {
            count(c.node(), Lowering.path(path, c.node()), trainable && c.node().trainable(), count);
        }
    }

    /** The type of the layer's first output, where it was called. */
    public Optional<List<TensorType>> outputTypes(String path) {
        return Optional.ofNullable(outputTypes.get(path))
                .or(() -> Optional.ofNullable(outputTypes.get(sharing.first(path))));
    }
}
