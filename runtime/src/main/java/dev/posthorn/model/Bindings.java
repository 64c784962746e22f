package dev.posthorn.model;

/**
 * What stands in for the code that a model file names but does not hold: custom layers and functions. Each format says
 * which it takes; those of Keras take {@code dev.posthorn.keras.custom.CustomObjects}.
 */
public interface Bindings {
    /** Nothing is bound. */
    Bindings NONE = new Bindings() {
        @Override
        public String toString() {
            return "none";
        }
    };
}
