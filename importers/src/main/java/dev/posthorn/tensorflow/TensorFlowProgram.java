package dev.posthorn.tensorflow;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.Mode;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.Signature;
import dev.posthorn.model.Variable;
import dev.posthorn.train.Forward;
import dev.posthorn.train.Outputs;
import dev.posthorn.train.StoredTraining;
import dev.posthorn.train.TrainableProgram;
import dev.posthorn.train.constraint.Constraint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A graph of TensorFlow with its functions and state, as a program: a signature is lowered by reading the graph. Training
 * changes the variables that are trainable there and not frozen since; its parts are the scopes of their names.
 */
public final class TensorFlowProgram implements TrainableProgram {
    private static final Set<String> TABLE_CHANGES =
            Set.of("LookupTableInsert", "LookupTableInsertV2", "LookupTableRemoveV2");

    /** Of one node; what names more is no graph. */
    private static final int MOST_OUTPUTS = 10_000;

    private final String name;
    private final Body graph;
    private final Functions functions;
    private final Resources resources;
    private final List<Entry> entries;
    private final Optional<SavedModelOrigin> origin;
    private final Map<String, Boolean> trainable;
    private final StoredTraining training;

    TensorFlowProgram(
            String name,
            Body graph,
            Functions functions,
            Resources resources,
            List<Entry> entries,
            Optional<SavedModelOrigin> origin) {
        this.name = name;
        this.graph = graph;
        this.functions = functions;
        this.resources = resources;
        this.entries = List.copyOf(entries);
        Support.of(graph, functions, entries).drawing().forEach(resources::countAt);
        this.origin = origin;
        if (Support.of(graph, functions, entries).runs(TABLE_CHANGES)) {
            resources.changeTables();
        }
        this.trainable = Map.of();
        this.training = StoredTraining.NONE;
    }

    /** The same program, of which these variables are trainable or not, and with another training. */
    private TensorFlowProgram(TensorFlowProgram same, Map<String, Boolean> trainable, StoredTraining training) {
        this.name = same.name;
        this.graph = same.graph;
        this.functions = same.functions;
        this.resources = same.resources;
        this.entries = same.entries;
        this.origin = same.origin;
        this.trainable = Map.copyOf(trainable);
        this.training = training;
    }

    /** The folder from which it came, where that is a SavedModel. */
    Optional<SavedModelOrigin> origin() {
        return origin;
    }

    @Override
    public List<Signature> signatures() {
        return entries.stream().map(Entry::signature).toList();
    }

    @Override
    public List<Variable> variables() {
        List<Variable> all = new ArrayList<>();
        resources
                .variables()
                .forEach((key, type) -> all.add(new Variable(key, type, isTrainable(key), resources.isStored(key))));
        return all;
    }

    private boolean isTrainable(String key) {
        return trainable.getOrDefault(key, resources.isTrainable(key));
    }

    @Override
    public Graph lower(String signature, List<TensorType> types, Mode mode) {
        Entry entry = entries.stream()
                .filter(e -> e.signature().name().equals(signature))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("model: expected a signature but was " + signature));
        Builder b = new Builder();
        List<Value> in = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            in.add(b.input(entry.signature().inputs().get(i).name(), types.get(i)));
        }
        Results results = read(entry, b, in);
        return b.graph(in, results.outputs, results.updates);
    }

    /** What a signature computes: its outputs by name, and new values of variables. */
    private record Results(Map<String, Value> outputs, Map<String, Value> updates) {}

    /** Reads a signature into {@code b}; an error that does not say where it is names the signature. */
    private Results read(Entry entry, Builder b, List<Value> in) {
        String where = name + ", signature " + entry.signature().name();
        Support.of(graph, functions, List.of(entry)).check(where);
        try {
            return compute(entry, b, in);
        } catch (ModelFormatException e) {
            throw e.at(where);
        } catch (ShapeException e) {
            throw e.at(where);
        }
    }

    private Results compute(Entry entry, Builder b, List<Value> in) {
        Frame frame = new Frame(
                new GraphReader(functions, resources), b, new State(State.first(b, key -> resources.first(b, key))));
        Map<String, List<TfValue>> given = new HashMap<>();
        for (int i = 0; i < in.size(); i++) {
            Body.Ref ref = Body.Ref.of(
                    entry.inputs().get(entry.signature().inputs().get(i).name()));
            if (ref.index() < 0 || ref.index() >= MOST_OUTPUTS) {
                throw new ModelFormatException("signature: expected an output of a node but was number " + ref.index()
                        + " of '" + ref.node() + "', at " + entry.signature().name());
            }
            List<TfValue> outputs = given.computeIfAbsent(ref.node(), k -> new ArrayList<>());
            while (outputs.size() <= ref.index()) {
                outputs.add(new TfValue.Nothing(in.get(i).dtype()));
            }
            outputs.set(ref.index(), new TfValue.Of(in.get(i)));
        }
        Map<String, List<TfValue>> values = frame.reader().run(graph, given, entry.roots(), Map.of(), frame);
        Map<String, Value> out = new LinkedHashMap<>();
        entry.outputs()
                .forEach((port, ref) -> out.put(port, frame.value(GraphReader.fetched(values, ref), "output", port)));
        Map<String, Value> updates = frame.state().updates();
        Map<String, Value> any = out.isEmpty() ? updates : out;
        any.entrySet().stream()
                .findFirst()
                .ifPresent(e -> e.setValue(frame.state().checked(b, e.getValue())));
        return new Results(out, updates);
    }

    @Override
    public Forward forward(Builder b, List<Value> inputs, Mode mode) {
        Results results = read(entries.get(0), b, inputs);
        List<Value> outputs = List.copyOf(results.outputs.values());
        return new Forward(
                outputs, outputs.stream().map(v -> Optional.<Value>empty()).toList(), List.of(), results.updates);
    }

    @Override
    public boolean hasLayers() {
        return false;
    }

    @Override
    public TensorFlowProgram withTrainable(Layers layers) {
        Map<String, Boolean> all = new HashMap<>(trainable);
        for (Variable v : variables()) {
            String key = v.key();
            for (int end = key.indexOf('/', 1); end >= -1; end = end < 0 ? -2 : key.indexOf('/', end + 1)) {
                layers.trainable(end < 0 ? key : key.substring(0, end))
                        .filter(is -> v.type().dtype().isFloating())
                        .ifPresent(is -> all.put(key, is));
            }
        }
        return new TensorFlowProgram(this, all, training);
    }

    /** A map by their names, or the only one. */
    @Override
    public Outputs outputs() {
        List<String> names = List.copyOf(entries.get(0).outputs().keySet());
        return new Outputs(
                names,
                names.size() == 1
                        ? List.of(List.of())
                        : names.stream().map(n -> List.<Object>of(n)).toList());
    }

    @Override
    public Map<String, Constraint> constraints() {
        return Map.of();
    }

    @Override
    public String path(String key) {
        return key;
    }

    @Override
    public String policy() {
        return "float32";
    }

    @Override
    public StoredTraining training() {
        return training;
    }

    /** SavedModels keep nothing of a training but the variables; what is here is for who trains on. */
    @Override
    public TensorFlowProgram withTraining(StoredTraining other) {
        return new TensorFlowProgram(this, trainable, other);
    }

    @Override
    public Graph lowerParts(String signature, List<TensorType> inputs, Mode mode) {
        return lower(signature, inputs, mode);
    }

    @Override
    public List<Part> parts() {
        return Scopes.of(variables());
    }

    @Override
    public String name() {
        return name;
    }

    /** The values of all variables, as the files have them. */
    Map<String, Tensor> initial() {
        Map<String, Tensor> values = new LinkedHashMap<>();
        resources.variables().keySet().forEach(key -> {
            Tensor t = resources.contents().get(key);
            if (t != null) {
                values.put(key, t);
            }
        });
        return values;
    }
}
