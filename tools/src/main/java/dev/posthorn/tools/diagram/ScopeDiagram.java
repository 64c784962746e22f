package dev.posthorn.tools.diagram;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Input;
import dev.posthorn.ir.op.Variable;
import dev.posthorn.tools.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A graph's operations, in boxes for the scopes of their names. Variables and constants are counted as parameters of what takes them;
 * a scope in which there is only another one is drawn with it as one.
 */
final class ScopeDiagram {
    private record Scope(Map<String, Scope> scopes, List<Node> nodes) {
        static Scope empty() {
            return new Scope(new LinkedHashMap<>(), new ArrayList<>());
        }

        List<Node> all() {
            List<Node> all = new ArrayList<>(nodes);
            scopes.values().forEach(s -> all.addAll(s.all()));
            return all;
        }
    }

    private ScopeDiagram() {}

    static Diagram of(Graph graph) {
        Scope root = Scope.empty();
        for (Node n : graph.nodes()) {
            if (!isHeld(n)) {
                Scope at = root;
                String[] path =
                        n.op() instanceof Input ? new String[0] : n.name().split("/+");
                for (int i = 0; i < path.length - 1; i++) {
                    if (!path[i].isEmpty()) {
                        at = at.scopes.computeIfAbsent(path[i], k -> Scope.empty());
                    }
                }
                at.nodes.add(n);
            }
        }
        Diagram inside = diagram(root, "");
        List<Diagram.Box> boxes = new ArrayList<>(inside.boxes());
        List<Diagram.Arrow> arrows = new ArrayList<>(inside.arrows());
        Map<Node, String> tops = boxes(root, "");
        graph.outputs().forEach((name, value) -> {
            String id = "out:" + name;
            boxes.add(new Diagram.Box(
                    id, name, "output", "", value.type().toString(), Diagram.Tone.PLAIN, "", Optional.empty()));
            if (tops.containsKey(value.node())) {
                arrows.add(new Diagram.Arrow(tops.get(value.node()), id));
            }
        });
        return new Diagram(boxes, arrows);
    }

    private static boolean isHeld(Node n) {
        return n.op() instanceof Constant || n.op() instanceof Variable;
    }

    /** The boxes of one level that nodes are in, by node. */
    private static Map<Node, String> boxes(Scope scope, String path) {
        Map<Node, String> ids = new HashMap<>();
        scope.scopes.forEach((name, inner) -> inner.all().forEach(n -> ids.put(n, path + name)));
        scope.nodes.forEach(n -> ids.put(n, path + "%" + n.id()));
        return ids;
    }

    private static Diagram diagram(Scope scope, String path) {
        Map<Node, String> at = boxes(scope, path);
        Set<Node> own = Set.copyOf(scope.nodes);
        Map<String, Diagram.Box> boxes = new LinkedHashMap<>();
        Set<Diagram.Arrow> arrows = new LinkedHashSet<>();
        at.keySet().stream().sorted((a, b) -> Integer.compare(a.id(), b.id())).forEach(n -> {
            String id = at.get(n);
            boxes.computeIfAbsent(
                    id,
                    k -> own.contains(n)
                            ? box(n, id)
                            : box(scope.scopes.get(id.substring(path.length())), id, id.substring(path.length())));
            for (Value v : n.inputs()) {
                if (at.containsKey(v.node()) && !at.get(v.node()).equals(id)) {
                    arrows.add(new Diagram.Arrow(at.get(v.node()), id));
                }
            }
        });
        return new Diagram(List.copyOf(boxes.values()), List.copyOf(arrows));
    }

    private static Diagram.Box box(Node n, String id) {
        String[] path = n.name().split("/+");
        boolean input = n.op() instanceof Input;
        String own = n.op() instanceof Input in ? in.id() : path.length == 0 ? n.name() : path[path.length - 1];
        return new Diagram.Box(
                id,
                own.isEmpty() ? n.op().name() : own,
                input ? "input" : n.op().name(),
                parameters(List.of(n)),
                ModelDiagram.values(n.outputs()),
                Diagram.Tone.PLAIN,
                "",
                Optional.empty());
    }

    private static Diagram.Box box(Scope given, String id, String first) {
        Scope scope = given;
        String name = first;
        String path = id + "/";
        while (scope.nodes.isEmpty() && scope.scopes.size() == 1) {
            Map.Entry<String, Scope> only = scope.scopes.entrySet().iterator().next();
            name += "/" + only.getKey();
            path += only.getKey() + "/";
            scope = only.getValue();
        }
        List<Node> all = scope.all();
        if (all.size() == 1) {
            Diagram.Box b = box(all.get(0), id);
            return new Diagram.Box(
                    id, name + "/" + b.name(), b.type(), b.note(), b.value(), b.tone(), "", Optional.empty());
        }
        Node last = all.stream().max((a, b) -> Integer.compare(a.id(), b.id())).orElseThrow();
        return new Diagram.Box(
                id,
                name,
                all.size() + " operations",
                parameters(all),
                ModelDiagram.values(last.outputs()),
                Diagram.Tone.PLAIN,
                "",
                Optional.of(diagram(scope, path)));
    }

    /** The elements of the variables and of the constant arrays of numbers that nodes take. */
    private static String parameters(List<Node> nodes) {
        Set<Node> held = new LinkedHashSet<>();
        nodes.forEach(n -> n.inputs().stream()
                .map(Value::node)
                .filter(ScopeDiagram::isHeld)
                .forEach(held::add));
        long count = 0;
        for (Node n : held) {
            TensorType t = n.outputs().get(0);
            boolean weight = t.shape().isKnown()
                    && (n.op() instanceof Variable || t.dtype().isFloating())
                    && t.shape().rank() > 0;
            count += weight ? t.shape().longSize() : 0;
        }
        return count == 0 ? "" : Text.count(count);
    }
}
