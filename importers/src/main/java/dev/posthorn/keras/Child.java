package dev.posthorn.keras;

/**
 * A layer inside of a layer.
 *
 * @param attribute the Python attribute that holds it, which is its place in {@code .keras} files
 * @param listed whether that attribute is a list of layers
 */
public record Child(String attribute, boolean listed, LayerNode node) {
    public static Child of(String attribute, LayerNode node) {
        return new Child(attribute, false, node);
    }

    public static Child listed(String attribute, LayerNode node) {
        return new Child(attribute, true, node);
    }
}
