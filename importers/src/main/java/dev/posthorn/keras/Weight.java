package dev.posthorn.keras;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;

/**
 * A variable that a layer itself owns.
 *
 * @param name its name in the layer: {@code kernel}
 * @param dtype its element type; null for the variable dtype of the layer's policy
 * @param trainable whether training changes it
 * @param stored whether files hold it; states of recurrent layers and of random generators are not stored
 */
public record Weight(String name, Shape shape, DType dtype, boolean trainable, boolean stored, Adaption adaption) {
    /** What a weight has to do with low-rank adaption. */
    public enum Adaption {
        NONE,
        /** It is frozen, for others adapt it. */
        ADAPTED,
        /** It adapts another one. Only {@code .h5} files hold it; elsewhere it is merged into that one, and starts at zero. */
        ADAPTER
    }

    public Weight(String name, Shape shape, DType dtype, boolean trainable, boolean stored) {
        this(name, shape, dtype, trainable, stored, Adaption.NONE);
    }

    public static Weight of(String name, int... dims) {
        return new Weight(name, Shape.of(dims), null, true, true);
    }

    /** A weight that no gradient changes, such as moving statistics. */
    public static Weight frozen(String name, int... dims) {
        return new Weight(name, Shape.of(dims), null, false, true);
    }

    /** A state that starts at zero and that files do not hold. */
    public static Weight state(String name, int... dims) {
        return new Weight(name, Shape.of(dims), null, false, false);
    }
}
