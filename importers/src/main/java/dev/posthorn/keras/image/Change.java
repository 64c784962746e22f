package dev.posthorn.keras.image;

import dev.posthorn.ir.Value;
import java.util.function.UnaryOperator;

/** A way to change images {@code [b×h×w×c]}: draws what is random first, in Keras's order. */
@FunctionalInterface
public interface Change {
    UnaryOperator<Value> draw(Draw d);
}
