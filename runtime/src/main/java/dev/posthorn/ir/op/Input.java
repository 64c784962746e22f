package dev.posthorn.ir.op;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.util.List;

/** An argument of the graph. */
public record Input(String id, TensorType type) implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        return List.of(type);
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        throw new IllegalStateException("Input: expected to be bound before evaluation but was '" + id + "'");
    }

    @Override
    public boolean pure() {
        return false;
    }
}
