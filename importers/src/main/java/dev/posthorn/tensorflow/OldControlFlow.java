package dev.posthorn.tensorflow;

import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.proto.AttrValue;
import dev.posthorn.proto.DataType;
import dev.posthorn.proto.FunctionDef;
import dev.posthorn.proto.GraphDef;
import dev.posthorn.proto.NodeDef;
import dev.posthorn.proto.TensorProto;
import dev.posthorn.proto.TensorShapeProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns TensorFlow 1's control flow into functions: {@code Enter, Merge, Switch, NextIteration, Exit} of one frame become
 * a {@code While}, a {@code Merge} of what a {@code Switch} parted becomes an {@code If}. Inner loops first; then
 * conditions, those that others need first.
 */
final class OldControlFlow {
    private static final Set<String> ENTER = Set.of("Enter", "RefEnter");
    private static final Set<String> EXIT = Set.of("Exit", "RefExit");
    private static final Set<String> SWITCH = Set.of("Switch", "RefSwitch");
    private static final Set<String> MERGE = Set.of("Merge", "RefMerge");
    private static final Set<String> NEXT = Set.of("NextIteration", "RefNextIteration");

    private final String prefix;
    private final Map<String, NodeDef> nodes = new LinkedHashMap<>();
    private final List<FunctionDef> made = new ArrayList<>();

    private OldControlFlow(String prefix, Collection<NodeDef> nodes) {
        this.prefix = prefix;
        nodes.forEach(n -> this.nodes.put(n.getName(), n));
    }

    /** The graph with functions in place of old control flow; {@code roots} are the nodes that are of interest. */
    static GraphDef lower(GraphDef graph, Collection<String> roots) {
        boolean old = graph.getNodeList().stream().anyMatch(n -> MERGE.contains(n.getOp()));
        GraphDef.Builder out = graph.toBuilder();
        if (old) {
            OldControlFlow flow = new OldControlFlow("", graph.getNodeList());
            flow.lower(roots);
            out.clearNode().addAllNode(flow.nodes.values());
            flow.made.forEach(f -> out.getLibraryBuilder().addFunction(f));
        }
        for (int i = 0; i < graph.getLibrary().getFunctionCount(); i++) {
            FunctionDef f = graph.getLibrary().getFunction(i);
            if (f.getNodeDefList().stream().anyMatch(n -> MERGE.contains(n.getOp()))) {
                OldControlFlow flow = new OldControlFlow(f.getSignature().getName() + "/", f.getNodeDefList());
                Set<String> results = GraphReader.names(f.getRetMap().values());
                results.addAll(f.getControlRetMap().values());
                flow.lower(results);
                FunctionDef.Builder lowered = f.toBuilder().clearNodeDef().addAllNodeDef(flow.nodes.values());
                out.getLibraryBuilder().setFunction(i, lowered);
                flow.made.forEach(m -> out.getLibraryBuilder().addFunction(m));
            }
        }
        return out.build();
    }

    private void lower(Collection<String> roots) {
        Map<String, NodeDef> all = new LinkedHashMap<>(nodes);
        nodes.keySet().retainAll(reachable(roots, Set.of()));
        loops();
        nodes.keySet().retainAll(reachable(roots, Set.of())); // what loops were made of
        conditions();
        all.forEach((name, n) -> {
            if (!n.getOp().matches("(Ref)?(Enter|Exit|Switch|Merge|NextIteration)")) {
                nodes.putIfAbsent(name, n);
            }
        });
    }

    /** Every node that {@code roots} lead back to; what {@code border} names is reached but not passed. */
    private Set<String> reachable(Collection<String> roots, Set<String> border) {
        Set<String> seen = new LinkedHashSet<>();
        Deque<String> work = new ArrayDeque<>(roots);
        while (!work.isEmpty()) {
            String name = work.pop();
            NodeDef n = nodes.get(name);
            if (n != null && seen.add(name) && !border.contains(name)) {
                n.getInputList().forEach(in -> work.push(Body.Ref.of(in).node()));
            }
        }
        return seen;
    }

    private NodeDef producer(String ref) {
        NodeDef n = nodes.get(Body.Ref.of(ref).node());
        if (n == null) {
            throw new ModelFormatException("graph: expected a node '" + ref + "' but was absent");
        }
        return n;
    }

    private boolean is(String ref, Set<String> ops) {
        NodeDef n = nodes.get(Body.Ref.of(ref).node());
        return n != null && ops.contains(n.getOp());
    }

    /** Which output of a switch this is: 1 where its condition holds. */
    private static int side(String ref) {
        Body.Ref r = Body.Ref.of(ref);
        return r.argument().equals("output_true") ? 1 : r.argument().isEmpty() ? r.index() : 0;
    }

    // ---- loops ----

    /** A loop's variable: where it enters, its merge, its switch, and what it is next. */
    private record Variable(NodeDef enter, String merge, String next, List<String> switches) {}

    private record Frame(String name, List<Variable> variables, List<NodeDef> constants, String condition) {}

    private void loops() {
        Map<String, List<NodeDef>> frames = new LinkedHashMap<>();
        for (NodeDef n : nodes.values()) {
            if (ENTER.contains(n.getOp())) {
                String name = n.getAttrOrThrow("frame_name").getS().toStringUtf8();
                frames.computeIfAbsent(name, k -> new ArrayList<>()).add(n);
            }
        }
        while (!frames.isEmpty()) {
            boolean progress = false;
            for (String name : List.copyOf(frames.keySet())) {
                Frame frame = frame(name, frames.get(name));
                if (frame != null) {
                    replace(frame);
                    frames.remove(name);
                    progress = true;
                }
            }
            if (!progress) {
                throw new UnsupportedModelException(
                        "loop: expected loops inside of each other but was another arrangement of the frames "
                                + frames.keySet());
            }
        }
    }

    /** The frame, or null where a loop inside of it is still there. */
    private Frame frame(String name, List<NodeDef> enters) {
        List<Variable> variables = new ArrayList<>();
        List<NodeDef> constants = new ArrayList<>();
        String condition = null;
        for (NodeDef enter : enters) {
            NodeDef merge = null;
            for (NodeDef n : nodes.values()) {
                if (MERGE.contains(n.getOp())
                        && n.getInputList().stream()
                                .anyMatch(in -> Body.Ref.of(in).node().equals(enter.getName()))) {
                    merge = n;
                }
            }
            if (merge == null) {
                constants.add(enter);
                continue;
            }
            String next = null;
            for (String in : merge.getInputList()) {
                next = is(in, NEXT) ? producer(in).getInput(0) : next;
            }
            List<String> switches = new ArrayList<>();
            for (NodeDef n : nodes.values()) {
                if (SWITCH.contains(n.getOp())
                        && Body.Ref.of(n.getInput(0)).node().equals(merge.getName())) {
                    switches.add(n.getName());
                    condition = producer(n.getInput(1)).getInput(0);
                }
            }
            if (next == null) {
                throw new ModelFormatException("loop: expected a next value but was none, at " + merge.getName());
            }
            variables.add(new Variable(enter, merge.getName(), next, switches));
        }
        if (condition == null) {
            throw new ModelFormatException("loop: expected a condition but was none, at frame " + name);
        }
        Frame frame = new Frame(name, variables, constants, condition);
        List<String> ends = new ArrayList<>(List.of(Body.Ref.of(condition).node()));
        variables.forEach(v -> ends.add(Body.Ref.of(v.next).node()));
        boolean inner = reachable(ends, border(frame)).stream()
                .anyMatch(n -> EXIT.contains(nodes.get(n).getOp()));
        return inner ? null : frame;
    }

    private static Set<String> border(Frame f) {
        Set<String> border = new LinkedHashSet<>();
        f.variables.forEach(v -> border.add(v.merge));
        f.variables.forEach(v -> border.addAll(v.switches));
        f.constants.forEach(c -> border.add(c.getName()));
        return border;
    }

    private void replace(Frame f) {
        Map<String, String> arguments = new LinkedHashMap<>();
        for (int i = 0; i < f.variables.size(); i++) {
            String argument = "loop_" + i;
            arguments.put(f.variables.get(i).merge, argument);
            f.variables.get(i).switches.forEach(s -> arguments.put(s, argument));
        }
        for (int i = 0; i < f.constants.size(); i++) {
            arguments.put(f.constants.get(i).getName(), "loop_" + (f.variables.size() + i));
        }
        int n = f.variables.size() + f.constants.size();
        List<String> next = new ArrayList<>();
        f.variables.forEach(v -> next.add(v.next));
        f.constants.forEach(c -> next.add(c.getName()));
        NodeDef.Builder loop = NodeDef.newBuilder()
                .setName(f.name + "/while")
                .setOp("While")
                .putAttr("cond", functionAttr(function(f.name + "/cond", n, "loop_", List.of(f.condition), arguments)))
                .putAttr("body", functionAttr(function(f.name + "/body", n, "loop_", next, arguments)));
        f.variables.forEach(v -> loop.addInput(v.enter.getInput(0)));
        f.constants.forEach(c -> loop.addInput(c.getInput(0)));
        // Whatever the loop waited for.
        f.variables.forEach(v ->
                v.enter.getInputList().stream().filter(in -> in.startsWith("^")).forEach(loop::addInput));
        for (NodeDef n2 : List.copyOf(nodes.values())) {
            if (EXIT.contains(n2.getOp())) {
                String from = Body.Ref.of(n2.getInput(0)).node();
                for (int i = 0; i < f.variables.size(); i++) {
                    if (f.variables.get(i).switches.contains(from)) {
                        nodes.put(
                                n2.getName(),
                                NodeDef.newBuilder()
                                        .setName(n2.getName())
                                        .setOp("Identity")
                                        .addInput(loop.getName() + ":" + i)
                                        .build());
                    }
                }
            }
        }
        nodes.put(loop.getName(), loop.build());
    }

    private static AttrValue functionAttr(String name) {
        return AttrValue.newBuilder()
                .setFunc(dev.posthorn.proto.NameAttrList.newBuilder().setName(name))
                .build();
    }

    /**
     * Makes a function of what {@code results} need, up to the nodes that are arguments.
     *
     * @param arguments the argument that each border node is
     */
    private String function(
            String name, int count, String argument, List<String> results, Map<String, String> arguments) {
        String full = prefix + name;
        FunctionDef.Builder f = FunctionDef.newBuilder();
        f.getSignatureBuilder().setName(full);
        for (int i = 0; i < count; i++) {
            f.getSignatureBuilder().addInputArgBuilder().setName(argument + i);
        }
        Set<String> used = reachable(GraphReader.names(results), arguments.keySet());
        List<NodeDef> inside = new ArrayList<>();
        for (String u : used) {
            if (!arguments.containsKey(u)) {
                NodeDef n = nodes.get(u);
                NodeDef.Builder copy = n.toBuilder().clearInput();
                for (String in : n.getInputList()) {
                    String mapped = arguments.get(Body.Ref.of(in).node());
                    if (mapped == null) {
                        copy.addInput(in);
                    } else if (!in.startsWith("^")) {
                        copy.addInput(mapped);
                    }
                }
                inside.add(copy.build());
            }
        }
        OldControlFlow inner = new OldControlFlow(full + "/", inside);
        inner.conditions();
        made.addAll(inner.made);
        f.addAllNodeDef(inner.nodes.values());
        for (int i = 0; i < results.size(); i++) {
            String mapped = arguments.get(Body.Ref.of(results.get(i)).node());
            f.getSignatureBuilder().addOutputArgBuilder().setName("result_" + i);
            f.putRet("result_" + i, mapped == null ? results.get(i) : mapped);
        }
        made.add(f.build());
        return full;
    }

    // ---- conditions ----

    private void conditions() {
        while (true) {
            NodeDef merge = null;
            for (NodeDef n : nodes.values()) {
                boolean first = MERGE.contains(n.getOp())
                        && branch(n).stream()
                                .noneMatch(name -> !name.equals(n.getName())
                                        && MERGE.contains(nodes.get(name).getOp()));
                if (first) {
                    merge = n;
                    break;
                }
            }
            if (merge == null) {
                break;
            }
            replace(merge);
        }
        // Switches whose other side nobody merges: the taken side is what goes in.
        for (NodeDef n : List.copyOf(nodes.values())) {
            if (MERGE.contains(n.getOp())) {
                throw new UnsupportedModelException(
                        "condition: expected branches that begin with a Switch but was another graph, at "
                                + n.getName());
            }
        }
    }

    private Set<String> switches() {
        Set<String> all = new LinkedHashSet<>();
        nodes.values().stream().filter(n -> SWITCH.contains(n.getOp())).forEach(n -> all.add(n.getName()));
        return all;
    }

    /** The nodes of both branches that a merge ends, with the switches that begin them. */
    private Set<String> branch(NodeDef merge) {
        return reachable(GraphReader.names(merge.getInputList()), switches());
    }

    private void replace(NodeDef merge) {
        Set<String> border = new LinkedHashSet<>();
        branch(merge).stream()
                .filter(n -> SWITCH.contains(nodes.get(n).getOp()))
                .forEach(border::add);
        String predicate = predicate(merge, border);
        List<String> inputs = new ArrayList<>();
        Map<String, String> arguments = new LinkedHashMap<>();
        for (String s : border) {
            arguments.put(s, "branch_" + inputs.size());
            inputs.add(nodes.get(s).getInput(0));
        }
        String[] functions = new String[2];
        int place = 0;
        for (String in : merge.getInputList()) {
            if (!in.startsWith("^")) {
                int side = sideOf(in);
                String name = merge.getName() + (side == 1 ? "/then" : "/else");
                List<String> results = List.of(in, index(merge, place++));
                functions[side] = function(name, inputs.size(), "branch_", results, arguments);
            }
        }
        if (functions[0] == null || functions[1] == null) {
            throw new UnsupportedModelException(
                    "condition: expected a branch for each side but was another graph, at " + merge.getName());
        }
        nodes.put(
                merge.getName(),
                NodeDef.newBuilder()
                        .setName(merge.getName())
                        .setOp("If")
                        .addInput(predicate)
                        .addAllInput(inputs)
                        .putAttr("then_branch", functionAttr(functions[1]))
                        .putAttr("else_branch", functionAttr(functions[0]))
                        .build());
    }

    /** A constant, the second output of a merge: which of its inputs there is. */
    private String index(NodeDef merge, int place) {
        String name = merge.getName() + "/index_" + place;
        TensorProto value = TensorProto.newBuilder()
                .setDtype(DataType.DT_INT32)
                .setTensorShape(TensorShapeProto.getDefaultInstance())
                .addIntVal(place)
                .build();
        nodes.put(
                name,
                NodeDef.newBuilder()
                        .setName(name)
                        .setOp("Const")
                        .putAttr(
                                "dtype",
                                AttrValue.newBuilder()
                                        .setType(DataType.DT_INT32)
                                        .build())
                        .putAttr(
                                "value", AttrValue.newBuilder().setTensor(value).build())
                        .build());
        return name;
    }

    private String predicate(NodeDef merge, Set<String> border) {
        Set<String> predicates = new LinkedHashSet<>();
        border.forEach(s -> predicates.add(source(nodes.get(s).getInput(1))));
        if (predicates.size() != 1) {
            throw new UnsupportedModelException(
                    "condition: expected one predicate but was " + predicates + ", at " + merge.getName());
        }
        return predicates.iterator().next();
    }

    /** What a chain of identities gives. */
    private String source(String ref) {
        String at = ref;
        for (int i = 0; i < 100 && is(at, Set.of("Identity")); i++) {
            at = producer(at).getInput(0);
        }
        return at;
    }

    /** Which side of its switches a branch is on. */
    private int sideOf(String result) {
        Deque<String> work = new ArrayDeque<>(List.of(result));
        Set<String> seen = new LinkedHashSet<>();
        while (!work.isEmpty()) {
            String ref = work.pop();
            if (!seen.add(ref)) {
                continue;
            }
            NodeDef n = nodes.get(Body.Ref.of(ref).node());
            if (n == null) {
                continue;
            }
            if (SWITCH.contains(n.getOp())) {
                if (!ref.startsWith("^")) {
                    return side(ref);
                }
                continue;
            }
            // The pivots first: an identity of a side of the predicate itself.
            n.getInputList().forEach(work::push);
        }
        throw new UnsupportedModelException(
                "condition: expected a branch that begins with a Switch but was another graph, at " + result);
    }
}
