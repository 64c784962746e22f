package dev.posthorn.model;

import dev.posthorn.ir.TensorType;

/** A named input or output of a signature. Dimensions that a caller may choose are unknown. */
public record Port(String name, TensorType type) {}
