package dev.posthorn.model;

import dev.posthorn.ir.TensorType;

/**
 * A weight or state of a model.
 *
 * @param key its path in the model, unique: {@code dense/kernel}
 * @param trainable whether training may change it by gradients
 * @param stored whether files hold it; recurrent states are not stored
 */
public record Variable(String key, TensorType type, boolean trainable, boolean stored) {}
