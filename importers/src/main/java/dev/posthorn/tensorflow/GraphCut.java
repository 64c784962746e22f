package dev.posthorn.tensorflow;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.Bindings;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Port;
import dev.posthorn.model.Signature;
import dev.posthorn.proto.GraphDef;
import dev.posthorn.proto.NodeDef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where a graph without signatures is cut out: the tensors that are given and those that are wanted, {@code node} or
 * {@code node:1}. Without outputs these are the nodes that no other needs; without inputs, the placeholders that the outputs
 * need, and what they take from a queue or an iterator, which a graph holds in place of the data.
 *
 * <pre>{@code
 * Model.load(Path.of("graph.pb"), new GraphCut(List.of("image"), List.of("logits")));
 * }</pre>
 */
public record GraphCut(List<String> inputs, List<String> outputs) implements Bindings {
    /** All that a graph has. */
    public static final GraphCut NONE = new GraphCut(List.of(), List.of());

    /** Ops that give nothing, or something that no caller wants: of summaries, of training, of saving. */
    private static final Pattern NO_OUTPUTS = Pattern.compile(
            "NoOp|Assert|Const|Placeholder|PrintV2|ControlTrigger"
                    + "|.*Summary(V2)?|Save(V2|Slices)?|Restore(V2|Slice)?|MergeV2Checkpoints|Assign(Add|Sub)?"
                    + "|Assign(Add|Sub)?VariableOp|(Resource)?(Sparse)?Apply[A-Z].*|IsVariableInitialized|VarIsInitializedOp"
                    + "|Queue(Close|Enqueue|EnqueueMany)(V2)?|MakeIterator|.*Dataset(V\\d)?|(OneShot)?Iterator(V2|ToStringHandle)?");

    /** Ops by which data comes into a graph: what each gives is an input. */
    private static final Pattern FEEDS =
            Pattern.compile("Placeholder.*|IteratorGetNext(Sync)?|Queue(Dequeue|DequeueMany|DequeueUpTo)(V2)?");

    public GraphCut {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    static GraphCut of(Bindings bindings, Object where) {
        if (bindings instanceof GraphCut cut) {
            return cut;
        }
        if (bindings == Bindings.NONE) {
            return NONE;
        }
        throw new IllegalArgumentException(
                "bindings: expected the inputs and outputs of a graph but was " + bindings + ", at " + where);
    }

    /** The tensors that are wanted of a graph. */
    List<String> wanted(GraphDef graph) {
        if (!outputs.isEmpty()) {
            check(outputs, graph.getNodeList(), "output");
            return outputs;
        }
        Set<String> needed = new HashSet<>();
        graph.getNodeList()
                .forEach(n -> n.getInputList()
                        .forEach(in -> needed.add(Body.Ref.of(in).node())));
        List<String> wanted = graph.getNodeList().stream()
                .filter(n -> !needed.contains(n.getName())
                        && !NO_OUTPUTS.matcher(n.getOp()).matches())
                .map(NodeDef::getName)
                .toList();
        if (wanted.isEmpty()) {
            throw new ModelFormatException("graph: expected a node that no other needs but was none (name outputs)");
        }
        return wanted;
    }

    /** The signature of a graph for what is wanted. */
    Entry entry(Body body, List<String> wanted) {
        Map<String, String> in = new LinkedHashMap<>();
        Map<String, String> out = new LinkedHashMap<>();
        List<Port> given = new ArrayList<>();
        List<Port> results = new ArrayList<>();
        check(inputs, body.nodes(), "input");
        for (String ref : inputs.isEmpty() ? feeds(body, wanted) : inputs) {
            in.put(shown(ref), ref);
            given.add(new Port(shown(ref), type(body, ref)));
        }
        for (String ref : wanted) {
            out.put(shown(ref), ref);
            results.add(new Port(shown(ref), type(body, ref).withShape(Shape.UNRANKED)));
        }
        return new Entry(new Signature(Signature.DEFAULT, given, results), in, out);
    }

    private static String shown(String ref) {
        return ref.endsWith(":0") ? ref.substring(0, ref.length() - 2) : ref;
    }

    /** What the outputs need that comes from outside, in the order of the graph. */
    private static List<String> feeds(Body body, List<String> wanted) {
        Set<String> feeding = new LinkedHashSet<>();
        body.nodes().stream().filter(n -> FEEDS.matcher(n.getOp()).matches()).forEach(n -> feeding.add(n.getName()));
        Set<String> used = new HashSet<>(GraphReader.names(wanted));
        Set<String> refs = new HashSet<>(wanted);
        for (NodeDef n : body.order(List.copyOf(used), feeding)) {
            refs.addAll(n.getInputList());
            used.addAll(GraphReader.names(n.getInputList()));
        }
        List<String> all = new ArrayList<>();
        for (String name : feeding) {
            if (used.contains(name)) {
                int width = types(body.node(name)).size();
                for (int i = 0; i < width; i++) {
                    String ref = width == 1 ? name : name + ":" + i;
                    if (width == 1 || refs.contains(ref) || i == 0 && refs.contains(name)) {
                        all.add(ref);
                    }
                }
            }
        }
        return all;
    }

    private static void check(List<String> refs, Collection<NodeDef> nodes, String what) {
        Set<String> names = new HashSet<>();
        nodes.forEach(n -> names.add(n.getName()));
        for (String ref : refs) {
            Body.Ref named = Body.Ref.of(ref);
            String name = named.node();
            if (!names.contains(name) || named.control() || named.index() < 0) {
                String last = name.substring(name.lastIndexOf('/') + 1);
                List<String> near = nodes.stream()
                        .map(NodeDef::getName)
                        .filter(n -> n.endsWith(last) || n.contains(name))
                        .limit(5)
                        .toList();
                throw new ModelFormatException("graph: expected a tensor of the graph but was '" + ref + "'"
                        + (near.isEmpty() ? "" : " (there are " + near + ")") + ", at " + what);
            }
        }
    }

    /** The type of what a reference names, as far as its node says it. */
    private static TensorType type(Body body, String ref) {
        NodeDef n = body.node(Body.Ref.of(ref).node());
        List<TensorType> types = types(n);
        int i = Body.Ref.of(ref).index();
        return i < types.size() ? types.get(i) : types.get(0).withShape(Shape.UNRANKED);
    }

    private static List<TensorType> types(NodeDef n) {
        Attributes a = new Attributes(n, Map.of(), n.getName());
        if (FEEDS.matcher(n.getOp()).matches() && !n.getOp().startsWith("Placeholder")) {
            boolean iterator = n.getOp().startsWith("Iterator");
            List<DType> types = a.types(iterator ? "output_types" : "component_types");
            List<Shape> shapes = iterator ? a.shapes("output_shapes") : List.of();
            List<TensorType> all = new ArrayList<>();
            for (int i = 0; i < types.size(); i++) {
                all.add(new TensorType(types.get(i), i < shapes.size() ? shapes.get(i) : Shape.UNRANKED));
            }
            if (!all.isEmpty()) {
                return all;
            }
        }
        Shape shape = n.getOp().startsWith("Placeholder") ? a.shape("shape") : Shape.UNRANKED;
        for (String name : List.of("output_type", "out_type", "DstT", "Tout", "dtype", "T")) {
            Optional<DType> type = a.find(name);
            if (type.isPresent()) {
                return List.of(new TensorType(type.get(), shape));
            }
        }
        return List.of(new TensorType(DType.FLOAT32, shape));
    }
}
