package dev.posthorn.tensorflow;

import static dev.posthorn.tensorflow.OldControlFlow.MERGE;
import static dev.posthorn.tensorflow.OldControlFlow.SWITCH;

import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.proto.AttrValue;
import dev.posthorn.proto.DataType;
import dev.posthorn.proto.NodeDef;
import dev.posthorn.proto.TensorProto;
import dev.posthorn.proto.TensorShapeProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The conditions of TensorFlow 1's control flow, once its loops are functions. */
final class OldConditions {
    private final OldControlFlow flow;
    private final Map<String, Integer> depths = new HashMap<>();

    OldConditions(OldControlFlow flow) {
        this.flow = flow;
    }

    /** Puts an {@code If} in the place of each {@code Merge}, those that others need first. */
    void lower() {
        for (String merge : merges()) {
            replace(flow.nodes.get(merge));
        }
    }

    /** The merges, each after those that lead to it. */
    private Set<String> merges() {
        Set<String> order = new LinkedHashSet<>();
        Set<String> seen = new HashSet<>();
        for (NodeDef root : List.copyOf(flow.nodes.values())) {
            if (MERGE.contains(root.getOp())) {
                Deque<String> work = new ArrayDeque<>(List.of(root.getName()));
                while (!work.isEmpty()) {
                    String name = work.peek();
                    NodeDef n = flow.nodes.get(name);
                    if (n != null && seen.add(name)) {
                        n.getInputList().forEach(in -> {
                            String from = Body.Ref.of(in).node();
                            if (!seen.contains(from)) {
                                work.push(from);
                            }
                        });
                    } else {
                        work.pop();
                        if (n != null && MERGE.contains(n.getOp())) {
                            order.add(name);
                        }
                    }
                }
            }
        }
        return order;
    }

    /** The nodes of both branches that a merge ends, with the switches that begin them. */
    private Set<String> branch(NodeDef merge) {
        return flow.reachable(GraphReader.names(merge.getInputList()), n -> flow.is(n, SWITCH));
    }

    private void replace(NodeDef merge) {
        Set<String> border = new LinkedHashSet<>();
        Set<String> region = branch(merge);
        for (String n : region) {
            String op = flow.nodes.get(n).getOp();
            if (MERGE.contains(op) && !n.equals(merge.getName())) {
                throw new UnsupportedModelException(
                        "condition: expected branches that begin with a Switch but was another graph, at " + n);
            }
            if (SWITCH.contains(op)) {
                border.add(n);
            }
        }
        String predicate = predicate(merge, border);
        List<String> inputs = new ArrayList<>();
        Map<String, String> arguments = new LinkedHashMap<>();
        for (String s : border) {
            arguments.put(s, "branch_" + inputs.size());
            inputs.add(flow.nodes.get(s).getInput(0));
        }
        int depth = 1
                + region.stream().mapToInt(n -> depths.getOrDefault(n, 0)).max().orElse(0);
        if (depth > GraphReader.MOST_DEPTH) {
            throw new UnsupportedModelException("condition: expected conditions at most " + GraphReader.MOST_DEPTH
                    + " deep inside of each other but was more, at " + merge.getName());
        }
        depths.put(merge.getName(), depth);
        Set<String> outer = outer(region, border);
        for (String n : region) {
            if (!outer.contains(n) && !border.contains(n)) {
                for (String in : flow.nodes.get(n).getInputList()) {
                    if (!in.startsWith("^") && outer.contains(Body.Ref.of(in).node()) && !arguments.containsKey(in)) {
                        arguments.put(in, "branch_" + inputs.size());
                        inputs.add(in);
                    }
                }
            }
        }
        border.addAll(outer);
        String[] functions = new String[2];
        int place = 0;
        for (String in : merge.getInputList()) {
            if (!in.startsWith("^")) {
                int side = sideOf(in);
                String name = merge.getName() + (side == 1 ? "/then" : "/else");
                List<String> results = List.of(in, index(merge, place++));
                functions[side] = flow.function(name, inputs.size(), "branch_", results, arguments, border);
            }
        }
        if (functions[0] == null || functions[1] == null) {
            throw new UnsupportedModelException(
                    "condition: expected a branch for each side but was another graph, at " + merge.getName());
        }
        flow.nodes.put(
                merge.getName(),
                NodeDef.newBuilder()
                        .setName(merge.getName())
                        .setOp("If")
                        .addInput(predicate)
                        .addAllInput(inputs)
                        .putAttr("then_branch", OldControlFlow.functionAttr(functions[1]))
                        .putAttr("else_branch", OldControlFlow.functionAttr(functions[0]))
                        .build());
    }

    /**
     * What a branch reads of the graph around it without a switch: whatever an input is needed for and no switch. Constants and
     * variables are read inside.
     */
    private Set<String> outer(Set<String> region, Set<String> border) {
        Map<String, List<String>> readers = new HashMap<>();
        Set<String> given = new LinkedHashSet<>();
        for (String n : region) {
            if (flow.nodes.get(n).getOp().startsWith("Placeholder")) {
                given.add(n);
            }
            for (String in : border.contains(n)
                    ? Set.<String>of()
                    : GraphReader.names(flow.nodes.get(n).getInputList())) {
                readers.computeIfAbsent(in, k -> new ArrayList<>()).add(n);
                if (!flow.nodes.containsKey(in)) {
                    given.add(in); // an argument of the function around it
                }
            }
        }
        Set<String> outer = behind(given, readers);
        outer.removeAll(behind(border, readers));
        return outer;
    }

    /** These names and all that reads them. */
    private static Set<String> behind(Set<String> names, Map<String, List<String>> readers) {
        Set<String> all = new LinkedHashSet<>();
        Deque<String> work = new ArrayDeque<>(names);
        while (!work.isEmpty()) {
            String name = work.pop();
            if (all.add(name)) {
                readers.getOrDefault(name, List.of()).forEach(work::push);
            }
        }
        return all;
    }

    /** A constant, the second output of a merge: which of its inputs there is. */
    private String index(NodeDef merge, int place) {
        String name = merge.getName() + "/index_" + place;
        TensorProto value = TensorProto.newBuilder()
                .setDtype(DataType.DT_INT32)
                .setTensorShape(TensorShapeProto.getDefaultInstance())
                .addIntVal(place)
                .build();
        flow.nodes.put(
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
        border.forEach(s -> predicates.add(source(flow.nodes.get(s).getInput(1))));
        if (predicates.size() != 1) {
            throw new UnsupportedModelException(
                    "condition: expected one predicate but was " + predicates + ", at " + merge.getName());
        }
        return predicates.iterator().next();
    }

    /** What a chain of identities gives. */
    private String source(String ref) {
        String at = ref;
        for (int i = 0; i < 100 && flow.is(at, Set.of("Identity")); i++) {
            at = flow.producer(at).getInput(0);
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
            NodeDef n = flow.nodes.get(Body.Ref.of(ref).node());
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

    /** Which output of a switch this is: 1 where its condition holds. */
    private static int side(String ref) {
        Body.Ref r = Body.Ref.of(ref);
        return r.argument().equals("output_true") ? 1 : r.argument().isEmpty() ? r.index() : 0;
    }
}
