package dev.posthorn.keras;

import java.util.Map;

/**
 * A layer as a model holds it: what belongs to the place and not to the layer.
 *
 * @param policy the dtype policy it computes with
 * @param trainable whether its weights may be trained
 * @param carried keys of its configuration that are not understood, kept for writing back
 */
public record LayerNode(String name, Layer layer, DTypePolicy policy, boolean trainable, Map<String, Object> carried) {
    /** A layer that another one makes for itself: the policy that its owner's gives it, always trainable as its owner is. */
    public static LayerNode inner(String name, Layer layer, DTypePolicy policy) {
        return new LayerNode(name, layer, policy.below(name), true, Map.of());
    }
}
