package dev.posthorn.tensorflow;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.proto.AssetFileDef;
import dev.posthorn.proto.MetaGraphDef;
import dev.posthorn.proto.SavedConcreteFunction;
import dev.posthorn.proto.SavedObject;
import dev.posthorn.proto.SavedObjectGraph;
import dev.posthorn.proto.SavedVariable;
import dev.posthorn.proto.StructuredValue;
import dev.posthorn.proto.TrackableObjectGraph;
import dev.posthorn.proto.TrackableObjectGraph.TrackableObject;
import dev.posthorn.proto.TrackableObjectGraph.TrackableObject.ObjectReference;
import dev.posthorn.tensorflow.bundle.Bundle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The objects of a TensorFlow 2 SavedModel: variables with the checkpoint's values, assets, constants, tables; and which of
 * them each function is bound to.
 */
final class ObjectGraph {
    /** The checkpoint's key of its own object graph. */
    static final String KEY = "_CHECKPOINTABLE_OBJECT_GRAPH";

    private static final String VALUE = "VARIABLE_VALUE";

    private final SavedObjectGraph graph;
    private final MetaGraphDef meta;
    private final Body nodes;
    private final Functions functions;
    private final Resources resources;
    private final Set<Integer> used = new HashSet<>();
    private final Map<Integer, TfValue> objects = new HashMap<>();

    /** Where the checkpoint holds keys and values of tables, by object. */
    private final Map<Integer, Map<String, String>> tables = new LinkedHashMap<>();

    private ObjectGraph(MetaGraphDef meta, Body nodes, Functions functions, Resources resources) {
        this.graph = meta.getObjectGraphDef();
        this.meta = meta;
        this.nodes = nodes;
        this.functions = functions;
        this.resources = resources;
    }

    /** Makes the objects known to {@code resources}, and binds the functions to them. */
    static void load(MetaGraphDef meta, Body nodes, Functions functions, Resources resources) throws IOException {
        ObjectGraph g = new ObjectGraph(meta, nodes, functions, resources);
        g.variables();
        for (int id = 0; id < g.graph.getNodesCount(); id++) {
            g.declare(id, g.graph.getNodes(id));
        }
        if (resources.hasCheckpoint()) {
            g.restore((key, place) -> {
                if (!resources.contents().containsKey(key)) {
                    resources.contents().put(key, resources.bundle().read(place));
                }
                resources.place(key, place);
            });
        }
        g.objects.replaceAll((id, v) -> v instanceof TfValue.Handle h ? resources.fitting(h) : v);
        g.create();
        g.graph.getConcreteFunctionsMap().forEach((name, f) -> {
            resources.bind(name, g.bound(name, f));
            resources.results(name, present(f.getOutputSignature()));
        });
        g.initialise();
    }

    /** What is done with a variable that lies somewhere in the checkpoint. */
    private interface Found {
        void at(String key, Bundle.Place place) throws IOException;
    }

    /** Where in the checkpoint the variables lie, and what they are called in the model; nothing is read. */
    static Map<String, List<Bundle.Place>> places(MetaGraphDef meta, Bundle bundle) throws IOException {
        Resources none = new Resources(Optional.of(bundle), Path.of("assets"));
        ObjectGraph g = new ObjectGraph(meta, null, null, none);
        g.variables();
        g.restore(none::place);
        return none.places();
    }

    /** What the variables are called in the model, by their objects. */
    static Map<Integer, String> keys(MetaGraphDef meta, Bundle bundle) throws IOException {
        ObjectGraph g = new ObjectGraph(meta, null, null, new Resources(Optional.of(bundle), Path.of("assets")));
        g.variables();
        g.restore(g.resources::place);
        Map<Integer, String> keys = new HashMap<>();
        g.objects.forEach((id, v) -> {
            if (v instanceof TfValue.Handle h) {
                keys.put(id, h.key());
            }
        });
        return keys;
    }

    /** Declares the variables, first those that functions use: only they can be trained. */
    private void variables() {
        graph.getConcreteFunctionsMap().values().forEach(f -> used.addAll(f.getBoundInputsList()));
        for (boolean isUsed : new boolean[] {true, false}) {
            for (int id = 0; id < graph.getNodesCount(); id++) {
                if (graph.getNodes(id).hasVariable() && used.contains(id) == isUsed) {
                    variable(id);
                }
            }
        }
    }

    /** One that no function uses may be a copy of another, as Keras's export makes of each. */
    private void variable(int id) {
        SavedVariable v = graph.getNodes(id).getVariable();
        String name = v.getName().isEmpty() ? "variable_" + id : v.getName().replaceAll(":0$", "");
        TensorType type =
                new TensorType(Protos.dtype(v.getDtype(), "object " + id), Protos.shape(v.getShape(), "object " + id));
        if (!used.contains(id) && type.equals(resources.variables().get(name))) {
            objects.put(id, new TfValue.Handle(name));
        } else {
            separate(id, name, type, v.getTrainable());
        }
    }

    private void separate(int id, String name, TensorType type, boolean trainable) {
        String key = unique(name);
        resources.variable(key, type);
        resources.trainable(key, trainable && used.contains(id));
        objects.put(id, new TfValue.Handle(key));
    }

    private void declare(int id, SavedObject object) throws IOException {
        String where = "object " + id;
        switch (object.getKindCase()) {
            case ASSET -> {
                int i = object.getAsset().getAssetFileDefIndex();
                if (i < 0 || i >= meta.getAssetFileDefCount()) {
                    throw new ModelFormatException("asset: expected one of " + meta.getAssetFileDefCount()
                            + " files but was " + i + ", at " + where);
                }
                AssetFileDef asset = meta.getAssetFileDef(i);
                objects.put(id, new TfValue.Known(Tensor.of(Shape.SCALAR, asset.getFilename())));
            }
            case CONSTANT -> {
                String operation = object.getConstant().getOperation();
                if (!nodes.contains(operation)) {
                    throw new ModelFormatException(
                            "constant: expected a node but was '" + operation + "', at " + where);
                }
                objects.put(
                        id,
                        new TfValue.Known(new Attributes(nodes.node(operation), Map.of(), operation).tensor("value")));
            }
            case CAPTURED_TENSOR ->
                objects.put(
                        id,
                        new TfValue.Captured(
                                object.getCapturedTensor().getName(),
                                object.getCapturedTensor().getConcreteFunction()));
            default -> {
                // functions, containers and what only training uses hold no values
            }
        }
    }

    /** Variables are called as they were in Python; a second one of the same name gets a number. */
    private String unique(String name) {
        String key = name;
        for (int i = 1; resources.variables().containsKey(key); i++) {
            key = name + "#" + i;
        }
        return key;
    }

    /** Walks the objects of the model and those of the checkpoint side by side, by the names of their edges. */
    private void restore(Found found) throws IOException {
        if (!resources.bundle().contains(KEY)) {
            throw new ModelFormatException("checkpoint: expected '" + KEY + "' but was absent, at "
                    + resources.bundle().prefix());
        }
        TrackableObjectGraph stored =
                Messages.parse(resources.checkpoint(KEY).byteStrings()[0], TrackableObjectGraph.parser(), KEY);
        record Pair(int object, int stored) {}
        Map<Integer, List<Bundle.Place>> places = new LinkedHashMap<>();
        Deque<Pair> work = new ArrayDeque<>(List.of(new Pair(0, 0)));
        Set<Pair> seen = new HashSet<>(work);
        while (!work.isEmpty()) {
            Pair at = work.pop();
            if (at.object >= graph.getNodesCount()
                    || at.stored >= stored.getNodesCount()
                    || at.object < 0
                    || at.stored < 0) {
                throw new ModelFormatException("checkpoint: expected objects that are there but was " + at);
            }
            TrackableObject from = stored.getNodes(at.stored);
            read(at.object, from, places);
            Map<String, Integer> children = children(graph.getNodes(at.object));
            for (ObjectReference c : from.getChildrenList()) {
                Integer child = children.get(c.getLocalName());
                if (child != null && seen.add(new Pair(child, c.getNodeId()))) {
                    work.add(new Pair(child, c.getNodeId()));
                }
            }
        }
        for (boolean isUsed : new boolean[] {true, false}) {
            for (Map.Entry<Integer, List<Bundle.Place>> e : places.entrySet()) {
                if (used.contains(e.getKey()) == isUsed) {
                    settle(e.getKey(), e.getValue(), found);
                }
            }
        }
    }

    /** A copy that has another value is a variable of its own. */
    private void settle(int id, List<Bundle.Place> places, Found found) throws IOException {
        String key = ((TfValue.Handle) objects.get(id)).key();
        List<Bundle.Place> others = resources.places().getOrDefault(key, List.of());
        if (!others.isEmpty() && !resources.bundle().isSame(others.get(0), places.get(0))) {
            separate(
                    id,
                    key,
                    resources.variables().get(key),
                    graph.getNodes(id).getVariable().getTrainable());
        }
        for (Bundle.Place p : places) {
            found.at(((TfValue.Handle) objects.get(id)).key(), p);
        }
    }

    private static Map<String, Integer> children(SavedObject object) {
        Map<String, Integer> children = new LinkedHashMap<>();
        object.getDependenciesList().forEach(c -> children.put(c.getLocalName(), c.getNodeId()));
        object.getChildrenList().forEach(c -> children.put(c.getLocalName(), c.getNodeId()));
        return children;
    }

    private void read(int id, TrackableObject stored, Map<Integer, List<Bundle.Place>> places) {
        for (TrackableObject.SerializedTensor t : stored.getAttributesList()) {
            boolean there = resources.bundle().contains(t.getCheckpointKey());
            for (String part : List.of(Resources.KEYS, Resources.VALUES)) {
                String key = t.getCheckpointKey() + "-" + part.substring(1);
                if (resources.bundle().contains(key)) {
                    tables.computeIfAbsent(id, k -> new LinkedHashMap<>()).put(part, key);
                }
            }
            if (t.getName().equals(VALUE) && there && objects.get(id) instanceof TfValue.Handle) {
                places.computeIfAbsent(id, k -> new ArrayList<>()).add(new Bundle.Place(t.getCheckpointKey(), ""));
            }
        }
    }

    private Optional<String> function(int id, String child) {
        Integer at = children(graph.getNodes(id)).get(child);
        if (at == null || at < 0 || at >= graph.getNodesCount()) {
            return Optional.empty();
        }
        SavedObject o = graph.getNodes(at);
        return switch (o.getKindCase()) {
            case FUNCTION -> o.getFunction().getConcreteFunctionsList().stream().findFirst();
            case BARE_CONCRETE_FUNCTION ->
                Optional.of(o.getBareConcreteFunction().getConcreteFunctionName());
            default -> Optional.empty();
        };
    }

    /** Tables are what the functions that make them return; what the checkpoint holds for them is in them. */
    private void create() throws IOException {
        for (int id = 0; id < graph.getNodesCount(); id++) {
            if (graph.getNodes(id).getKindCase() == SavedObject.KindCase.RESOURCE) {
                Optional<String> create = function(id, "_create_resource");
                if (create.isPresent()) {
                    List<TfValue> made = Initialisation.run(
                            functions, resources, frame -> frame.call(create.get(), List.of(), Map.of()));
                    objects.put(id, made.get(0));
                    Map<String, String> stored = tables.getOrDefault(id, Map.of());
                    if (made.get(0) instanceof TfValue.Handle h && stored.size() == 2) {
                        resources.restore(
                                h.key(),
                                resources.checkpoint(stored.get(Resources.KEYS)),
                                resources.checkpoint(stored.get(Resources.VALUES)));
                    }
                }
            }
        }
    }

    /** Which of a function's results, as Python sees them, are there and not None, in order. */
    private static List<Integer> present(StructuredValue results) {
        List<StructuredValue> leaves = new ArrayList<>();
        Deque<StructuredValue> work = new ArrayDeque<>(List.of(results));
        while (!work.isEmpty()) {
            StructuredValue v = work.pop();
            List<StructuredValue> parts = new ArrayList<>(
                    v.hasListValue()
                            ? v.getListValue().getValuesList()
                            : v.getTupleValue().getValuesList());
            if (!v.hasListValue() && !v.hasTupleValue()) {
                leaves.add(v);
            }
            Collections.reverse(parts);
            parts.forEach(work::push);
        }
        return IntStream.range(0, leaves.size())
                .filter(i -> !leaves.get(i).hasNoneValue())
                .boxed()
                .toList();
    }

    private List<TfValue> bound(String name, SavedConcreteFunction f) {
        List<TfValue> all = new ArrayList<>();
        for (int id : f.getBoundInputsList()) {
            all.add(objects.getOrDefault(id, new TfValue.Missing(name + ", bound to object " + id)));
        }
        return all;
    }

    private void initialise() {
        for (int id = 0; id < graph.getNodesCount(); id++) {
            if (objects.containsKey(id)) {
                Optional<String> fill = function(id, "_initialize");
                if (fill.isPresent()) {
                    List<TfValue> bound = bound(
                            fill.get(),
                            graph.getConcreteFunctionsOrDefault(
                                    fill.get(), SavedConcreteFunction.getDefaultInstance()));
                    Initialisation.run(functions, resources, frame -> frame.call(fill.get(), bound, Map.of()));
                }
            }
        }
    }
}
