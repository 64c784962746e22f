package dev.posthorn.tensorflow;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Program;
import dev.posthorn.model.Signature;
import dev.posthorn.model.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A graph of TensorFlow with its functions and state, as a program: a signature is lowered by reading the graph. */
public final class TensorFlowProgram implements Program {
    private final String name;
    private final Body graph;
    private final Functions functions;
    private final Resources resources;
    private final List<Entry> entries;
    private final Optional<SavedModelOrigin> origin;

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
        this.origin = origin;
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
                .forEach((key, type) ->
                        all.add(new Variable(key, type, resources.isTrainable(key), !resources.isTable(key))));
        return all;
    }

    @Override
    public Graph lower(String signature, List<TensorType> types, Mode mode) {
        Entry entry = entries.stream()
                .filter(e -> e.signature().name().equals(signature))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("model: expected a signature but was " + signature));
        Support.of(graph, functions, List.of(entry)).check(name + ", signature " + signature);
        Builder b = new Builder();
        Frame frame = new Frame(
                new GraphReader(functions, resources), b, new State(State.first(b, key -> resources.first(b, key))));
        List<Value> in = new ArrayList<>();
        Map<String, List<TfValue>> given = new HashMap<>();
        for (int i = 0; i < types.size(); i++) {
            String port = entry.signature().inputs().get(i).name();
            Value v = b.input(port, types.get(i));
            in.add(v);
            given.put(Body.Ref.of(entry.inputs().get(port)).node(), List.of(new TfValue.Of(v)));
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
        return b.graph(in, out, updates);
    }

    @Override
    public Graph lowerParts(String signature, List<TensorType> inputs, Mode mode) {
        return lower(signature, inputs, mode);
    }

    @Override
    public List<Part> parts() {
        return List.of();
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
