package dev.posthorn.ir.op;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.util.List;

/** The value that a variable had before the call. New values leave through the graph's updates. */
public record Variable(String key, TensorType type) implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        return List.of(type);
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        throw new IllegalStateException("Variable: expected to be bound before evaluation but was '" + key + "'");
    }

    @Override
    public boolean pure() {
        return false;
    }
}
