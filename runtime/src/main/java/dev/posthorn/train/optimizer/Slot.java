package dev.posthorn.train.optimizer;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.util.List;

/**
 * A variable of an optimizer.
 *
 * @param name what it is: {@code momentum}
 * @param parameter the number of the parameter that it belongs to; -1 where it belongs to none
 * @param start its first value, everywhere; Keras casts it, by way of float32
 * @param copies whether it starts as a copy of the parameter instead
 * @param kept where Keras counts it among the optimizer's variables
 */
public record Slot(String name, int parameter, TensorType type, double start, boolean copies, Kept kept) {
    /** Where a slot is among the variables that an optimizer shows and files keep. */
    public enum Kept {
        ALWAYS,
        /** Not in an optimizer inside of a {@link LossScaleOptimizer}, which builds it where attributes are not tracked. */
        UNLESS_SCALED,
        NEVER
    }

    Slot(String name, int parameter, TensorType type, double start, boolean copies) {
        this(name, parameter, type, start, copies, Kept.ALWAYS);
    }

    /** The same, kept otherwise. */
    Slot with(Kept other) {
        return new Slot(name, parameter, type, start, copies, other);
    }

    public boolean isKept() {
        return kept != Kept.NEVER;
    }

    /** A slot of the parameter's type that starts with zeros. */
    static Slot like(String name, int parameter, TensorType type) {
        return new Slot(name, parameter, type, 0, false);
    }

    /** A scalar that belongs to no parameter. */
    static Slot scalar(String name, DType dtype, double start) {
        return new Slot(name, -1, new TensorType(dtype, Shape.SCALAR), start, false);
    }

    /** Its first value, given the parameters'. */
    public Tensor initial(List<Tensor> parameters) {
        if (copies) {
            return parameters.get(parameter);
        }
        Tensor t = Tensor.zeros(type);
        for (int i = 0; start != 0 && i < t.size(); i++) {
            t.setDouble(i, (float) start);
        }
        return t;
    }
}
