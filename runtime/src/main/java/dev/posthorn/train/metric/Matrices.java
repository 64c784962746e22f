package dev.posthorn.train.metric;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;

/** Predictions that must be matrices. */
final class Matrices {
    private Matrices() {}

    /** How many columns there are. */
    static int columns(String who, TensorType yPred) {
        Shape s = yPred.shape();
        if (s.rank() != 2 || s.dim(1) == Shape.UNKNOWN) {
            throw new ShapeException(who + ": expected predictions [batch×outputs] but was " + yPred);
        }
        return s.dim(1);
    }
}
