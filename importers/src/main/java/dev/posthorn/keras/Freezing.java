package dev.posthorn.keras;

import dev.posthorn.train.TrainableProgram.Layers;
import java.util.Optional;

/**
 * Sets which layers are trainable. What is set for a layer also holds for all layers inside of it; and a model with a layer
 * that is set to be trainable is trainable too, for else that layer could not be. Source: keras/src/layers/layer.py.
 */
final class Freezing {
    private final Layers layers;
    private boolean unfroze;

    private Freezing(Layers layers) {
        this.layers = layers;
    }

    static LayerNode set(LayerNode root, Layers layers) {
        Freezing freezing = new Freezing(layers);
        Layer layer = root.layer().withChildren(n -> freezing.set(n, "", Optional.empty()));
        return new LayerNode(root.name(), layer, root.policy(), root.trainable() || freezing.unfroze, root.carried());
    }

    private LayerNode set(LayerNode node, String parent, Optional<Boolean> inherited) {
        String path = Lowering.path(parent, node);
        Optional<Boolean> said = layers.trainable(path).or(() -> inherited);
        Freezing below = new Freezing(layers);
        Layer layer = node.layer().withChildren(n -> below.set(n, path, said));
        boolean trainable = said.orElse(node.trainable()) || below.unfroze;
        unfroze |= said.orElse(false) || below.unfroze;
        return new LayerNode(node.name(), layer, node.policy(), trainable, node.carried());
    }
}
