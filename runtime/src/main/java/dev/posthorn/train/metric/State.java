package dev.posthorn.train.metric;

import dev.posthorn.ir.TensorType;

/** A variable of a metric; it starts with zeros. */
public record State(String name, TensorType type) {}
