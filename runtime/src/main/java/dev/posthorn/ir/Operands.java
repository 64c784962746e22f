package dev.posthorn.ir;

import dev.posthorn.ir.op.Constant;
import dev.posthorn.model.ShapeException;
import java.util.List;
import java.util.Optional;

/** What inference sees of an op's operands: their types, and their values as far as they are known. */
public final class Operands {
    private final List<Value> values;

    public Operands(List<Value> values) {
        this.values = List.copyOf(values);
    }

    public int size() {
        return values.size();
    }

    public TensorType type(int i) {
        return values.get(i).type();
    }

    public Shape shape(int i) {
        return type(i).shape();
    }

    public DType dtype(int i) {
        return type(i).dtype();
    }

    public List<TensorType> types() {
        return values.stream().map(Value::type).toList();
    }

    /** The value of operand {@code i} where it is a constant. */
    public Optional<Tensor> constant(int i) {
        return values.get(i).node().op() instanceof Constant c ? Optional.of(c.value()) : Optional.empty();
    }

    /** Operand {@code i} read as a vector of dimensions, unknown ones as {@link Shape#UNKNOWN}. */
    public Shape shapeValue(int i) {
        return ShapeValue.of(values.get(i));
    }

    /** Checks the number of operands. */
    public Operands count(int expected) {
        if (values.size() != expected) {
            throw new ShapeException("expected " + expected + " operands but was " + values.size());
        }
        return this;
    }

    /** Checks that all operands have the element type of the first, and returns it. */
    public DType sameDType() {
        if (values.isEmpty()) {
            throw new ShapeException("expected operands but was none");
        }
        for (int i = 1; i < values.size(); i++) {
            if (dtype(i) != dtype(0)) {
                throw new ShapeException("expected operands of one dtype but was " + types());
            }
        }
        return dtype(0);
    }
}
