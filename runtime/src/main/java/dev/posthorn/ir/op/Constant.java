package dev.posthorn.ir.op;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.util.List;

/**
 * A value known when the graph is made. Small constants are equal when their values are, large ones when they are one.
 */
public record Constant(Tensor value) implements Op.Primitive {
    private static final int COMPARED = 256;

    @Override
    public List<TensorType> infer(Operands in) {
        return List.of(value.type());
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        return List.of(value);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Constant c && (value == c.value || value.size() <= COMPARED && value.equals(c.value));
    }

    @Override
    public int hashCode() {
        return value.size() <= COMPARED ? value.hashCode() : System.identityHashCode(value);
    }

    @Override
    public String toString() {
        return "Constant[" + value + "]";
    }
}
