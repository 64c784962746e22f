package dev.posthorn.golden;

import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.KerasProgram;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.model.Variable;
import dev.posthorn.model.Variables;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The layers of a model by their paths, and their weights. */
final class Layers {
    private final Map<String, LayerNode> nodes = new LinkedHashMap<>();
    private final List<Variable> variables;
    private final Variables.Snapshot weights;

    Layers(KerasProgram program, Variables.Snapshot weights) {
        this.variables = program.variables();
        this.weights = weights;
        walk(program.root(), "");
    }

    private void walk(LayerNode node, String at) {
        for (Child c : node.layer().children(node.policy())) {
            String path = at.isEmpty() ? c.node().name() : at + "/" + c.node().name();
            nodes.put(path, c.node());
            walk(c.node(), path);
        }
    }

    Optional<LayerNode> at(String path) {
        return Optional.ofNullable(nodes.get(path));
    }

    /** The innermost layer that a variable is in; empty for none. */
    String of(String variable) {
        String path = variable;
        while (!path.isEmpty() && !nodes.containsKey(path)) {
            path = path.substring(0, Math.max(0, path.lastIndexOf('/')));
        }
        return path;
    }

    /** The weights of a layer and of those inside of it, by what follows its path. */
    Map<String, Tensor> below(String path) {
        Map<String, Tensor> below = new LinkedHashMap<>();
        weights.values().forEach((key, t) -> {
            if (key.startsWith(path + "/")) {
                below.put(key.substring(path.length() + 1), t);
            }
        });
        return below;
    }

    /** The keys of all weights below a path, one layer after another; and, of these, the trained ones first. */
    List<String> keys(String path, boolean trainedFirst) {
        return variables.stream()
                .filter(v -> v.key().startsWith(path + "/"))
                .sorted(Comparator.comparing(v -> trainedFirst && !v.trainable()))
                .map(Variable::key)
                .toList();
    }

    Tensor weight(String key) {
        return weights.values().get(key);
    }

    /** The weights of the other layers of its class. */
    Map<String, Map<String, Tensor>> like(String path) {
        Map<String, Map<String, Tensor>> others = new LinkedHashMap<>();
        String className = nodes.get(path).layer().className();
        nodes.forEach((other, node) -> {
            Map<String, Tensor> own = below(other);
            if (!other.equals(path) && node.layer().className().equals(className) && !own.isEmpty()) {
                others.put(other, own);
            }
        });
        return others;
    }
}
