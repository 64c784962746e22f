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

    /** Written out: graphs are full of maps by values. */
    @Override
    public boolean equals(Object o) {
        return o instanceof Value v && v.node == node && v.index == index;
    }

    @Override
    public int hashCode() {
        return 31 * node.id() + index;
    }

    @Override
    public String toString() {
        return "%" + node.id() + (node.outputs().size() > 1 ? "." + index : "");
    }
}
