package dev.posthorn.ir;

/** One SSA value: output {@code index} of {@code node}. */
public record Value(Node node, int index) {
    public TensorType type() {
        return node.outputs().get(index);
    }

    public Shape shape() {
        return type().shape();
    }

    public DType dtype() {
        return type().dtype();
    }

    @Override
    public String toString() {
        return "%" + node.id() + (node.outputs().size() > 1 ? "." + index : "");
    }
}
