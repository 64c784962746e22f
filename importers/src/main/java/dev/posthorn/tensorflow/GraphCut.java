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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
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
 * {@code node:1}. Without outputs these are the nodes that no other needs, but for those that save, train or count; without
 * inputs, the placeholders that the outputs need (a number or truth value that has a default keeps it), and what they take from
 * a queue or an iterator, which a graph holds in place of the data.
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
                    + "|(Ref)?(Switch|Enter|NextIteration)|LoopCond|VarHandleOp|Variable(V2)?|ReadVariableOp|DisableCopyOnRead"
                    + "|Assign(Add|Sub)?VariableOp|(Resource)?(Sparse)?Apply[A-Z].*|IsVariableInitialized|VarIsInitializedOp"
                    + "|Queue(Close|Enqueue|EnqueueMany)(V2)?|MakeIterator|.*Dataset(V\\d)?|(OneShot)?Iterator(V2|ToStringHandle)?");

    /** Ops that write or read files of variables; what waits for one of them is no result of a model. */
    private static final Pattern FILES = Pattern.compile("Save(V2|Slices)?|Restore(V2|Slice)?|MergeV2Checkpoints");

    private static final int MOST_LOOPS = 20;

    /** Up to this version a placeholder of a scalar may be one of which nothing is known. Source: TF core/ops/array_ops.cc. */
    private static final int SCALARS_UNKNOWN = 21;

    /** Before the names of the nodes that compute gradients. */
    private static final Pattern GRADIENTS = Pattern.compile("(.*/)?gradients(_\\d+)?/.*");

    /** Ops by which data comes into a graph: what each gives is an input. */
    private static final Pattern FEEDS =
            Pattern.compile("Placeholder.*|IteratorGetNext(Sync)?|Queue(Dequeue|DequeueMany|DequeueUpTo)(V2)?");

    /** Whether what the op gives becomes an input of a graph. */
    public static boolean feeds(String op) {
        return FEEDS.matcher(op).matches();
    }

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
        Map<String, List<String>> users = new HashMap<>();
        graph.getNodeList()
                .forEach(n -> n.getInputList()
                        .forEach(in -> users.computeIfAbsent(Body.Ref.of(in).node(), k -> new ArrayList<>())
                                .add(n.getName())));
        Set<String> saving = saving(graph, users);
        Map<String, NodeDef> nodes = new HashMap<>();
        graph.getNodeList().forEach(n -> nodes.put(n.getName(), n));
        Set<String> inside = inLoops(nodes, users);
        List<String> wanted = graph.getNodeList().stream()
                .filter(n -> !users.containsKey(n.getName())
                        && !saving.contains(n.getName())
                        && !GRADIENTS.matcher(n.getName()).matches()
                        && !inside.contains(n.getName())
                        && !isPassing(n, nodes)
                        && !NO_OUTPUTS.matcher(n.getOp()).matches())
                .map(NodeDef::getName)
                .toList();
        if (wanted.isEmpty()) {
            throw new ModelFormatException("graph: expected a node that no other needs but was none (name outputs)");
        }
        return wanted;
    }

    /** Whether a node gives what a side of a switch is, which is there in some calls only, or a variable as it is. */
    private static boolean isPassing(NodeDef node, Map<String, NodeDef> nodes) {
        NodeDef from = node.getOp().equals("Identity") ? input(node, 0, nodes) : null;
        return from != null && from.getOp().matches("(Ref)?Switch|Variable(V2)?");
    }

    /** The nodes that run in every turn of a loop: those after an entrance that are not after as many exits. */
    private static Set<String> inLoops(Map<String, NodeDef> nodes, Map<String, List<String>> users) {
        record At(String node, int loops) {}
        Set<String> inside = new HashSet<>();
        Set<At> seen = new HashSet<>();
        Deque<At> work = new ArrayDeque<>();
        nodes.values().stream()
                .filter(n -> n.getOp().matches("(Ref)?Enter"))
                .forEach(n -> work.add(new At(n.getName(), 0)));
        while (!work.isEmpty()) {
            At at = work.pop();
            String op = nodes.get(at.node).getOp();
            int loops = at.loops + (op.matches("(Ref)?Enter") ? 1 : op.matches("(Ref)?Exit") ? -1 : 0);
            if (loops > 0 && loops < MOST_LOOPS && seen.add(at)) {
                inside.add(at.node);
                for (String user : users.getOrDefault(at.node, List.of())) {
                    work.push(new At(user, loops));
                }
            }
        }
        return inside;
    }

    private static NodeDef input(NodeDef n, int i, Map<String, NodeDef> nodes) {
        return i < n.getInputCount() ? nodes.get(Body.Ref.of(n.getInput(i)).node()) : null;
    }

    /** The nodes that write or read files of variables, and what waits for them. */
    private static Set<String> saving(GraphDef graph, Map<String, List<String>> users) {
        Set<String> saving = new HashSet<>();
        Deque<String> work = new ArrayDeque<>();
        graph.getNodeList().stream()
                .filter(n -> FILES.matcher(n.getOp()).matches())
                .forEach(n -> work.add(n.getName()));
        while (!work.isEmpty()) {
            String name = work.pop();
            if (saving.add(name)) {
                work.addAll(users.getOrDefault(name, List.of()));
            }
        }
        return saving;
    }

    /** The signature of a graph, of this version of its producer, for what is wanted. */
    Entry entry(Body body, List<String> wanted, int producer) {
        Map<String, String> in = new LinkedHashMap<>();
        Map<String, String> out = new LinkedHashMap<>();
        List<Port> given = new ArrayList<>();
        List<Port> results = new ArrayList<>();
        check(inputs, body.nodes(), "input");
        for (String ref : inputs.isEmpty() ? feeds(body, wanted) : inputs) {
            in.put(shown(ref), ref);
            TensorType type = type(body, ref);
            boolean unknown = producer <= SCALARS_UNKNOWN && type.shape().equals(Shape.SCALAR);
            given.add(new Port(shown(ref), unknown ? type.withShape(Shape.UNRANKED) : type));
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
        body.nodes().stream()
                .filter(n -> FEEDS.matcher(n.getOp()).matches() && !isSetting(n, body))
                .forEach(n -> feeding.add(n.getName()));
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

    /** Whether a placeholder is a number or truth value that has a default, such as whether the graph trains. */
    private static boolean isSetting(NodeDef n, Body body) {
        if (!n.getOp().equals("PlaceholderWithDefault") || n.getInputCount() == 0) {
            return false;
        }
        NodeDef first = body.node(Body.Ref.of(n.getInput(0)).node());
        return first != null
                && first.getOp().equals("Const")
                && new Attributes(first, Map.of(), first.getName())
                        .tensor("value")
                        .shape()
                        .equals(Shape.SCALAR);
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
