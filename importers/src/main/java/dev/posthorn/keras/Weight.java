package dev.posthorn.keras;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;

/**
 * A variable that a layer itself owns.
 *
 * @param name its name in the layer: {@code kernel}
 * @param dtype its element type; null for the variable dtype of the layer's policy
 * @param trainable whether training changes it
 * @param stored whether files hold it; states of recurrent layers and of random generators are not stored
 * @param start what it is before any file is read or any call is made; zeros but for the seeds of random generators
 */
public record Weight(
        String name, Shape shape, DType dtype, boolean trainable, boolean stored, Adaption adaption, Start start) {
    /** The first value of a weight. */
    public sealed interface Start {
        /** {@code [seed, 0]}; without a seed one that follows from the weight's key. */
        record Seed(Long seed) implements Start {}

        record Zeros() implements Start {}
    }

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

    public Weight(String name, Shape shape, DType dtype, boolean trainable, boolean stored, Adaption adaption) {
        this(name, shape, dtype, trainable, stored, adaption, new Start.Zeros());
    }

    public static Weight of(String name, int... dims) {
        return new Weight(name, Shape.of(dims), null, true, true);
    }

    /** A weight that no gradient changes, such as moving statistics. */
    public static Weight frozen(String name, int... dims) {
        return new Weight(name, Shape.of(dims), null, false, true);
    }

    /** The state of a random generator, {@code [seed, draws so far]}; null for a seed that follows from where it is. */
    public static Weight seed(String name, Long seed) {
        return new Weight(name, Shape.of(2), DType.INT64, false, false, Adaption.NONE, new Start.Seed(seed));
    }

    /** The first value, at this key. */
    Tensor first(TensorType type, String key) {
        Tensor t = Tensor.zeros(type);
        if (start instanceof Start.Seed s) {
            t.setLong(0, s.seed() == null ? 1 + Math.floorMod(key.hashCode(), 1_000_000_000) : s.seed());
        }
        return t;
    }

    /** Whether it is what a layer remembers from one call to the next. */
    boolean isState() {
        return !stored && adaption == Adaption.NONE && start instanceof Start.Zeros;
    }

    /** A state that starts at zero and that files do not hold. */
    public static Weight state(String name, int... dims) {
        return new Weight(name, Shape.of(dims), null, false, false);
    }
}
