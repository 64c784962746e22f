package dev.posthorn.keras.layout;

import dev.posthorn.ir.TensorType;

/**
 * A stored weight and its owner, as layouts enumerate them.
 *
 * @param key the variable's key in the model
 * @param layer the path of the layer that owns it
 * @param name the weight's name in that layer
 * @param trainable whether it is trainable now, which decides its place in legacy files
 */
public record WeightPlace(String key, String layer, String name, TensorType type, boolean trainable) {}
