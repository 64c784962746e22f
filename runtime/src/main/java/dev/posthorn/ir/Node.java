package dev.posthorn.ir;

import java.util.List;
import java.util.stream.IntStream;

/**
 * One application of an op. Nodes are compared by identity; {@code name} is the path of the layer or scope it came
 * from.
 */
public record Node(int id, String name, Op op, List<Value> inputs, List<TensorType> outputs) {
    public Node {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    public Value input(int i) {
        return inputs.get(i);
    }

    public Value output(int i) {
        return new Value(this, i);
    }

    /** The only output. */
    public Value output() {
        if (outputs.size() != 1) {
            throw new IllegalStateException(
                    op.name() + ": expected one output but was " + outputs.size() + ", at " + name);
        }
        return output(0);
    }

    public List<Value> values() {
        return IntStream.range(0, outputs.size()).mapToObj(this::output).toList();
    }

    @Override
    public boolean equals(Object o) {
        return this == o;
    }

    @Override
    public int hashCode() {
        return id;
    }

    @Override
    public String toString() {
        return "%" + id + " = " + op + inputs + " : " + outputs + (name.isEmpty() ? "" : "  // " + name);
    }
}
