package dev.posthorn.model;

import java.util.List;

/** One function that a model offers. A Keras model has one, {@link #DEFAULT}. */
public record Signature(String name, List<Port> inputs, List<Port> outputs) {
    /** The name of the signature that is called when none is named. */
    public static final String DEFAULT = "serving_default";

    public Signature {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }
}
