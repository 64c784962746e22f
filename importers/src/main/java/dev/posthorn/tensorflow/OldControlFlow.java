package dev.posthorn.tensorflow;

import dev.posthorn.model.ModelFormatException;
import dev.posthorn.proto.AttrValue;
import dev.posthorn.proto.FunctionDef;
import dev.posthorn.proto.GraphDef;
import dev.posthorn.proto.NameAttrList;
import dev.posthorn.proto.NodeDef;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Turns TensorFlow 1's control flow into functions: {@code Enter, Merge, Switch, NextIteration, Exit} of one frame become
 * a {@code While}, a {@code Merge} of what a {@code Switch} parted becomes an {@code If}. Inner loops first; then
 * conditions, those that others need first.
 */
final class OldControlFlow {
    static final Set<String> ENTER = Set.of("Enter", "RefEnter");
    static final Set<String> EXIT = Set.of("Exit", "RefExit");
    static final Set<String> SWITCH = Set.of("Switch", "RefSwitch");
    static final Set<String> MERGE = Set.of("Merge", "RefMerge");
    static final Set<String> NEXT = Set.of("NextIteration", "RefNextIteration");

    private final String prefix;
    /** The nodes by their names; what is lowered takes the place of what it was. */
    final Map<String, NodeDef> nodes = new LinkedHashMap<>();

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
        nodes.keySet().retainAll(reachable(roots, name -> false));
        new OldLoops(this).lower();
        nodes.keySet().retainAll(reachable(roots, name -> false)); // what loops were made of
        new OldConditions(this).lower();
        all.forEach((name, n) -> {
            if (!n.getOp().matches("(Ref)?(Enter|Exit|Switch|Merge|NextIteration)")) {
                nodes.putIfAbsent(name, n);
            }
        });
    }

    /** Every node that {@code roots} lead back to; what is at the border is reached but not passed. */
    Set<String> reachable(Collection<String> roots, Predicate<String> border) {
        Set<String> seen = new LinkedHashSet<>();
        Deque<String> work = new ArrayDeque<>(roots);
        while (!work.isEmpty()) {
            String name = work.pop();
            NodeDef n = nodes.get(name);
            if (n != null && seen.add(name) && !border.test(name)) {
                n.getInputList().forEach(in -> work.push(Body.Ref.of(in).node()));
            }
        }
        return seen;
    }

    NodeDef producer(String ref) {
        NodeDef n = nodes.get(Body.Ref.of(ref).node());
        if (n == null) {
            throw new ModelFormatException("graph: expected a node '" + ref + "' but was absent");
        }
        return n;
    }

    boolean is(String ref, Set<String> ops) {
        NodeDef n = nodes.get(Body.Ref.of(ref).node());
        return n != null && ops.contains(n.getOp());
    }

    static AttrValue functionAttr(String name) {
        return AttrValue.newBuilder()
                .setFunc(NameAttrList.newBuilder().setName(name))
                .build();
    }

    /**
     * Makes a function of what {@code results} need, up to the nodes that are arguments.
     *
     * @param arguments the argument that each border node is, or that one output of a node is
     * @param border what ends the function; what is no argument was only waited for
     */
    String function(
            String name,
            int count,
            String argument,
            List<String> results,
            Map<String, String> arguments,
            Set<String> border) {
        String full = prefix + name;
        FunctionDef.Builder f = FunctionDef.newBuilder();
        f.getSignatureBuilder().setName(full);
        for (int i = 0; i < count; i++) {
            f.getSignatureBuilder().addInputArgBuilder().setName(argument + i);
        }
        Set<String> used = reachable(GraphReader.names(results), border::contains);
        List<NodeDef> body = new ArrayList<>();
        for (String u : used) {
            if (!border.contains(u)) {
                NodeDef n = nodes.get(u);
                NodeDef.Builder copy = n.toBuilder().clearInput();
                for (String in : n.getInputList()) {
                    if (!border.contains(Body.Ref.of(in).node())) {
                        copy.addInput(in);
                    } else if (!in.startsWith("^")) {
                        copy.addInput(argument(in, arguments));
                    }
                }
                body.add(copy.build());
            }
        }
        OldControlFlow inner = new OldControlFlow(full + "/", body);
        new OldConditions(inner).lower();
        made.addAll(inner.made);
        f.addAllNodeDef(inner.nodes.values());
        for (int i = 0; i < results.size(); i++) {
            boolean inside = !border.contains(Body.Ref.of(results.get(i)).node());
            f.getSignatureBuilder().addOutputArgBuilder().setName("result_" + i);
            f.putRet("result_" + i, inside ? results.get(i) : argument(results.get(i), arguments));
        }
        made.add(f.build());
        return full;
    }

    /** The argument that an output is: of its own, or its node's. */
    private static String argument(String ref, Map<String, String> arguments) {
        String own = arguments.get(ref);
        return own == null ? arguments.get(Body.Ref.of(ref).node()) : own;
    }
}
