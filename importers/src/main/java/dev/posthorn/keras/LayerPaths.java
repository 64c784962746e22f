package dev.posthorn.keras;

import dev.posthorn.keras.layer.Sequential;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Layers by their places in a model. */
final class LayerPaths {
    private LayerPaths() {}

    /** What Keras calls the variable of that key; some models have no part in the path. */
    static String ofVariable(LayerNode root, String key, Predicate<LayerNode> apart) {
        LayerNode node = root;
        String path = root.layer() instanceof Sequential && !apart.test(root) ? root.name() + "/" : "";
        String rest = key;
        for (Optional<LayerNode> next = below(node, rest); next.isPresent(); next = below(node, rest)) {
            node = next.get();
            rest = rest.substring(node.name().length() + 1);
            path = apart.test(node) ? "" : path + node.name() + "/";
        }
        return path + rest;
    }

    private static Optional<LayerNode> below(LayerNode node, String key) {
        return node.layer().children(node.policy()).stream()
                .map(Child::node)
                .filter(n -> key.startsWith(n.name() + "/"))
                .findFirst();
    }

    /** The layers below {@code node}, which is at {@code at}, with another one at a path. */
    static LayerNode changed(LayerNode node, String at, String path, UnaryOperator<LayerNode> change) {
        if (at.equals(path)) {
            return change.apply(node);
        }
        Layer layer = node.layer().withChildren(c -> {
            String below = Lowering.path(at, c);
            return path.equals(below) || path.startsWith(below + "/") ? changed(c, below, path, change) : c;
        });
        return new LayerNode(node.name(), layer, node.policy(), node.trainable(), node.carried());
    }
}
